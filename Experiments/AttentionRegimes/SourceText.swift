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
      text = try Self.documentation(of: folder)
      name = "the documentation of this package"
    } else {
      text = try paths.map { try TextFile.read(URL(fileURLWithPath: $0)) }.joined(separator: "\n\n")
      name = paths.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
    }
    fingerprint = DataFingerprint(
      name: "text", path: paths.isEmpty ? "documentation" : paths[0], count: text.utf8.count,
      hashing: Array(text.utf8))
  }

  private static func documentation(of folder: URL) throws -> String {
    let pages = try files(in: folder, ["Experiments", "Benchmarks"], ending: "md", alsoTop: true)
    let sources = try files(in: folder, ["Sources"], ending: "swift", alsoTop: false)
    guard !pages.isEmpty else {
      throw DataFileError(
        file: folder.path, problem: "no pages of documentation here, expected text files after --text")
    }
    let comments = try sources.map { url in
      // Also lines that end in a carriage return and a line feed, which are one Character.
      try TextFile.read(url).split(whereSeparator: \.isNewline).compactMap { line in
        let line = line.drop { $0 == " " }
        return line.hasPrefix("/// ") ? String(line.dropFirst(4)) : nil
      }.joined(separator: "\n")
    }
    return try (pages.map { try TextFile.read($0) } + comments).joined(separator: "\n\n")
  }

  private static func files(
    in folder: URL, _ parts: [String], ending: String, alsoTop: Bool
  ) throws -> [URL] {
    let manager = FileManager.default
    var paths: [String] = alsoTop ? try manager.contentsOfDirectory(atPath: folder.path).sorted() : []
    for part in parts {
      let found = manager.subpaths(atPath: folder.appendingPathComponent(part).path) ?? []
      paths += found.sorted().map { "\(part)/\($0)" }
    }
    return paths.filter { $0.hasSuffix(".\(ending)") }.map { folder.appendingPathComponent($0) }
  }
}
