import Foundation

/// The four files of a set in the form of MNIST: two of training images and labels, two of test images and
/// labels.
///
/// Names are those of ``IDXFolder``; people have them unpacked or as gzip data, in folders of the files' own names, and
/// where torchvision and the archive of EMNIST put them.
struct IDXSet {
  enum Content: String {
    case images = "images-idx3-ubyte"
    case labels = "labels-idx1-ubyte"
  }

  /// What a file holds, by its name.
  private struct FileName: Equatable {
    /// The name of the set with its hyphen, such as `emnist-letters-`; empty for MNIST itself.
    let prefix: String
    /// `train`, `t10k` or `test`.
    let half: String
    let content: Content
    let isPacked: Bool

    init?(_ name: String) {
      isPacked = name.hasSuffix(".gz")
      let plain = isPacked ? String(name.dropLast(3)) : name
      for half in ["train", "t10k", "test"] {
        for content in [Content.images, .labels] {
          let spelling = "\(half)-\(content.rawValue)"
          let dotted = spelling.replacingOccurrences(of: "-idx", with: ".idx")
          guard plain.hasSuffix(spelling) || plain.hasSuffix(dotted) else { continue }
          let prefix = String(plain.dropLast(spelling.count))
          guard prefix.isEmpty || prefix.hasSuffix("-") else { continue }
          (self.prefix, self.half, self.content) = (prefix, half, content)
          return
        }
      }
      return nil
    }
  }

  private struct File {
    let name: FileName
    let url: URL
    let isNested: Bool

    /// Unpacked files before packed ones, those that lie open before those in folders.
    var order: Int { (name.isPacked ? 2 : 0) + (isNested ? 1 : 0) }
  }

  private let folder: URL
  private let files: [File]
  private let prefix: String

  /// The set in a folder; nil where no file has a name of such a set.
  ///
  /// - Parameter name: Which one, where files of several lie side by side, such as `emnist-letters`.
  /// - Throws: ``DataFileError`` where several are there and none is named.
  init?(in folder: URL, named name: String? = nil) throws {
    guard let location = try Self.location(in: folder) else { return nil }
    let all = try Self.files(in: location)
    let prefixes = Set(all.map(\.name.prefix)).sorted()
    if let name {
      guard prefixes.contains(name + "-") else { return nil }
      prefix = name + "-"
    } else {
      guard prefixes.count == 1 || prefixes.contains("") else {
        let names = prefixes.map { String($0.dropLast()) }
        throw DataFileError(
          file: location.path,
          problem: "files of several sets (\(names.joined(separator: ", "))), expected one, named as in"
            + " \(location.lastPathComponent)/\(names[0])")
      }
      prefix = prefixes[0]
    }
    self.folder = location
    files = all.filter { [prefix] in $0.name.prefix == prefix }
  }

  /// The file with some content of the training or of the test images.
  ///
  /// - Throws: ``DataFileError`` that says which is missing.
  func file(_ content: Content, isTraining: Bool) throws -> URL {
    let halves = isTraining ? ["train"] : ["t10k", "test"]
    let half = halves.first { half in files.contains { $0.name.half == half } } ?? halves[0]
    let found = files.filter { $0.name.half == half && $0.name.content == content }
    guard let file = found.min(by: { ($0.order, $0.url.path) < ($1.order, $1.url.path) }) else {
      throw DataFileError(
        file: folder.path,
        problem: "no file \(prefix)\(half)-\(content.rawValue), expected the four files of MNIST")
    }
    return file.url
  }

  /// The folder itself, or the one below it where other programs keep the files.
  private static func location(in folder: URL) throws -> URL? {
    if try !files(in: folder).isEmpty { return folder }
    let names = try DataFile.names(inFolder: folder)
    let usual = ["raw", "gzip"].filter(names.contains) + names.map { "\($0)/raw" }
    let locations = try usual.map(folder.appendingPathComponent).filter {
      try DataFile.isFolder($0) && !files(in: $0).isEmpty
    }
    guard locations.count < 2 else {
      let list = locations.map { String($0.path.dropFirst(folder.path.count + 1)) }
      throw DataFileError(
        file: folder.path,
        problem: "several sets (\(list.joined(separator: ", "))), expected the folder of one")
    }
    return locations.first
  }

  private static func files(in location: URL) throws -> [File] {
    try DataFile.names(inFolder: location).flatMap { entry -> [File] in
      guard let name = FileName(entry) else { return [] }
      let url = location.appendingPathComponent(entry)
      guard DataFile.isFolder(url) else { return [File(name: name, url: url, isNested: false)] }
      return try DataFile.names(inFolder: url).compactMap { inner in
        let file = url.appendingPathComponent(inner)
        guard let innerName = FileName(inner), innerName.half == name.half, innerName.content == name.content,
          !DataFile.isFolder(file)
        else { return nil }
        return File(name: innerName, url: file, isNested: true)
      }
    }
  }
}
