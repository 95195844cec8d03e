import ArrayFiles
import Foundation

/// A text as symbols, one a character.
public struct CharacterText: Sendable {
  /// The characters that occur in the text.
  public let vocabulary: CharacterVocabulary
  /// The symbol of each character.
  public let symbols: [Int]

  /// The text of a file.
  ///
  /// Scalars are those of the file, as they are written; the byte-order mark of UTF-8 is none of them.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing, empty or a pointer of Git LFS, or is not UTF-8 where scalars are asked
  ///   for, with the first byte that is not.
  public init(path: String, unit: CharacterUnit = .scalars) throws {
    let url = URL(fileURLWithPath: path)
    switch unit {
    case .scalars: self.init(try TextFile.read(url))
    case .bytes:
      let bytes = try DataFile.mapped(url)
      if let kind = FileKind(bytes), kind == .gitLFSPointer {
        throw DataFileError(file: url.path, problem: "is \(kind), expected text")
      }
      self.init(values: bytes.map(UInt32.init), unit: .bytes)
    }
    if symbols.isEmpty { throw DataFileError(file: url.path, problem: "is empty, expected text") }
  }

  /// A text.
  public init(_ text: String, unit: CharacterUnit = .scalars) {
    self.init(values: CharacterVocabulary.values(of: text, unit), unit: unit)
  }

  private init(values: [UInt32], unit: CharacterUnit) {
    let vocabulary = CharacterVocabulary(values, unit: unit)
    let highest = Int(vocabulary.values.last ?? 0)
    var symbolOfValue = [Int](repeating: 0, count: highest + 1)
    for (symbol, value) in vocabulary.values.enumerated() { symbolOfValue[Int(value)] = symbol }
    self.vocabulary = vocabulary
    symbols = values.map { symbolOfValue[Int($0)] }
  }
}

/// The parts of a text: to learn from, to choose by, and to judge on, one after the other.
public struct TextSplit: Sendable, Equatable {
  /// What is learned from.
  public let training: Range<Int>
  /// What choices are made by: the last tenth of the part to learn from; empty unless asked for.
  public let selection: Range<Int>
  /// What models are judged on: the last tenth of the text.
  public let validation: Range<Int>

  /// The first nine tenths and the rest of so many symbols.
  public init(count: Int, withSelection: Bool) {
    let end = count * 9 / 10
    let cut = withSelection ? end * 9 / 10 : end
    (training, selection, validation) = (0..<cut, cut..<end, end..<count)
  }
}
