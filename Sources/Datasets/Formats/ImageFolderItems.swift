import Foundation

extension ImageFolder {
  /// One path below the root: a file, or a folder that may turn out to be empty.
  struct Item {
    var components: [String]
    let isFolder: Bool
    /// Number of the entry in an archive; unused on disk.
    var entry = 0

    var path: String { components.joined(separator: "/") }
    var isImage: Bool {
      ["png", "jpg", "jpeg"].contains(
        (components[components.count - 1] as NSString).pathExtension.lowercased())
    }

    /// Whether it is one of the files that lie beside images and are none: thumbnails of a system, descriptions,
    /// licences, lists, annotations, sums.
    var isAccompanying: Bool {
      let name = components[components.count - 1].lowercased()
      let kind = (name as NSString).pathExtension
      let kinds = [
        "txt", "md", "rst", "csv", "tsv", "json", "xml", "yaml", "yml", "html", "htm", "pdf", "log", "md5",
        "sha1",
        "sha256", "sha512", "ini", "db", "py", "sh", "url", "lnk",
      ]
      let names = [
        "readme", "license", "licence", "copying", "notice", "authors", "citation", "changelog", "checksum",
        "md5sum",
        "sha1sum", "sha256sum", "sha512sum", "manifest", "icon\r",
      ]
      return kinds.contains(kind) || kind.isEmpty && names.contains { $0 == name || $0 + "s" == name }
    }
  }

  /// The content of a folder or archive of images by class, and how to read a file of it.
  struct Items {
    let root: String
    var all: [Item]
    let text: (Item) throws -> [UInt8]

    /// Everything below a folder, as deep as images can lie.
    init(folder: URL) throws {
      var found: [Item] = []
      func add(_ components: [String]) throws {
        for name in try DataFile.names(
          inFolder: folder.appendingPathComponent(components.joined(separator: "/")))
        {
          let item = components + [name]
          let isFolder = DataFile.isFolder(folder.appendingPathComponent(item.joined(separator: "/")))
          found.append(Item(components: item, isFolder: isFolder))
          if isFolder, item.count < 4, Half(folderName: item[0]) != nil { try add(item) }
        }
      }
      try add([])
      (root, all) = (folder.path, found)
      text = { try DataFile.bytes(folder.appendingPathComponent($0.path)) }
    }

    init(archive: TarArchive) {
      root = archive.name
      text = { archive.bytes(of: archive.entries[$0.entry]) }
      all = archive.entries.enumerated().compactMap { number, entry in
        let components = TarLink.components(entry.path)
        guard !components.isEmpty, !components.contains(where: DataFile.isHidden) else { return nil }
        return Item(components: components, isFolder: entry.isFolder, entry: number)
      }
      // Archives often hold one folder with everything in it.
      let tops = Set(all.map { $0.components[0] })
      if tops.count == 1, let top = tops.first, Half(folderName: top) == nil {
        all = all.filter { $0.components.count > 1 }
        for index in all.indices { all[index].components.removeFirst() }
      }
    }
  }

  /// Images to learn from or to measure on.
  enum Half: String, CaseIterable {
    case train, test

    /// The names of folders that hold it, the usual one first.
    var folderNames: [String] {
      switch self {
      case .train: ["train", "training"]
      case .test: ["test", "testing", "val", "valid", "validation"]
      }
    }

    init?(folderName: String) {
      let name = folderName.lowercased()
      guard let half = Self.allCases.first(where: { $0.folderNames.contains(name) }) else { return nil }
      self = half
    }
  }
}
