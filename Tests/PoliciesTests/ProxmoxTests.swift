import Policies
import Testing

@Suite("Proxmox")
struct ProxmoxTests {
  /// 1 MiB in bytes.
  private let mebibyte: Int64 = 1 << 20

  /// The sizes that a round asks for on a host with `goal` bytes too many.
  private func sizes(goal: Int64, _ guests: [Proxmox.Guest]) -> [Int64?] {
    var policy = Proxmox()
    var sizes: [Int64?] = [1, 2, 3]
    let total: Int64 = 10 << 30
    let host = Proxmox.Host(memoryTotal: total, memoryUsed: total * 80 / 100 - goal)
    #expect(policy.round(host, guests, into: &sizes) == goal)
    return sizes
  }

  /// A guest whose sizes are in MiB.
  private func guest(
    _ balloon: Int64, least: Int64 = 1_024, most: Int64 = 8_192, free: Int64 = 0,
    shares: Int64 = 1_000, isMigrating: Bool = false
  ) -> Proxmox.Guest {
    Proxmox.Guest(
      balloon: balloon * mebibyte, least: least * mebibyte, most: most * mebibyte,
      free: free * mebibyte, shares: shares, isMigrating: isMigrating)
  }

  @Test("Asked to grow, it also shrinks who has more than its share")
  func growsAndShrinks() {
    let guests = [
      Proxmox.Guest(
        balloon: 1_225_785_344, least: 536_870_912, most: 8 << 30, free: 0, shares: 333),
      Proxmox.Guest(
        balloon: 4_161_798_144, least: 1_073_741_824, most: 8 << 30, free: 0, shares: 667),
    ]

    #expect(sizes(goal: 157_286_400, guests) == [1_330_642_944, 4_056_940_544])
  }

  @Test("A goal of 10 MiB is none; one byte more is given as it is, not in whole pages")
  func deadBand() {
    let guests = [guest(2_378)]

    #expect(sizes(goal: 10_485_760, guests) == [nil])
    #expect(sizes(goal: 10_485_761, guests) == [2_503_999_489])
    #expect(sizes(goal: -10_485_760, guests) == [nil])
  }

  @Test("The poor are left alone as long as one rich guest can shrink")
  func richFirst() {
    let guests = [guest(3_212, free: 1_024), guest(4_096)]

    #expect(sizes(goal: -(2 << 30), guests) == [3_263_168_512, nil])
    #expect(
      sizes(goal: -(2 << 30), [guest(1_024, free: 1_024), guest(4_096)]) == [nil, 3_996 << 20])
  }

  @Test("Exactly a quarter of the least size free is poor, one byte more is rich")
  func quarter() {
    var one = guest(2_048, free: 256)
    #expect(!one.isRich)
    one.free += 1
    #expect(one.isRich)
    one.balloon = one.least - 1
    #expect(!one.isRich)
  }

  @Test("Who migrates, has no shares, no least size or no balloon takes no part")
  func candidates() {
    let away = [
      guest(2_048, isMigrating: true), guest(2_048, shares: 0), guest(2_048, least: 0),
      guest(0),
    ]

    #expect(sizes(goal: 1 << 30, away) == [nil, nil, nil, nil])
    #expect(sizes(goal: 1 << 30, []) == [])
  }

  @Test("Below its least size a guest is brought up by 100 MiB, above its most it shrinks")
  func outsideItsBounds() {
    let low = guest(512)
    let high = guest(2_048, least: 512, most: 2_000)

    #expect(sizes(goal: 1 << 30, [low]) == [612 << 20])
    #expect(sizes(goal: -(1 << 30), [low]) == [nil])
    #expect(sizes(goal: 1 << 30, [high]) == [2_000 << 20])
  }

  @Test("A round forgets the one before, and no size moves by more than 100 MiB")
  func oddNumbers() {
    var policy = Proxmox()
    let odd: [Int64] = [0, 1, 4_095, 1 << 29, 1 << 33, 1 << 52]
    for memory in odd {
      for used in odd {
        var guests: [Proxmox.Guest] = []
        for balloon in odd {
          for least in odd {
            guests.append(
              Proxmox.Guest(
                balloon: balloon, least: least, most: used, free: memory,
                shares: 1 + balloon % 50_000))
          }
        }
        var sizes: [Int64?] = []
        _ = policy.round(Proxmox.Host(memoryTotal: memory, memoryUsed: used), guests, into: &sizes)
        for (size, guest) in zip(sizes, guests) {
          let moved = abs((size ?? guest.balloon) - guest.balloon)
          #expect(moved <= Proxmox.largestChange)
        }
        var again: [Int64?] = []
        var other = Proxmox()
        _ = other.round(Proxmox.Host(memoryTotal: memory, memoryUsed: used), guests, into: &again)
        #expect(sizes == again)
      }
    }
  }

  @Test("A number out of its range in a line is named")
  func badFields() {
    func path(_ change: (inout VectorFields) -> Void) -> String? {
      var line: VectorFields = [
        "ballooning_target": .null, "goal": .number(0), "maxchange": .number(104_857_600),
        "host": .object(["memtotal": .number(1_000), "memused": .number(800)]),
        "guests": .object([:]), "result": .object([:]), "decision": .object([:]),
      ]
      change(&line)
      do throws(BadVectorField) {
        #expect(try ProxmoxReplay.replay(line) == [])
        return nil
      } catch {
        return error.path
      }
    }

    #expect(path { _ in } == nil)
    #expect(path { $0["ballooning_target"] = .number(101) } == "ballooning_target")
    #expect(path { $0["host"] = .object(["memtotal": .number(-1)]) } == "host.memtotal")
    let guest: VectorFields = ["shares": .number(50_001)]
    #expect(path { $0["guests"] = .object(["7": .object(guest)]) } == "guests.7.shares")
    #expect(path { $0["result"] = nil } == "result")
  }
}
