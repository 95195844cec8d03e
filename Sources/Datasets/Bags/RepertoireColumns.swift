import Tensors

/// Where a file of receptor sequences has what is read of it, by the names that common programs give their columns.
///
/// - Source: the names of the published code of Widrich et al. 2020 and of immunoSEQ, AIRR Rearrangement 1.4, MiXCR,
///   VDJtools, immunarch and VDJdb. Where a file has several columns of sequences, the one with the conserved residues
///   at both ends comes first (`junction_aa` before `cdr3_aa`), as it is what most programs call CDR3.
struct RepertoireColumns {
  /// The file, with its first line as content where that is a sequence.
  let file: TabSeparatedFile
  /// The column of the sequences, and its name in plain letters; empty where the file has no names.
  let sequence: Int
  let meaning: String
  /// How often each sequence was seen; nil where the file does not say.
  let count: Int?
  /// Columns that say whether a rearrangement makes a receptor, with the words for it.
  private let verdicts: [(column: Int, isProductive: [String: Bool])]

  private static let sequenceNames = [
    "aminoacid", "junctionaa", "aaseqcdr3", "cdr3aa", "cdr3aminoacidsequence", "cdr3aminoacids",
    "cdr3aminoacid",
    "cdr3", "aminoacidsequence",
  ]
  private static let countNames = [
    "templates", "counttemplatesreads", "counttemplates", "duplicatecount", "clonecount", "count", "clones",
    "countreads", "readcount", "reads",
  ]
  private static let yes = ["t", "true", "yes", "y", "1"], no = ["f", "false", "no", "n", "0"]
  private static let verdictNames: [(name: String, productive: [String], unproductive: [String])] = [
    ("productive", yes, no), ("vjinframe", yes, no), ("stopcodon", no, yes),
    ("sequencestatus", ["in"], ["out", "stop"]), ("frametype", ["in"], ["out", "stop"]),
  ]

  init(_ file: TabSeparatedFile) throws {
    if file.columns.count == 1, !Self.sequenceNames.contains(TabSeparatedFile.plain(file.columns[0])),
      Self.isSequence(file.columns[0])
    {
      (self.file, sequence, meaning, count, verdicts) = (file.withoutNames, 0, "", nil, [])
      return
    }
    guard let column = try file.firstColumn(of: Self.sequenceNames) else {
      throw file.failure(
        "no column of sequences, expected amino_acid, junction_aa, cdr3_aa, cdr3aa, aaSeqCDR3 or aminoAcid "
          + "between tabs")
    }
    (self.file, sequence, meaning) = (file, column, TabSeparatedFile.plain(file.columns[column]))
    count = try file.firstColumn(of: Self.countNames)
    verdicts = try Self.verdictNames.compactMap { name, productive, unproductive in
      guard let column = try file.firstColumn(of: [name]) else { return nil }
      let words = productive.map { ($0, true) } + unproductive.map { ($0, false) }
      return (column, Dictionary(words) { first, _ in first })
    }
  }

  /// Whether a line makes a receptor, as far as it says.
  func isProductive(line: Int, _ fields: [TabSeparatedFile.Field]) throws -> Bool {
    for (column, words) in verdicts where !MissingField.isOne(fields[column]) {
      guard let found = words[String(decoding: fields[column], as: UTF8.self).lowercased()] else {
        let expected = words.keys.sorted().joined(separator: ", ")
        throw file.failure(line: line, column: column, found: fields[column], expected: "one of \(expected)")
      }
      if !found { return false }
    }
    return true
  }

  /// How often a line's sequence was seen: a whole number, also written 2.0 or 1e3; nil where that is missing.
  func count(line: Int, _ fields: [TabSeparatedFile.Field]) throws -> Int32? {
    guard let count, !MissingField.isOne(fields[count]) else { return nil }
    let text = String(decoding: fields[count], as: UTF8.self)
    // Digits, a point and an exponent alone: what else reads as a number is none here (0x10, inf).
    let isDecimal = text.utf8.allSatisfy { Self.decimal.contains($0) }
    guard let number = Int32(text) ?? (isDecimal ? Double(text).flatMap(Int32.init(exactly:)) : nil),
      number > 0
    else {
      throw file.failure(line: line, column: count, found: fields[count], expected: "a whole number from 1")
    }
    return number
  }

  private static let decimal = Set("0123456789.eE+-".utf8)

  /// Whether a text is a sequence of amino acids, whole or not. In small letters it is the name of a column, such as `seq`.
  private static func isSequence(_ text: String) -> Bool {
    let (other, capitals) = (Set("*_#~X".utf8), UInt8(ascii: "A")...UInt8(ascii: "Z"))
    return !text.isEmpty
      && text.utf8.allSatisfy {
        other.contains($0) || capitals.contains($0) && AminoAcids.letter(of: $0) != nil
      }
  }
}

/// The words for "not known" in a field.
enum MissingField {
  private static let words: Set<String> = [
    "", "na", "n/a", "<na>", "#n/a", "nan", "null", "none", ".", "-",
  ]

  /// Whether a field holds nothing, or a word for it, with capitals or without.
  static func isOne(_ field: some Collection<UInt8>) -> Bool {
    field.count < 5 && words.contains(String(decoding: field, as: UTF8.self).lowercased())
  }
}
