extension Unicode.Scalar {
  /// Whether it draws nothing, but moves, hides or turns round what is drawn.
  ///
  /// These are the control characters, the separators of lines and paragraphs, and the marks that change the direction of
  /// writing. Texts of anybody may have them, and each kind of output has its own way to keep them from doing anything.
  ///
  /// Source: Unicode Standard Annex 9, for the marks.
  public var isUnseen: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
