/// What is wrong with the content of a file: which file, which field, what should be there, what is.
public struct FileFormatError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The path the file was opened with, or "memory".
  public let file: String
  /// The part of the file that is wrong, such as "header length" or "array \"Wq\", shape".
  public let field: String
  /// What should be there.
  public let expected: String
  /// What is there instead.
  public let found: String

  /// An error about one field of one file; the description escapes control characters in each part.
  public init(file: String, field: String, expected: String, found: String) {
    self.file = file
    self.field = field
    self.expected = expected
    self.found = found
  }

  /// One line: `file: field: expected …, found …`.
  public var description: String {
    "\(oneLine(file)): \(oneLine(field)): expected \(oneLine(expected)), found \(oneLine(found))"
  }
}

/// Text from outside made fit for an error line: control characters escaped, long text cut.
package func oneLine(_ text: String, limit: Int = 300) -> String {
  var line = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    let isControl = scalar.properties.generalCategory == .control
    let isBreak = scalar.value == 0x2028 || scalar.value == 0x2029
    if isControl || isBreak {
      line += scalar.escaped(asASCII: true)
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > limit ? line + "…" : line
}

/// Text from outside as it is shown inside an error line: quoted and cut.
func quoted(_ text: String) -> String { "\"\(oneLine(text, limit: 80))\"" }
