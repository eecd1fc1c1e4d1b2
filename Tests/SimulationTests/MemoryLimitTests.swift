import MemoryModel
import Testing
import Units

@testable import Simulation

@Suite("What this machine leaves of its memory")
struct MemoryLimitTests {
  @Test("It is what the kernel says can be had without swapping")
  func available() {
    let text = "MemTotal:       16384 kB\nMemFree:          100 kB\nMemAvailable:    8192 kB\n"
    let old = "MemTotal:       16384 kB\nMemFree:          100 kB\n"

    #expect(MemoryLimit.available(in: text) == 8_192 << 10)
    #expect(MemoryLimit.available(in: old) == 16_384 << 10)
    #expect(MemoryLimit.available(in: "MemAvailable: lots\n") == nil)
    #expect(MemoryLimit.available(in: "") == nil)
  }

  @Test("This process can take some, and a size that was chosen counts instead")
  func chosen() {
    let machine = MemoryLimit.memory(chosen: nil)

    #expect(machine.bytes > 0 && machine.source != .option)
    #expect(MemoryLimit.memory(chosen: .mebibytes(3)).bytes == 3 << 20)
    #expect(MemoryLimit.memory(chosen: .mebibytes(3)).source == .option)
  }
}
