import Policies

/// Replays one vector on a driver that has just booted and collects the differences.
struct DriverReplay {
  private var driver: SelfBalloonDriver
  private var guest = GuestView.zero
  /// The clock, and when the queued worker is due, in jiffies.
  private var now: UInt64 = 0
  private var due: UInt64 = 0
  private var differences: [VectorDifference] = []

  /// Replays `vector`; nothing if it is of no known kind.
  static func run(
    _ vector: DriverVector
  ) throws(BadVectorField) -> (
    kind: VectorReport.Kind, differences: [VectorDifference]
  )? {
    var replay = DriverReplay(
      driver: SelfBalloonDriver(
        generation: .linux4_19, frontswapCompiledIn: vector.frontswapCompiledIn))
    let kind: VectorReport.Kind
    if let steps = vector.steps {
      kind = .steps
      try replay.play(steps, environment: vector.environment ?? [:])
    } else if vector.tunables != nil {
      kind = .singleTick
      try replay.playSingleTick(vector)
    } else if vector.flags != nil {
      kind = .initialise
      try replay.playInit(vector)
    } else {
      return nil
    }
    return (kind, replay.differences)
  }

  private init(driver: SelfBalloonDriver) { self.driver = driver }

  private mutating func compare(
    _ expected: VectorFields, _ got: VectorFields, at path: String
  ) throws(BadVectorField) {
    for (name, value) in expected {
      if case .object = value { throw BadVectorField(path: "\(path)expected.\(name)") }
    }
    differences += VectorDifference.between(expected, got, at: path + "expected")
  }

  private func required<Value>(_ value: Value?, _ path: String) throws(BadVectorField)
    -> Value
  {
    guard let value else { throw BadVectorField(path: path) }
    return value
  }

  private mutating func playSingleTick(_ vector: DriverVector) throws(BadVectorField) {
    try guest.update(required(vector.environment, "environment"), at: "environment")
    try driver.setTunables(required(vector.tunables, "tunables"))
    if driver.tunables.isSelfshrinking {
      try driver.setState(required(vector.stateBefore, "state_before"))
    }
    try compare(required(vector.expected, "expected"), tick(), at: "")
  }

  private mutating func playInit(_ vector: DriverVector) throws(BadVectorField) {
    for write in try required(vector.writesBefore, "writes_before") {
      _ = driver.write(write.attribute, text: write.text.utf8)
    }
    guest.totalRAM = try required(vector.totalramPages, "totalram_pages")
      .number(at: "totalram_pages")
    var got = initialise(try required(vector.flags, "flags"))
    got["attributes_registered"] =
      .bool(try required(vector.sysfsCompiledIn, "sysfs_compiled_in"))
    try compare(required(vector.expected, "expected"), got, at: "")
  }

  private mutating func play(
    _ steps: [DriverVector.Step], environment: VectorFields
  ) throws(BadVectorField) {
    try guest.update(environment, at: "environment")
    for (index, step) in steps.enumerated() {
      let path = "steps[\(index)]."
      let got: VectorFields
      switch step.op {
      case .initialise: got = initialise(try required(step.flags, path + "flags"))
      case .write: got = try write(step, at: path)
      case .read: got = read(try required(step.attribute, path + "attribute"))
      case .list: got = list()
      case .advance:
        let jiffies = path + "jiffies"
        now &+= try required(step.jiffies, jiffies).number(at: jiffies)
        if driver.isWorkerPending && due <= now {
          throw BadVectorField(path: jiffies)
        }
        continue
      case .tick:
        try guest.update(step.environment ?? [:], at: path + "environment")
        got = driver.isWorkerPending ? queuedTick() : ["ran_at_jiffies": .null]
      }
      try compare(required(step.expected, path + "expected"), got, at: path)
    }
  }

  /// Notes the time for which the worker has just been queued.
  private mutating func noteQueued(_ delay: UInt64?) {
    if let delay { due = now &+ delay }
  }

  private mutating func queuedTick() -> VectorFields {
    now = due
    var got = tick()
    got["ran_at_jiffies"] = VectorValue(now)
    return got
  }

  /// One worker run in which a shrink takes no time.
  private mutating func tick() -> VectorFields {
    let decision = driver.beginRun(guest)
    let delay = driver.endRun()
    noteQueued(delay)
    var got: VectorFields = [
      "balloon_target_pages": VectorValue(decision.balloon?.outcome?.balloonTarget)
    ]
    if let fault = decision.fault {
      got["fault"] = .text(fault.rawValue)
      return got
    }
    got["frontswap_shrink_target_pages"] = VectorValue(decision.shrink?.shrinkTarget)
    got["reschedule_delay_jiffies"] = VectorValue(delay)
    if driver.tunables.isSelfshrinking {
      got["inertia_counter_ticks"] = VectorValue(driver.countdown)
    }
    return got
  }

  private mutating func initialise(_ flags: DriverVector.Flags) -> VectorFields {
    let outcome = driver.initialise(flags.initFlags, totalRAM: guest.totalRAM)
    noteQueued(outcome.queuedDelay)
    let tunables = driver.tunables
    return [
      "status": .text(outcome.status.rawValue),
      "selfballooning": .number(tunables.isSelfballooning ? 1 : 0),
      "frontswap_selfshrinking":
        driver.isFrontswapCompiledIn ? .number(tunables.isSelfshrinking ? 1 : 0) : .null,
      "selfballoon_reserved_mb": VectorValue(tunables.reservedMB),
      "queued_delay_jiffies": VectorValue(outcome.queuedDelay),
      "worker_pending": .bool(driver.isWorkerPending),
      "notices": .list(outcome.notices.map { .text($0.rawValue) }),
    ]
  }

  private mutating func write(
    _ step: DriverVector.Step, at path: String
  ) throws(BadVectorField) -> VectorFields {
    let outcome = driver.write(
      try required(step.attribute, path + "attribute"),
      text: try required(step.text, path + "text").utf8, hasCapability: step.capSysAdmin ?? true)
    noteQueued(outcome.queuedDelay)
    var got: VectorFields = [
      "status": .text(outcome.status.rawValue),
      "queued_delay_jiffies": VectorValue(outcome.queuedDelay),
      "worker_pending": .bool(driver.isWorkerPending),
    ]
    if let bytes = outcome.bytesAccepted { got["bytes_accepted"] = VectorValue(bytes) }
    if driver.isFrontswapCompiledIn { got["inertia_counter_ticks"] = VectorValue(driver.countdown) }
    return got
  }

  private func read(_ attribute: String) -> VectorFields {
    guard let text = driver.read(attribute) else {
      return ["status": .text(SelfBalloonDriver.WriteStatus.noAttribute.rawValue)]
    }
    return ["status": .text(SelfBalloonDriver.WriteStatus.ok.rawValue), "text": .text(text)]
  }

  private func list() -> VectorFields {
    [
      "directory": .text(SelfBalloonAttribute.directory),
      "attributes": .list(driver.attributes.map { .text($0.rawValue) }),
      "mode_octal": .text("0" + String(SelfBalloonAttribute.mode, radix: 8)),
    ]
  }
}
