import Foundation
import Tensors

/// One repertoire as tab-separated text: its whole sequences, and how many lines had none.
struct RepertoireFile {
  let repertoire: Repertoire
  let leftOut: SequencesLeftOut
  /// What the column of the sequences is called, in plain letters; empty where there are no names.
  let meaning: String

  /// The most letters of a sequence.
  static let longestSequence = 10_000
  /// From this many letters on, all of them A, C, G and T are taken for nucleotides.
  private static let leastNucleotides = 30

  /// - Parameter isStrict: Whether a line without a whole sequence is an error.
  init(contentsOf url: URL, name: String, isPositive: Bool, isStrict: Bool) throws {
    let columns = try RepertoireColumns(TabSeparatedFile(contentsOf: url))
    let (file, column) = (columns.file, columns.sequence)
    var (letters, starts, counts): ([UInt8], [Int32], [Int32]) = ([], [0], [])
    var leftOut = SequencesLeftOut()
    try file.forEachLine { line, fields in
      let before = letters.count
      let field = fields[column]
      func failure(_ expected: String) -> DataFileError {
        file.failure(line: line, column: column, found: field, expected: expected)
      }
      let isProductive = try columns.isProductive(line: line, fields)
      let reason = isProductive ? try Self.append(field, to: &letters, failure) : .unproductive
      leftOut.add(reason)
      guard reason == nil else {
        if isStrict { throw failure("amino acids of a productive sequence, as sequences are read strictly") }
        letters.removeLast(letters.count - before)
        return
      }
      guard field.count <= Self.longestSequence, letters.count <= Int(Int32.max) else {
        throw failure("1 to \(Self.longestSequence) amino acids")
      }
      starts.append(Int32(letters.count))
      if let count = try columns.count(line: line, fields) { counts.append(count) }
    }
    guard starts.count > 1 else {
      throw DataFileError(
        file: file.name,
        problem: leftOut.total == 0
          ? "no lines after the first, expected one a sequence" : "no sequence is left: \(leftOut)")
    }
    guard letters.count < Self.leastNucleotides || !letters.allSatisfy(Self.nucleotides.contains) else {
      throw DataFileError(
        file: file.name,
        problem: "field \(file.columns[column]): all sequences consist of A, C, G and T, expected amino acids"
      )
    }
    self.leftOut = leftOut
    meaning = columns.meaning
    repertoire = Repertoire(
      name: name, isPositive: isPositive,
      sequences: SymbolSequences(symbols: letters, starts: starts, symbolCount: AminoAcids.count),
      counts: counts.count == starts.count - 1 ? counts : nil)
  }

  private static let nucleotides = Set("ACGT".utf8.compactMap(AminoAcids.letter))

  /// Appends the letters of a field up to what makes it no whole sequence; what that is, if anything.
  private static func append(
    _ field: TabSeparatedFile.Field, to letters: inout [UInt8], _ failure: (String) -> DataFileError
  ) throws -> SequencesLeftOut.Reason? {
    if MissingField.isOne(field) { return .missing }
    var reason: SequencesLeftOut.Reason?
    for code in field {
      if let letter = AminoAcids.letter(of: code) {
        letters.append(letter)
        continue
      }
      switch code {
      case UInt8(ascii: "*"): reason = reason ?? .stopCodon
      case UInt8(ascii: "_"), UInt8(ascii: "#"), UInt8(ascii: "~"), UInt8(ascii: "?"):
        reason = reason ?? .frameshift
      case UInt8(ascii: "X"), UInt8(ascii: "x"): reason = reason ?? .unknownAminoAcid
      default: throw failure("amino acids")
      }
    }
    return reason
  }
}
