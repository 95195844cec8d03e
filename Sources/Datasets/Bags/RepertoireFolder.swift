public import Foundation
import Tensors

/// A folder of immune repertoires as tab-separated text: `metadata.tsv` with a line for each repertoire, and
/// a file for each of them, beside it or in folders below.
///
/// Of the metadata two columns are read: `ID`, the name of the repertoire's file with or without extension, and a
/// status. Of a repertoire: its amino acid sequences, how often each was seen, and whether it is productive, by the
/// names that `RepertoireColumns` lists. Other columns may stand beside them. Lines without a whole sequence are left
/// out and counted.
///
/// - Source: the text format of the published code of Widrich et al. 2020.
public enum RepertoireFolder {
  /// The name of the file with a line for each repertoire.
  public static let metadataName = "metadata.tsv"

  /// Reads the repertoires in the order of the metadata.
  ///
  /// - Parameters:
  ///   - folder: The folder with the metadata.
  ///   - status: The column with the status; `Status`, or else the only one of a name like it, where nil.
  ///   - isStrict: Whether a line without a whole sequence (missing, stop codon, frameshift) is an error.
  /// - Throws: ``DataFileError`` of one line that names the file, and the line and the field where one is
  ///   wrong.
  public static func read(
    _ folder: URL, status: String? = nil, isStrict: Bool = false
  ) throws -> RepertoireCollection {
    let metadata = try RepertoireMetadata(
      TabSeparatedFile(contentsOf: folder.appendingPathComponent(metadataName)), status: status)
    let files = RepertoireFiles(below: folder)
    var (repertoires, leftOut): ([Repertoire], SequencesLeftOut) = ([], SequencesLeftOut())
    var first: (path: String, meaning: String)?
    // All files are looked for before the first is read.
    let urls = try metadata.entries.map { entry in
      guard let url = try files.file(named: entry.fileName) else { throw metadata.failure(noFileOf: entry) }
      return url
    }
    for (entry, url) in zip(metadata.entries, urls) {
      let found = try RepertoireFile(
        contentsOf: url, name: entry.name, isPositive: entry.isPositive, isStrict: isStrict)
      let known = first ?? (url.path, found.meaning)
      first = known
      guard found.meaning == known.meaning else {
        throw DataFileError(
          file: url.path,
          problem:
            "sequences stand in a column of another name than in \(known.path), expected the same kind of "
            + "sequence in all repertoires")
      }
      repertoires.append(found.repertoire)
      leftOut.add(found.leftOut)
    }
    return RepertoireCollection(
      repertoires: repertoires, leftOut: leftOut, withoutStatus: metadata.withoutStatus,
      statusColumn: metadata.statusColumn)
  }
}

/// The repertoires of a folder, and what was left out.
public struct RepertoireCollection: Sendable {
  /// In the order of the metadata.
  public let repertoires: [Repertoire]
  /// Lines without a whole sequence, of all files together.
  public let leftOut: SequencesLeftOut
  /// Repertoires whose status is missing or unknown; they were passed over.
  public let withoutStatus: Int
  /// The column that the status was read from.
  public let statusColumn: String

  /// Notes on what was left out, one line each.
  public var notes: [String] {
    var notes: [String] = []
    if leftOut.total > 0 { notes.append(leftOut.description) }
    if withoutStatus > 0 {
      notes.append("\(withoutStatus) repertoires left out: their \(statusColumn) is missing or unknown")
    }
    return notes
  }
}
