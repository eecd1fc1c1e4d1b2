internal import Units

extension BootLayout {
  /// The machine of the recorded guests: QEMU's `pc` with Debian's Linux 6.1.
  ///
  /// Source: the boot logs of the recorded guests (256 to 6144 MiB), whose managed pages these rules give
  /// exactly. The numbers nobody can derive are `fixedPages` and `dmaPages`: fitted, the kernel's image
  /// and what it allocates early.
  private enum PCMachine {
    /// Guests of this size and more get memory above 4 GiB.
    static let holeFrom = PageCount.mebibytes(3584).pages
    /// What is left below 4 GiB then.
    static let lowWithHole = PageCount.gibibytes(3).pages
    /// Frames the firmware keeps at the top of the memory below 4 GiB.
    static let firmwareTop = 32
    /// Frame 0, which no zone spans, and the hole from 640 KiB to 1 MiB.
    static let firstFrame = 1
    static let legacyHole = 97
    /// Fitted: what never comes to the allocator in the DMA zone, and elsewhere besides tables.
    static let dmaPages = 158
    static let fixedPages = 8473
    /// 64 MiB of bounce buffers (swiotlb) and their slots, only with memory above 4 GiB.
    static let bounceBuffers = 16_384
    static let bounceSlots = 192
    /// A section of the memory map: 128 MiB of frames, mapped as a whole by 2 MiB.
    static let sectionFrames = 32_768
    static let sectionMapPages = 512
  }

  /// A guest of QEMU's `pc` machine that runs Debian's Linux 6.1.
  ///
  /// A guest so small that this kernel could not boot in it keeps half of each zone: assumed.
  static func pcMachine(memory: PageCount) -> BootLayout {
    let low = memory.pages < PCMachine.holeFrom ? memory.pages : PCMachine.lowWithHole
    let high = memory.pages - low
    let top = max(0, low - PCMachine.firmwareTop)
    let dma = max(0, min(top, Zone.Kind.dma.end) - PCMachine.firstFrame)
    let dma32 = max(0, top - Zone.Kind.dma.end)
    let present = [max(0, dma - PCMachine.legacyHole), dma32, high]
    let spanned = [dma, high > 0 ? Zone.Kind.dma32.end - Zone.Kind.dma.end : dma32, high]

    var reserved = [min(PCMachine.dmaPages, present[0] / 2), 0, 0]
    var rest = memoryMapPages(of: memory) + hashTablePages(of: memory) + PCMachine.fixedPages
    if high > 0 {
      reserved[1] = PCMachine.bounceBuffers
      rest += PCMachine.bounceSlots
    }
    // The boot allocator works from the top of memory downwards.
    for index in [2, 1, 0] {
      let taken = min(rest, max(0, present[index] / 2 - reserved[index]))
      reserved[index] += taken
      rest -= taken
    }
    let zones = Zone.Kind.allCases.map { kind in
      Zone(
        kind, spanned: PageCount(spanned[kind.rawValue]),
        present: PageCount(present[kind.rawValue]),
        managed: PageCount(present[kind.rawValue] - reserved[kind.rawValue]))
    }
    return BootLayout(
      zones: zones, maxPFN: PageCount(high > 0 ? Zone.Kind.dma32.end + high : top))
  }

  /// Pages of the memory map: 64 bytes a frame, in whole sections.
  private static func memoryMapPages(of memory: PageCount) -> Int {
    let sections = (memory.pages + PCMachine.sectionFrames - 1) / PCMachine.sectionFrames
    return sections * PCMachine.sectionMapPages
  }

  /// Pages of the hash tables of directory entries and inodes.
  ///
  /// One bucket of 8 bytes for 8 KiB of memory that is not memory map, rounded up to a power of two; for
  /// inodes half as many. Above 64 GiB the kernel makes them smaller, by less than 0.15% of memory: left out.
  ///
  /// Source: Linux 6.1, mm/page_alloc.c, alloc_large_system_hash().
  private static func hashTablePages(of memory: PageCount) -> Int {
    let wanted = max(1, (memory.pages - memoryMapPages(of: memory)) / 2)
    var buckets = 1
    while buckets < wanted { buckets *= 2 }
    let entries = buckets * 8 / PageCount.pageSize
    return entries + entries / 2
  }
}
