import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Statistics
@testable import Traces

@Suite("What a trace is like")
struct TraceProfileTests {
  private func series(_ values: [Double]) -> EvenSeries {
    EvenSeries(step: .seconds(2), values: values)
  }

  /// A walk of levels, and steps of a tenth of a hundredth or more now and then.
  private func walk(_ count: Int, purpose: String) -> [Double] {
    var random = RandomStream(seed: 5, purpose: purpose)
    var level = 500.0
    return (0..<count).map { _ in
      level += random.unit() * 20 - 10
      return level
    }
  }

  @Test(
    "Changes that come five steps later are found, five steps earlier too", arguments: [5, -5, 0])
  func lead(steps: Int) throws {
    let long = walk(620, purpose: "one")
    let first = Array(long[10..<610])
    let second = Array(long[10 - steps..<610 - steps])
    let lead = try #require(LeadLag(series(first), series(second)))

    #expect(lead.lead == .seconds(Int64(2 * steps)))
    #expect(lead.correlation > 0.95 && lead.chance < 0.01)
  }

  @Test("Series that have nothing to do with each other are as good by chance")
  func unrelated() throws {
    let lead = try #require(
      LeadLag(series(walk(600, purpose: "one")), series(walk(600, purpose: "two"))))

    #expect(lead.correlation < 0.25 && lead.chance > 0.05)
  }

  @Test("The correlation at a distance is that of a plain second way")
  func correlation() throws {
    let (x, y) = (walk(60, purpose: "x"), walk(60, purpose: "y"))
    let lead = try #require(LeadLag(series(x), series(y)))
    let (dx, dy) = (series(x).changes, series(y).changes)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func variance(_ values: [Double]) -> Double {
      mean(values.map { ($0 - mean(values)) * ($0 - mean(values)) })
    }
    let all = (-5...5).map { lag -> (Int, Double) in
      let shifted = (0..<59).map { dy[(($0 + lag) % 59 + 59) % 59] }
      let product = mean(zip(dx, shifted).map { ($0 - mean(dx)) * ($1 - mean(dy)) })
      return (lag, product / (variance(dx) * variance(dy)).squareRoot())
    }
    let best = try #require(all.max { $0.1 < $1.1 })
    #expect(lead.lead == .seconds(Int64(2 * best.0)))
    #expect(abs(lead.correlation - best.1) < 1e-9)
  }

  @Test("A steep rise that memory in use does not follow by half is a false alarm")
  func alarms() throws {
    // Two rises of 100 of a range of 100, three samples apart in steps of 50: one alarm each.
    var (committed, used) = ([Double](repeating: 0, count: 60), [Double](repeating: 0, count: 60))
    for place in 10..<20 { committed[place] = place == 10 ? 50 : 100 }
    for place in 14..<20 { used[place] = 60 }
    for place in 40..<50 { committed[place] = 100 }
    for place in 40..<50 { used[place] = 40 }
    let lead = try #require(LeadLag(series(committed), series(used)))

    #expect(lead.alarms == 2 && lead.falseAlarms == 1)
    #expect(LeadLag(series(committed), series([Double](repeating: 1, count: 60))) == nil)
    #expect(LeadLag(series([1, 2]), series([1, 2])) == nil)
  }

  @Test("Rises, quantiles and memory in use of a trace, worked by hand")
  func profile() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      time_s,committed_kb,mem_total_kb,available_kb
      0,400,4000,3600
      1,400,4000,3600
      2,800,4000,3200
      3,1200,4000,2800
      4,1200,4000,2800
      5,400,4000,3600
      6,480,4000,3520

      """, to: "t.csv")
    let (profile, trace) = try TraceProfile.read(file, options: ImportOptions())

    // From 100 to 300 pages between 1 s and 3 s, from 100 to 120 in the last second.
    #expect(
      profile.rises == [
        .init(start: .seconds(1), length: .seconds(2), pages: 200),
        .init(start: .seconds(5), length: .seconds(1), pages: 20),
      ])
    #expect(profile.rises[0].speed == 100)
    #expect(profile.committed.values == [100, 100, 200, 300, 300, 100, 120])
    #expect(profile.quantiles[2] == 120 && profile.quantiles[5] == 300)
    #expect(profile.used?.series.values == [100, 100, 200, 300, 300, 100, 120])
    #expect(profile.used?.source == "total less available")
    #expect(profile.lead == nil && trace.samples.count == 7)
  }
}
