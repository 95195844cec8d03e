import Foundations
import Tensors

/// The lines of `metadata.tsv`: the name and the status of each repertoire.
struct RepertoireMetadata {
  struct Entry {
    /// The name in the file, and without extension.
    let fileName: String, name: String
    let isPositive: Bool
    let line: Int
  }

  let entries: [Entry]
  /// Lines whose status is missing or unknown.
  let withoutStatus: Int
  let statusColumn: String
  private let file: TabSeparatedFile
  private let idColumn: Int

  private static let idNames = [
    "id", "repertoireid", "sampleid", "samplename", "sample", "filename", "file", "repertoire", "name",
  ]
  /// Other names of the status, of which a file may have one.
  private static let statusNames = ["label", "class", "diseasestatus", "cmvstatus", "knowncmvstatus", "cmv"]

  init(_ file: TabSeparatedFile, status: String?) throws {
    guard let idColumn = try file.firstColumn(of: Self.idNames) else {
      throw file.failure("no column named ID, expected one with the names of the repertoires' files")
    }
    let statusColumn = try Self.statusColumn(status, of: file)
    var (entries, lines, withoutStatus): ([Entry], [String: Int], Int) = ([], [:], 0)
    try file.forEachLine { line, fields in
      let fileName = String(decoding: fields[idColumn], as: UTF8.self)
      let name = RepertoireFiles.stem(fileName)
      if let before = lines.updateValue(line, forKey: name) {
        throw file.failure(
          line: line, column: idColumn, found: fields[idColumn], expected: "a name not used on line \(before)"
        )
      }
      let text = String(decoding: fields[statusColumn], as: UTF8.self).lowercased()
      if Self.unknown.contains(text) {
        withoutStatus += 1
        return
      }
      guard let isPositive = Self.isPositive(text) else {
        throw file.failure(
          line: line, column: statusColumn, found: fields[statusColumn],
          expected: "+ or -, 1 or 0, true or false, yes or no, positive or negative")
      }
      entries.append(Entry(fileName: fileName, name: name, isPositive: isPositive, line: line))
    }
    guard !entries.isEmpty else {
      throw DataFileError(
        file: file.name,
        problem: withoutStatus == 0
          ? "no lines after the first, expected one a repertoire"
          : "the \(file.columns[statusColumn]) of all \(withoutStatus) repertoires is missing or unknown")
    }
    (self.entries, self.withoutStatus, self.statusColumn) = (
      entries, withoutStatus, file.columns[statusColumn]
    )
    (self.file, self.idColumn) = (file, idColumn)
  }

  /// An error about a repertoire without a file.
  func failure(noFileOf entry: Entry) -> DataFileError {
    file.failure(
      line: entry.line, column: idColumn, found: entry.fileName.utf8,
      expected: "the name of a .tsv file in this folder or below (hidden ones do not count)")
  }

  private static func statusColumn(_ name: String?, of file: TabSeparatedFile) throws -> Int {
    if let name {
      // As it is written, or else with other capitals.
      let exact = file.columns.indices.filter { file.columns[$0] == name }
      let found =
        exact.isEmpty
        ? file.columns.indices.filter { file.columns[$0].lowercased() == name.lowercased() } : exact
      guard found.count == 1 else {
        throw file.failure("\(found.count) columns named \(oneLine(name, limit: 60)), expected one")
      }
      return found[0]
    }
    if let column = try file.firstColumn(of: ["status"]) { return column }
    let found = file.columns.indices.filter { statusNames.contains(TabSeparatedFile.plain(file.columns[$0])) }
    guard found.count == 1 else {
      throw file.failure(
        "\(found.isEmpty ? "no" : "no one") column of the status, expected Status, or its name by --status")
    }
    return found[0]
  }

  private static let unknown: Set<String> = [
    "", "na", "n/a", "<na>", "#n/a", "nan", "null", "none", ".", "?", "unknown", "undetermined",
  ]
  private static let words: [String: Bool] = [
    "1": true, "1.0": true, "+1": true, "true": true, "t": true, "yes": true, "y": true, "pos": true,
    "0": false, "0.0": false, "-1": false, "false": false, "f": false, "no": false, "n": false, "neg": false,
  ]

  /// What a status in small letters says: a word, or the sign or word that it ends with (`CMV+`).
  private static func isPositive(_ text: String) -> Bool? {
    if let known = words[text] { return known }
    // What several tests say, or a denial, says nothing here.
    let scalars = text.unicodeScalars
    if scalars.contains(where: { "/,;&|".unicodeScalars.contains($0) }) || text.utf8.starts(with: "no".utf8) {
      return nil
    }
    func ends(with word: String) -> Bool {
      scalars.suffix(word.unicodeScalars.count).elementsEqual(word.unicodeScalars)
    }
    if ["+", "positive"].contains(where: ends) { return true }
    return ["-", "\u{2212}", "negative"].contains(where: ends) ? false : nil
  }
}
