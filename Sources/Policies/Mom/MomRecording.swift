/// MOM and the names of its guests in a recording.
struct MomRecording {
  private var daemon: Mom
  /// The guests' names in their order, with those that are down.
  private var names: [String] = []
  /// Those that are up.
  private var present: Set<String> = []

  init(_ daemon: Mom) { self.daemon = daemon }

  private mutating func place(of name: String) -> Int {
    if let place = names.firstIndex(of: name) { return place }
    names.append(name)
    daemon.leave(guest: names.count - 1)
    return names.count - 1
  }
}

// What is read.

extension MomRecording {
  /// Fills the windows as they were before the round.
  mutating func restore(_ state: VectorFields, at path: String) throws(BadVectorField) {
    let host = try state.required("host", in: path).list(at: path + "host")
    for (index, value) in host.enumerated() {
      daemon.collect(try Self.host(value, at: "\(path)host[\(index)]"))
    }
    let guests = try state.required("guests", in: path).fields(at: path + "guests")
    for name in guests.keys.sorted() {
      let path = "\(path)guests.\(name)"
      let guest = try (guests[name] ?? .null).fields(at: path)
      let place = place(of: name)
      present.insert(name)
      let window = try guest.required("window", in: path + ".").list(at: path + ".window")
      for (index, value) in window.enumerated() {
        daemon.collect(
          try Self.guest(value, at: "\(path).window[\(index)]"), ofGuest: place)
      }
      if try guest.required("ready", in: path + ".") == .bool(false) {
        daemon.collect(nil, ofGuest: place)
      }
    }
  }

  /// A turn of all monitors: a guest that is not named is down.
  mutating func turn(_ turn: VectorFields, at path: String) throws(BadVectorField) {
    let host = try turn.required("host", in: path)
    daemon.collect(host == .null ? nil : try Self.host(host, at: path + "host"))
    let guests = try turn.required("guests", in: path).fields(at: path + "guests")
    for name in present where guests[name] == nil { daemon.leave(guest: place(of: name)) }
    present = Set(guests.keys)
    for name in guests.keys.sorted() {
      let value = guests[name] ?? .null
      daemon.collect(
        value == .null ? nil : try Self.guest(value, at: "\(path)guests.\(name)"),
        ofGuest: place(of: name))
    }
  }

  private static func host(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Mom.HostSample {
    let columns = try value.list(at: path)
    if columns.count != 2 { throw BadVectorField(path: path) }
    guard let total = try kibibytes(columns[0], at: path + "[0]"), total > 0,
      let free = try kibibytes(columns[1], at: path + "[1]")
    else { throw BadVectorField(path: path) }
    return Mom.HostSample(memoryAvailable: total, memoryFree: free)
  }

  private static func guest(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Mom.GuestSample {
    let columns = try value.list(at: path)
    if columns.count != 4 { throw BadVectorField(path: path) }
    let guarantee: Mom.Guarantee
    if case .text(let text) = columns[1] {
      guard let number = Int64(text), "\(number)" == text else {
        throw BadVectorField(path: path + "[1]")
      }
      guarantee = .text(number)
    } else {
      guarantee = try kibibytes(columns[1], at: path + "[1]").map { .size($0) } ?? .missing
    }
    return Mom.GuestSample(
      balloonCurrent: try kibibytes(columns[0], at: path + "[0]"), balloonMin: guarantee,
      balloonMax: try kibibytes(columns[2], at: path + "[2]"),
      memoryUnused: try kibibytes(columns[3], at: path + "[3]"))
  }

  /// KiB, at most 2^42: all that a processor can address, and sums of a window are exact as doubles.
  private static func kibibytes(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Int64? {
    if value == .null { return nil }
    let number: Int64 = try value.number(at: path)
    guard 0...(1 << 42) ~= number else { throw BadVectorField(path: path) }
    return number
  }
}

// What is compared.

extension MomRecording {
  /// What a round led to, as it is recorded.
  struct Result {
    var error = VectorValue.null
    var controls: VectorFields = [:]
    var decision: VectorFields = [:]
  }

  /// A round.
  ///
  /// MOM goes through its guests in the order of a Python dictionary, which a line does not tell. It matters only in a
  /// round that fails: who came before has its controls. So such a round is gone through twice, with the guests that make
  /// it fail first and last, and each of the others may be as in either.
  func round(like controls: VectorFields) -> Result {
    let places = Array(names.indices.sorted { names[$0] < names[$1] })
    let first = round(places)
    if first.error == .null { return first }
    let failing = places.filter { round([$0]).error != .null }
    let others = places.filter { !failing.contains($0) }
    let early = round(failing + others)
    var late = round(others + failing)
    for place in others where early.controls[names[place]] == controls[names[place]] {
      late.controls[names[place]] = early.controls[names[place]]
    }
    return late
  }

  /// A round over some of the guests, in an order.
  private func round(_ places: [Int]) -> Result {
    var daemon = daemon
    daemon.guests = places.map { daemon.guests[$0] }
    var outcomes: [Mom.Outcome] = []
    let round = daemon.round(into: &outcomes)
    var result = Result()
    if let fault = round?.fault { result.error = .text(fault.text) }
    for (place, outcome) in zip(places, outcomes) {
      let controls = [outcome.decided, outcome.raised].compactMap(\.self)
      if !controls.isEmpty {
        result.controls[names[place]] = .list(
          controls.map { .list([.text("balloon_target"), VectorValue(real: $0)]) })
      }
      if let target = outcome.target { result.decision[names[place]] = VectorValue(target) }
    }
    return result
  }

  /// The host's window.
  var hostWindow: VectorValue {
    .list(
      daemon.host.list.map {
        .list([VectorValue($0.memoryAvailable), VectorValue($0.memoryFree)])
      })
  }

  /// The windows of the guests that are up.
  var guestWindows: VectorFields {
    var windows: VectorFields = [:]
    for (place, name) in names.enumerated() where present.contains(name) {
      let guest = daemon.guests[place]
      windows[name] = .object([
        "ready": guest.isReady.map { .bool($0) } ?? .null,
        "window": .list(guest.window.list.map(Self.columns)),
      ])
    }
    return windows
  }

  private static func columns(of sample: Mom.GuestSample) -> VectorValue {
    let guarantee: VectorValue =
      switch sample.balloonMin {
      case .missing: .null
      case .size(let size): VectorValue(size)
      case .text(let text): .text("\(text)")
      }
    return .list([
      VectorValue(sample.balloonCurrent), guarantee, VectorValue(sample.balloonMax),
      VectorValue(sample.memoryUnused),
    ])
  }
}
