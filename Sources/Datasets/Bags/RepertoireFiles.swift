import Foundation
import Tensors

/// The files of repertoires beside the metadata and in folders below, behind symbolic links too.
///
/// Hidden files and folders, and `__MACOSX`, which archives leave behind, are never looked into.
struct RepertoireFiles {
  private static let extensions = [".tsv", ".txt", ".tsv.gz", ".txt.gz"]

  private struct Candidate {
    let url: URL
    let isBeside: Bool
  }

  private let folder: URL
  /// By name without extension.
  private var candidates: [String: [Candidate]] = [:]

  init(below folder: URL) {
    self.folder = folder
    var seen: Set<String> = [folder.resolvingSymlinksInPath().path]
    list(folder, isTop: true, &seen)
  }

  /// A name without the extension of a repertoire's file, if it has one.
  static func stem(_ name: String) -> String {
    let small = name.lowercased()
    // The longer ones end in what no shorter one ends in.
    guard let found = extensions.first(where: small.hasSuffix) else { return name }
    return String(name.dropLast(found.count))
  }

  /// The file of a repertoire: that beside the metadata, or the only one in the folders below; nil where there is none.
  ///
  /// - Parameter name: A name with or without extension, or a path from the folder of the metadata.
  /// - Throws: ``DataFileError`` that names two files of which neither comes first.
  func file(named name: String) throws -> URL? {
    if name.contains("/") {
      let paths = [name] + Self.extensions.map { name + $0 }
      return paths.map { folder.appendingPathComponent($0) }
        .first { DataFile.exists($0) && !DataFile.isFolder($0) }
    }
    let all = candidates[Self.stem(name)] ?? []
    let exact = all.filter { $0.url.lastPathComponent == name }
    let named = exact.isEmpty ? all : exact
    let beside = named.filter(\.isBeside)
    var found = beside.isEmpty ? named : beside
    // An unpacked file comes before the packed one that it came from.
    let paths = Set(found.map(\.url.path))
    found.removeAll { $0.url.pathExtension == "gz" && paths.contains($0.url.deletingPathExtension().path) }
    guard let first = found.first else { return nil }
    let real = first.url.resolvingSymlinksInPath().path
    if let other = found.first(where: { $0.url.resolvingSymlinksInPath().path != real }) {
      throw DataFileError(
        file: first.url.path,
        problem: "there is \(other.url.path) too, expected one file for repertoire \(Self.stem(name)), "
          + "or one of them beside the metadata")
    }
    return first.url
  }

  private mutating func list(_ folder: URL, isTop: Bool, _ seen: inout Set<String>) {
    // A folder that may not be read holds no file to find.
    let names = (try? DataFile.names(inFolder: folder)) ?? []
    for name in names where name != "__MACOSX" {
      let url = folder.appendingPathComponent(name)
      if DataFile.isFolder(url) {
        if seen.insert(url.resolvingSymlinksInPath().path).inserted { list(url, isTop: false, &seen) }
      } else if Self.stem(name) != name, !(isTop && name == RepertoireFolder.metadataName) {
        candidates[Self.stem(name), default: []].append(Candidate(url: url, isBeside: isTop))
      }
    }
  }
}
