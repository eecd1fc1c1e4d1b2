import Scenarios
import Testing
import Units

@Suite("Recording levels")
struct RecordingLevelTests {
  @Test(
    "A run serves for what asks for no more than it keeps",
    arguments: [
      ("ticks", "ticks", true), ("ticks", "every:60s", true), ("ticks", "metrics", true),
      ("every:60s", "ticks", false), ("every:10s", "every:60s", true),
      ("every:60s", "every:10s", false), ("every:7s", "every:60s", false),
      ("every:1h", "worker", true), ("worker", "every:1h", false), ("worker", "metrics", true),
      ("metrics", "worker", false), ("metrics", "metrics", true),
    ])
  func order(kept: String, wanted: String, serves: Bool) throws {
    let kept = try #require(RecordingLevel(kept))
    let wanted = try #require(RecordingLevel(wanted))

    #expect(kept.satisfies(wanted) == serves)
  }

  @Test(
    "Texts that name no level",
    arguments: ["", "tick", "every", "every:0s", "every:-1s", "every:60"])
  func wrong(text: String) {
    #expect(RecordingLevel(text) == nil)
  }
}
