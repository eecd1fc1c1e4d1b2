/// The time of a line: ISO 8601, seconds since 1970, or what `date` prints in English.
///
/// A named time zone is not looked up, only kept: between two times of the same zone the difference is what
/// counts.
struct TimeStamp {
  /// Nanoseconds since 1970, in the zone of the text.
  var nanoseconds: Int64
  /// The zone's name, empty where an offset was given (and applied) or nothing.
  var zone: String
  /// Whether neither a zone nor an offset was given.
  var isLocal = false

  /// The time in `line`; nothing if it is no time.
  init?(_ line: TraceField) {
    var words = line.words()
    if words.count > 1, words[0].text == "zzz" { words.removeFirst() }
    guard words.count <= 7, line.bytes.count <= 100, let first = words.first else { return nil }
    if words.count == 1, let epoch = first.decimal(places: 9), epoch >= 0, epoch < .max {
      (nanoseconds, zone) = (epoch, "")
    } else if let iso = Self.iso(words.map(\.text)) {
      self = iso
    } else if let date = Self.date(words.map(\.text)) {
      self = date
    } else {
      return nil
    }
  }

  /// The time of a text in ISO 8601; nothing if it is none.
  init?(iso text: String) {
    guard let stamp = Self.iso(text.split(separator: " ").map(String.init)) else { return nil }
    self = stamp
  }

  /// The time of a day `2026-11-23`, a clock `00:57:15` and a zone's name; without one it is local.
  init?(day: String, clock: String, zone: String) {
    guard let date = Self.day(day.split(separator: "-")), let time = Self.time(of: clock[...])
    else {
      return nil
    }
    self.init(
      nanoseconds: date + time, zone: zone == "UTC" ? "" : zone, isLocal: zone.isEmpty)
  }

  private init(nanoseconds: Int64, zone: String, isLocal: Bool = false) {
    self.nanoseconds = nanoseconds
    self.zone = zone
    self.isLocal = isLocal
  }

  /// `2026-11-23T00:57:13Z`, `2026-11-23 00:57:13.5 UTC`, `2026-11-23T01:57:13+01:00`.
  private static func iso(_ words: [String]) -> TimeStamp? {
    let parts = words.count == 1 ? words[0].split(separator: "T").map(String.init) : words
    guard (2...3).contains(parts.count), let day = day(parts[0].split(separator: "-")) else {
      return nil
    }
    let clock = parts[1].prefix { $0.isNumber || $0 == ":" || $0 == "." || $0 == "," }
    guard let time = time(of: clock) else { return nil }
    let suffix = String(parts[1].dropFirst(clock.count)) + (parts.count == 3 ? parts[2] : "")
    if suffix.isEmpty || suffix == "Z" || suffix == "UTC" {
      return TimeStamp(nanoseconds: day + time, zone: "", isLocal: suffix.isEmpty)
    }
    guard let offset = offset(suffix) else { return nil }
    return TimeStamp(nanoseconds: day + time - offset, zone: "")
  }

  /// `Mon Nov 23 00:57:13 UTC 2026`, `Mon 23 Nov 2026 12:57:13 AM CET`.
  private static func date(_ words: [String]) -> TimeStamp? {
    guard let year = words.first(where: { $0.count == 4 && $0.allSatisfy(\.isNumber) }),
      let month = words.compactMap({ months.firstIndex(of: $0) }).first,
      let dayOfMonth = words.first(where: { $0.count <= 2 && $0.allSatisfy(\.isNumber) }),
      let clock = words.first(where: { $0.contains(":") }),
      let day = day([year[...], "\(month + 1)", dayOfMonth[...]]), var time = time(of: clock[...])
    else { return nil }
    let half = words.first { $0 == "AM" || $0 == "PM" }
    if half != nil { time = time % (12 * hour) + (half == "PM" ? 12 * hour : 0) }
    let known = [year, months[month], dayOfMonth, clock, half ?? ""] + weekdays
    let zone = words.filter { !known.contains($0) }
    guard zone.count <= 1 else { return nil }
    return TimeStamp(nanoseconds: day + time, zone: zone.first ?? "")
  }

  static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  static let hour: Int64 = 3_600_000_000_000

  /// Nanoseconds from 1970 to the beginning of a day in the years 1970 to 2199.
  static func day(_ parts: [Substring]) -> Int64? {
    guard parts.count == 3, let year = Int64(parts[0]), (1970...2199).contains(year),
      let month = Int64(parts[1]), (1...12).contains(month), let day = Int64(parts[2]),
      (1...31).contains(day)
    else { return nil }
    // Days since 1 March of year 0, so that the leap day is the last of its year.
    let years = month > 2 ? year : year - 1
    let yearDays = years * 365 + years / 4 - years / 100 + years / 400
    let days = yearDays + ((month + 9) % 12 * 153 + 2) / 5 + day - 1
    return (days - 719_468) * 24 * hour
  }

  /// Nanoseconds since midnight of `00:57:13` or `00:57:13.25`.
  static func time(of clock: Substring) -> Int64? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hours = Int64(parts[0]), (0...23).contains(hours),
      let minutes = Int64(parts[1]), (0...59).contains(minutes)
    else { return nil }
    let seconds = parts[2].split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
    guard seconds.count <= 2, let whole = Int64(seconds[0]), (0...60).contains(whole) else {
      return nil
    }
    var nanoseconds = (hours * 3_600 + minutes * 60 + whole) * 1_000_000_000
    if seconds.count == 2 {
      let digits = seconds[1].prefix(9)
      guard let part = Int64(digits), part >= 0 else { return nil }
      nanoseconds += (0..<(9 - digits.count)).reduce(part) { value, _ in value * 10 }
    }
    return nanoseconds
  }

  /// `+01:00`, `-0530` or `+01` in nanoseconds.
  private static func offset(_ text: String) -> Int64? {
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    let digits = text.dropFirst().filter { $0 != ":" }
    guard [2, 4].contains(digits.count), digits.allSatisfy(\.isNumber), let number = Int64(digits)
    else { return nil }
    let minutes = digits.count == 2 ? number * 60 : number / 100 * 60 + number % 100
    return (sign == "-" ? -minutes : minutes) * 60_000_000_000
  }
}

extension TimeStamp {
  /// A time in nanoseconds since 1970 as `2026-11-23T00:57:13.25`, decimals only where there are any.
  static func text(_ nanoseconds: Int64) -> String {
    let second: Int64 = 1_000_000_000
    let seconds = nanoseconds >= 0 ? nanoseconds / second : (nanoseconds - second + 1) / second
    let part = nanoseconds - seconds * second
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    // The inverse of `day`: years begin in March.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    let calendarYear = year + era * 400 + (calendarMonth <= 2 ? 1 : 0)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    var text = "\(calendarYear)-\(two(calendarMonth))-\(two(day))T"
    text += "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    if part > 0 {
      let digits = "\(part)"
      text += "." + String(repeating: "0", count: 9 - digits.count) + digits
      while text.last == "0" { text.removeLast() }
    }
    return text
  }

  /// A time such as `Fri Mar  1 10:00:05` in a year that is not told, in nanoseconds since 1970 as if it were 1972.
  static func withoutYear(_ field: TraceField) -> Int64? {
    let words = field.words().map(\.text)
    guard (3...4).contains(words.count), let clock = words.last,
      let month = words.compactMap({ months.firstIndex(of: $0) }).first,
      let day = words.dropLast().last(where: { Int($0) != nil }),
      let date = Self.day(["1972", "\(month + 1)", day[...]]), let time = time(of: clock[...])
    else { return nil }
    return date + time
  }
}
