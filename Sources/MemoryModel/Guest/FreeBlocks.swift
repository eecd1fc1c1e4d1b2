/// How many blocks of 2 MiB are free as a whole, by how many pages are free and by what the guest did before.
///
/// A model of fragmentation, not an allocator: no page has an address. What it says:
/// - The kernel's own memory lies close together, as at boot.
/// - Pages of programs come to lie in so many blocks as the most of them that were ever in use fill, and three sixteenths more.
/// - Blocks in which pages have come and gone are *mixed*: some page that stays pins them. When everything else is freed, half of the
///   mixed blocks are whole again. With `x` pages a block in use it is that half divided by `1 + sqrt(x / 48)`.
/// - When as many pages are freed as those blocks have, 1 in e of the unmixed blocks stays unmixed. Unmixed blocks are used one after
///   another, as by an allocator that breaks a block when it has no loose page left.
///
/// A fit to two recorded guests of 16 GiB, whose free pages and free blocks are known every 1.7 s (`Docs/model.md` 2.14). Nothing
/// brings mixed blocks back: there is no compaction. Source of the recordings: github.com/luhsra/hyperalloc-bench at a385a2d3652e.
public struct FreeBlocks: Hashable, Sendable {
  /// Pages of a block, a huge page. `pageblock_order` is 9 on x86-64.
  public static let block = 512
  /// Over how many blocks pages are spread, in sixteenths of those that they would fill.
  static let spread = 19
  /// Pages in use in each mixed block with which a quarter of the mixed blocks is whole, not half of them.
  static let density = 48

  /// Pages that the allocator manages, free or not.
  private let managed: Int
  /// Pages of the kernel itself.
  private let kernel: Int
  /// Blocks that programs can come to use.
  private let usable: Int
  /// Blocks over which programs' pages were ever spread.
  public private(set) var broken = 0
  /// How many of them are not mixed, in parts of a block.
  private var unmixed = 0
  /// Programs' pages at the last look, and the most of them at a look.
  private var used = 0
  private var mostUsed = 0
  /// Parts of a block in which the unmixed ones are counted, so that many small changes do not add up to an error.
  private static let part = 1 << 16

  /// A guest that manages so many pages, of which the kernel has some for good, with nothing else in use.
  ///
  /// Both are from 0 to 2^40, `kernel` at most `managed`.
  public init(managed: Int, kernel: Int) {
    self.managed = managed
    self.kernel = kernel
    usable = max(managed / Self.block - Self.blocks(holding: kernel), 0)
  }

  /// The fewest blocks that hold so many pages.
  private static func blocks(holding pages: Int) -> Int { (pages + block - 1) / block }

  /// Over how many blocks so many pages of programs are spread.
  private func spread(_ pages: Int) -> Int {
    min(usable, Self.blocks(holding: pages * Self.spread / 16))
  }

  /// Blocks of which a part stays in use, whatever is freed: those that are mixed.
  public var mixed: Int { broken - unmixed / Self.part }

  /// Takes notice of how many pages are free now. Call it often: what was freed and used again between two calls is not seen.
  public mutating func note(free: Int) {
    let now = max(managed - free - kernel, 0)
    if now > mostUsed {
      mostUsed = now
      let all = spread(now)
      unmixed += (all - broken) * Self.part
      broken = all
    }
    if now < used { mix(used - now) }
    used = now
  }

  /// So many pages were freed: of the unmixed blocks exp(-z) stay unmixed, with z the pages by those of all broken blocks.
  ///
  /// exp(z) is taken as its series up to the square, which is 8% less at z = 1.
  private mutating func mix(_ freed: Int) {
    guard broken > 0 else { return }
    let (all, part) = (Int128(broken * Self.block), Int128(freed))
    let whole = 2 * all * all
    unmixed = Int(Int128(unmixed) * whole / (whole + 2 * all * part + part * part))
  }

  /// Blocks that would be free as a whole with `free` pages free. The fewer are free, the fewer are whole.
  public func whole(free: Int) -> Int {
    let now = max(managed - free - kernel, 0)
    let all = max(broken, spread(now), 1)
    // The root in 64ths.
    let root = squareRoot(4_096 * now / (Self.density * all))
    let opened = mixed * 64 / (2 * (64 + root))
    return max(min(usable - mixed + opened, free / Self.block), 0)
  }

  /// The fewest free pages with which `blocks` are whole, if that many are with `most` pages free; else `most`.
  public func leastFree(forWhole blocks: Int, most: Int) -> Int {
    var (low, high) = (min(blocks * Self.block, most), most)
    while low < high {
      let middle = low + (high - low) / 2
      if whole(free: middle) >= blocks { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
