extension SweepSpec {
  /// The keys of what a sweep varies.
  static let keys: [ScenarioKey<SweepSpec>] = [
    ScenarioKey(
      name: "vary",
      rows: { _ in
        [
          KeyRow(
            path: "vary", type: "mapping of paths to a range, or to a list of values",
            fallback: "none", meaning: "as `--vary`",
            note: "an option with the same path takes its place")
        ]
      },
      read: { reader, spec, decoder in
        if let vary = reader.child("vary") { spec.readAxes(vary, log: decoder.log) }
      },
      entries: { _ in [] }),
    ScenarioKey(
      name: "where",
      rows: { _ in
        [
          KeyRow(
            path: "where", type: "a comparison or a list of them", fallback: "none",
            meaning: "as `--where`", note: "options add to it")
        ]
      },
      read: { reader, spec, decoder in
        if let place = reader.child("where") { spec.readConstraints(place, log: decoder.log) }
      },
      entries: { _ in [] }),
    ScenarioKey("design", \.design, .choice, "which points (`Docs/tuning.md`)"),
    .optional(
      "samples", \.samples, .count(1...countLimit), else: "required but for a grid",
      "points, trajectories (`morris`) or rows (`saltelli`)"),
    ScenarioKey(
      "design_seed", \.designSeed, .seed, "where the design's random numbers start"),
    ScenarioKey("repeat", \.repetitions, .count(1...countLimit), "seeds a point"),
  ]
}
