/// How the kernel reads a number that is written to an attribute: `kstrtoul`, base 10, 64 bits.
enum KernelNumber: Equatable {
  case value(UInt64)
  case overflow
  case malformed

  /// Reads an optional `+`, digits, and at most one newline; a zero byte ends the text.
  ///
  /// A value beyond 64 bits is an overflow whatever follows its digits. Source: Docs/kernel.md 1.1.
  init(_ text: some Sequence<UInt8>) {
    var bytes = text.makeIterator()
    var byte = bytes.next() ?? 0
    if byte == UInt8(ascii: "+") { byte = bytes.next() ?? 0 }
    var value: UInt64 = 0
    var hasDigits = false
    var hasOverflow = false
    while byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
      hasDigits = true
      let (product, isProductTooBig) = value.multipliedReportingOverflow(by: 10)
      let (sum, isSumTooBig) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      hasOverflow = hasOverflow || isProductTooBig || isSumTooBig
      value = sum
      byte = bytes.next() ?? 0
    }
    if hasOverflow {
      self = .overflow
      return
    }
    if byte == UInt8(ascii: "\n") { byte = bytes.next() ?? 0 }
    self = hasDigits && byte == 0 ? .value(value) : .malformed
  }
}
