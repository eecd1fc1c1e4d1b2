import Foundation
import Testing
import Text

/// JSON as it is written.
@Suite("JSON")
struct JSONTests {
  @Test("Values are written without blanks, members in their order")
  func written() {
    let time: Int64? = nil
    let json: JSON = [
      "z": 1, "a": [1.5, true, "x", JSON.null] as JSON, "time_ns": time, "seed": UInt64.max,
      "guest": ["name": "build"] as JSON, "empty": [] as JSON, "none": [:] as JSON,
    ]

    #expect(
      json.text
        == #"{"z":1,"a":[1.5,true,"x",null],"time_ns":null,"seed":18446744073709551615,"#
        + #""guest":{"name":"build"},"empty":[],"none":{}}"#)
  }

  @Test(
    "A number reads back equal; what JSON cannot say of numbers is null, and no zero has a sign")
  func numbers() throws {
    for value in [0.1, 1e300, -2.5e-7, 1 / 3.0, 5] {
      let read = try JSONDecoder().decode(Double.self, from: Data(JSON.number(value).text.utf8))
      #expect(read == value)
    }
    #expect([Double.nan, .infinity, -0.0].json.text == "[null,null,0.0]")
  }

  @Test("A string reads back equal, and what is not seen stands in it as \\u")
  func strings() throws {
    let strings = [
      "", "a\"b\\c\u{1}\tä\u{301}\r\n", "\"\\/", "a\nb\r\tc", "\u{0}\u{1B}[31m",
      "\u{202E}\u{2028}\u{7F}", "\u{1F600} \u{E9}",
    ]
    for string in strings {
      let text = string.json.text
      #expect(try JSONDecoder().decode(String.self, from: Data(text.utf8)) == string)
      let isSeen = text.unicodeScalars.allSatisfy { !$0.isUnseen }
      #expect(isSeen)
    }
    #expect("\u{1B}\n".json.text == #""\u001b\n""#)
  }

  @Test("Recorded JSON is kept, on one line; what is none is a string")
  func recorded() {
    #expect(JSON.recorded("{\"a\":\n\t1}").text == "{\"a\":  1}")
    #expect(JSON.recorded("1").text == "1")
    #expect(JSON.recorded("\"\u{202E}\"").text == #""\u202e""#)
    for text in ["", "{", "{}{}", "\u{FEFF}1", "nul", "1\u{0}"] {
      #expect(JSON.recorded(text).text == text.json.text)
    }
  }

  @Test("Lines have an element each")
  func lines() {
    #expect(JSON.lines([1.json, 2.json]).text == "[\n1,\n2\n]")
    #expect(JSON.lines([]).text == "[]")
  }

  @Test("Objects are joined, and made of names that are not known before")
  func objects() {
    let object = JSON.object(zip(["b", "a"], [1, 2]).map { ($0, $1) })

    #expect((object + ["c": 3]).text == #"{"b":1,"a":2,"c":3}"#)
  }
}
