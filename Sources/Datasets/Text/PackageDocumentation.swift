public import Foundation

/// The documentation of a Swift package as one text: its pages, and the comments that document declarations.
public enum PackageDocumentation {
  /// The pages (`.md`) at the top of a package's folder and in some of its folders, then the comments (`///`) of the sources
  /// (`.swift`) in others; nil where there are no pages.
  ///
  /// Files come in the order of their paths, with an empty line between them.
  ///
  /// - Throws: ``DataFileError`` for a file that cannot be read.
  public static func text(of package: URL, pages: [String], sources: [String]) throws -> String? {
    let top = try FileManager.default.contentsOfDirectory(atPath: package.path).sorted()
    let pages = (top + paths(in: pages, of: package)).filter { $0.hasSuffix(".md") }
    if pages.isEmpty { return nil }
    let comments = try paths(in: sources, of: package).filter { $0.hasSuffix(".swift") }.map { path in
      // Also lines that end in a carriage return and a line feed, which are one Character.
      try TextFile.read(package.appendingPathComponent(path)).split(whereSeparator: \.isNewline)
        .compactMap { line in
          let line = line.drop { $0 == " " }
          return line.hasPrefix("/// ") ? String(line.dropFirst(4)) : nil
        }.joined(separator: "\n")
    }
    return try (pages.map { try TextFile.read(package.appendingPathComponent($0)) } + comments)
      .joined(separator: "\n\n")
  }

  private static func paths(in folders: [String], of package: URL) -> [String] {
    folders.flatMap { folder in
      (FileManager.default.subpaths(atPath: package.appendingPathComponent(folder).path) ?? []).sorted()
        .map { "\(folder)/\($0)" }
    }
  }
}
