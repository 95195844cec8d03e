import EnergyTransformer
import Foundation
import Reporting

/// The text that heads are watched on.
struct SourceText {
  let text: String
  /// What the page calls it.
  let name: String
  let fingerprint: DataFingerprint

  /// The files of the user, or the documentation in the working folder: its pages and the comments that document
  /// declarations.
  ///
  /// - Throws: one line naming the file that cannot be read, or the folder without documentation.
  init(_ paths: [String]) throws {
    if paths.isEmpty {
      let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      let found = try PackageDocumentation.text(
        of: folder, pages: ["Experiments", "Benchmarks"], sources: ["Sources"])
      guard let found else {
        throw DataFileError(
          file: folder.path, problem: "no pages of documentation here, expected text files after --text")
      }
      text = found
      name = "the documentation of this package"
    } else {
      text = try paths.map { try TextFile.read(URL(fileURLWithPath: $0)) }.joined(separator: "\n\n")
      name = paths.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
    }
    fingerprint = DataFingerprint(
      name: "text", path: paths.isEmpty ? "documentation" : paths[0], count: text.utf8.count,
      hashing: Array(text.utf8))
  }
}
