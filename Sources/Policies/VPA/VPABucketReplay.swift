/// The recorded table of the recommender's buckets for memory.
public enum VPABucketReplay: PolicyReplay {
  /// The table's name.
  public static let kind = "vpa-buckets"

  /// Told by its columns.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["bucket", "start_bytes", "first_whole_byte"])
  }

  /// A row by its bucket.
  public static func id(of line: VectorFields) throws(BadVectorField) -> String {
    "bucket \(try bucket(of: line))"
  }

  /// Works a row out.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let bucket = try bucket(of: line)
    // The least whole number of bytes that falls into it, or into a later one.
    var range: ClosedRange<Int64> = 0...(1 << 50)
    while range.lowerBound < range.upperBound {
      let middle = (range.lowerBound + range.upperBound) / 2
      range =
        VPA.Histogram.bucket(of: Double(middle)) < bucket
        ? (middle + 1)...range.upperBound : range.lowerBound...middle
    }
    let got: VectorFields = [
      "start_bytes": VectorValue(real: VPA.Histogram.start(of: bucket)),
      "first_whole_byte": VectorValue(range.lowerBound),
    ]
    return VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: "")
  }

  private static func bucket(of line: VectorFields) throws(BadVectorField) -> Int {
    let bucket: Int = try line.number("bucket")
    guard 0..<VPA.Histogram.buckets ~= bucket else { throw BadVectorField(path: "bucket") }
    return bucket
  }
}
