/// Plain values one after another in memory of their own: an array without an owner to ask before every change.
///
/// Swift looks at an array's reference count before it changes an element; where a sample of a trace is some hundred
/// instructions in all, that look is a tenth of them.
struct GrowingRow<Element: BitwiseCopyable>: ~Copyable {
  /// How many values there are.
  private(set) var count = 0
  private var room: Int
  private var values: UnsafeMutablePointer<Element>

  /// An empty row; the memory for `room` values is there already.
  init(room: Int = 8) {
    self.room = max(room, 1)
    values = .allocate(capacity: self.room)
  }

  deinit { values.deallocate() }

  /// The places of the values.
  var indices: Range<Int> { 0..<count }

  /// The value at a place, which must be there.
  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no value there")
      return values[index]
    }
    @inline(__always) _modify {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no value there")
      yield &values[index]
    }
  }

  /// The last value, if there is one.
  var last: Element? {
    @inline(__always) get { count == 0 ? nil : values[count &- 1] }
  }

  /// Adds a value at the end. O(1) on average.
  @inline(__always)
  mutating func append(_ value: Element) {
    if count == room { grow() }
    (values + count).initialize(to: value)
    count &+= 1
  }

  /// Takes the last `number` values away; there must be as many.
  @inline(__always)
  mutating func removeLast(_ number: Int) {
    precondition(number <= count, "not so many to remove")
    count &-= number
  }

  /// Takes away the values of which `condition` holds; the others stay in their order. O(count).
  mutating func removeAll(where condition: (Element) -> Bool) {
    var kept = 0
    for index in 0..<count where !condition(values[index]) {
      values[kept] = values[index]
      kept += 1
    }
    count = kept
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: 2 * room)
    larger.moveInitialize(from: values, count: count)
    values.deallocate()
    values = larger
    room *= 2
  }
}
