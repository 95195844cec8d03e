public import Foundation
import Tensors

/// A folder of immune repertoires as tab-separated text: `metadata.tsv` with a line for each repertoire, and
/// a file for each of them, beside it or in folders below.
///
/// Of the metadata two columns are read: `ID`, the name of the repertoire's file with or without `.tsv`, and
/// a status. Of a repertoire: `amino_acid`, a sequence, and where it is there `templates`, how often it was
/// seen. Other columns may stand beside them; capitals in names of columns do not matter.
///
/// - Source: the text format of the published code of Widrich et al. 2020.
public enum RepertoireFolder {
  /// The name of the file with a line for each repertoire.
  public static let metadataName = "metadata.tsv"

  /// Reads the repertoires in the order of the metadata.
  ///
  /// - Parameters:
  ///   - folder: The folder with the metadata.
  ///   - status: The column with the status; `+`, `1`, `true` and `yes` are positive, `-`, `0`, `false` and
  ///     `no` are not.
  /// - Throws: ``DataFileError`` of one line that names the file, and the line and the field where one is
  ///   wrong.
  public static func read(_ folder: URL, status: String = "Status") throws -> [Repertoire] {
    let metadata = try TabSeparatedFile(contentsOf: folder.appendingPathComponent(metadataName))
    let idColumn = try metadata.column("ID")
    let entries = try entries(of: metadata, idColumn: idColumn, statusColumn: metadata.column(status))
    let files = files(below: folder)
    return try entries.map { entry in
      guard let file = files[entry.name + ".tsv"] else {
        throw metadata.failure(
          line: entry.line, column: idColumn, found: entry.name.utf8,
          expected: "the name of a .tsv file in this folder or below")
      }
      return try repertoire(file, name: entry.name, isPositive: entry.isPositive)
    }
  }

  /// A line of the metadata.
  private struct Entry {
    let name: String
    let isPositive: Bool
    let line: Int
  }

  private static func entries(
    of metadata: TabSeparatedFile, idColumn: Int, statusColumn: Int
  ) throws -> [Entry] {
    var entries: [Entry] = []
    var lines: [String: Int] = [:]
    try metadata.forEachLine { line, fields in
      let name = String(decoding: fields[idColumn], as: UTF8.self)
      let stem = name.hasSuffix(".tsv") ? String(name.dropLast(4)) : name
      if let before = lines.updateValue(line, forKey: stem) {
        throw metadata.failure(
          line: line, column: idColumn, found: fields[idColumn], expected: "a name not used on line \(before)"
        )
      }
      guard let isPositive = statuses[String(decoding: fields[statusColumn], as: UTF8.self).lowercased()]
      else {
        throw metadata.failure(
          line: line, column: statusColumn, found: fields[statusColumn],
          expected: "+ or -, 1 or 0, true or false, yes or no")
      }
      entries.append(Entry(name: stem, isPositive: isPositive, line: line))
    }
    guard !entries.isEmpty else {
      throw DataFileError(file: metadata.name, problem: "no lines after the first, expected one a repertoire")
    }
    return entries
  }

  private static let statuses = [
    "+": true, "1": true, "true": true, "yes": true, "-": false, "0": false, "false": false, "no": false,
  ]

  /// The files below a folder by their names; of several of one name the first in the order of paths.
  private static func files(below folder: URL) -> [String: URL] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
    let urls = all.compactMap { $0 as? URL }.filter { $0.pathExtension == "tsv" }
    return Dictionary(
      urls.sorted { $0.path < $1.path }.map { ($0.lastPathComponent, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Reads one repertoire.
  private static func repertoire(_ url: URL, name: String, isPositive: Bool) throws -> Repertoire {
    let file = try TabSeparatedFile(contentsOf: url)
    let sequenceColumn = try file.column("amino_acid")
    let countColumn =
      file.columns.contains { $0.lowercased() == "templates" } ? try file.column("templates") : nil
    var letters: [UInt8] = []
    var starts: [Int32] = [0]
    var counts: [Int32] = []
    try file.forEachLine { line, fields in
      let field = fields[sequenceColumn]
      for code in field {
        guard let letter = AminoAcids.letter(of: code) else {
          throw file.failure(line: line, column: sequenceColumn, found: field, expected: "amino acids")
        }
        letters.append(letter)
      }
      guard !field.isEmpty, field.count <= longestSequence, letters.count <= Int(Int32.max) else {
        throw file.failure(
          line: line, column: sequenceColumn, found: field, expected: "1 to \(longestSequence) amino acids")
      }
      starts.append(Int32(letters.count))
      guard let countColumn else { return }
      guard let count = Int32(String(decoding: fields[countColumn], as: UTF8.self)), count > 0 else {
        throw file.failure(
          line: line, column: countColumn, found: fields[countColumn], expected: "a whole number from 1")
      }
      counts.append(count)
    }
    guard starts.count > 1 else {
      throw DataFileError(file: file.name, problem: "no lines after the first, expected one a sequence")
    }
    return Repertoire(
      name: name, isPositive: isPositive,
      sequences: LetterSequences(letters: letters, starts: starts, letterCount: AminoAcids.count),
      counts: countColumn == nil ? nil : counts)
  }

  /// The most letters of a sequence.
  static let longestSequence = 10_000
}
