import Scenarios
import TestSupport
import Testing
import Units

@testable import Traces

@Suite("Traces of averages are told from traces of instants")
struct TraceAverageTests {
  private func read(
    _ text: String, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> CommittedTrace {
    var options = ImportOptions()
    change(&options)
    return try TraceReader.read(bytes: Array(text.utf8), file: "t", options: options)
  }

  private func series(_ labels: String) -> String {
    """
    {"status":"success","data":{"resultType":"matrix","result":[{"metric":{\(labels)},\
    "values":[[1795395443,"395452416"],[1795395503,"395452416"]]}]}}
    """
  }

  @Test(
    "A Prometheus metric is what was seen at an instant, an expression's result may be an average")
  func prometheus() throws {
    let metric = try read(series("\"__name__\":\"node_memory_Committed_AS_bytes\""))
    let expression = try read(series("")) { $0.committedColumn = "value" }

    #expect(!metric.provenance.areAverages)
    #expect(expression.provenance.areAverages)
    #expect(expression.coarseInterval == .seconds(60))
    #expect(expression.provenance.remarks.contains { $0.hasPrefix("averages: of an expression") })
  }

  @Test("Google's usage is an average, /proc/meminfo's is not")
  func formats() throws {
    let google = try read(
      "start_time,end_time,collection_id,instance_index,average_usage\n"
        + "300000000,600000000,11,0,\"{\"\"cpus\"\":0.01,\"\"memory\"\":0.25}\"\n"
    ) { ($0.committedFrom, $0.memory) = (.used, 1_048_576) }
    let csv = try read("time_s,committed_kb\n0,16\n60,32\n")

    #expect(google.provenance.averages == "each over the time from start_time to end_time")
    #expect(!csv.provenance.areAverages)
    // One sample has nothing between it and another.
    #expect(google.coarseInterval == nil && csv.coarseInterval == .seconds(60))
  }

  @Test(
    "Means of a finer trace are averages, in the file too; what was in force is not",
    arguments: ResamplingRule.allCases)
  func resampled(rule: ResamplingRule) throws {
    let folder = try TemporaryFolder()
    let fine = try folder.write("time_s,committed_kb\n0,16\n10,32\n120,64\n", to: "fine.csv")
    var csv: [UInt8] = []
    let provenance = try TraceReader.write(
      [fine], options: ImportOptions(),
      changes: [.resample(step: .seconds(60), rule: rule)]
    ) { csv += $0 }
    let again = try TraceReader.read(bytes: csv, file: "csv")

    #expect(provenance.areAverages == (rule == .mean))
    #expect(again.provenance.averages == (rule == .mean ? "each over the 1min after it" : nil))
  }
}
