internal import CYAML

/// What a YAML text consists of, piece by piece, as Debian's libyaml reads it.
final class YAMLEvents {
  /// A piece.
  struct Event {
    /// What a piece is.
    enum Kind {
      /// A text; whether it stands in quotes or in a block.
      case scalar(String, isQuoted: Bool)
      /// A list begins.
      case list
      /// A mapping begins: keys and values follow by turns.
      case mapping
      /// What began last ends.
      case end
      /// The name of something that stands elsewhere.
      case alias
      /// A document begins: a text may have several.
      case document
      /// The text ends.
      case textEnd
    }

    var kind: Kind
    /// Where it begins, from 1.
    var line: Int
    var column: Int
    /// Its tag, if it has one, in full: `tag:yaml.org,2002:int`.
    var tag: String?
    /// Whether others can refer to it.
    var hasAnchor = false
  }

  /// What is wrong with a text, and where.
  struct Fault: Error {
    var message: String
    var line: Int
    var column: Int
  }

  // libyaml keeps pointers into both.
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// The pieces of a text in UTF-8.
  init(_ bytes: some Collection<UInt8>) {
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    precondition(yaml_parser_initialize(parser) == 1, "no memory to read YAML")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next piece; not to be called after `textEnd` or a fault.
  func next() throws(Fault) -> Event {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw fault }
      defer { yaml_event_delete(&event) }
      if let known = Self.known(event) { return known }
    }
  }

  private var fault: Fault {
    switch parser.pointee.error {
    case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
      let mark = parser.pointee.problem_mark
      let problem = parser.pointee.problem.map { ": " + String(cString: $0) } ?? ""
      return Fault(
        message: "not valid YAML" + problem, line: Int(mark.line) + 1,
        column: Int(mark.column) + 1)
    default: return Fault(message: "not valid YAML", line: 1, column: 1)
    }
  }

  /// The piece that an event is; nothing for where the text begins and a document ends.
  private static func known(_ event: yaml_event_t) -> Event? {
    func piece(
      _ kind: Event.Kind, tag: UnsafeMutablePointer<yaml_char_t>? = nil,
      anchor: UnsafeMutablePointer<yaml_char_t>? = nil
    ) -> Event {
      Event(
        kind: kind, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1,
        tag: tag.map { String(cString: $0) }, hasAnchor: anchor != nil)
    }
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isQuoted =
        scalar.style != YAML_PLAIN_SCALAR_STYLE && scalar.style != YAML_ANY_SCALAR_STYLE
      return piece(
        .scalar(String(decoding: text, as: UTF8.self), isQuoted: isQuoted), tag: scalar.tag,
        anchor: scalar.anchor)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return piece(.list, tag: start.tag, anchor: start.anchor)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return piece(.mapping, tag: start.tag, anchor: start.anchor)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return piece(.end)
    case YAML_ALIAS_EVENT: return piece(.alias)
    case YAML_DOCUMENT_START_EVENT: return piece(.document)
    case YAML_STREAM_END_EVENT: return piece(.textEnd)
    default: return nil
    }
  }
}
