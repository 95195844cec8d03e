import Foundation

extension ImageFolder {
  /// Which image files belong to which half and class.
  struct Listing: Sendable {
    struct File: Sendable {
      /// Path below `root`.
      let path: String
      /// `train` or `test`.
      let split: String
      let label: Int
      /// Number of the entry in an archive; unused on disk.
      let entry: Int

      var splitNumber: Int { splits.firstIndex(of: split) ?? splits.count }
    }

    /// Training files first, then by class and name.
    let files: [File]
    let classNames: [String]
    private let root: String

    /// One path below the root: a file, or a folder that may turn out to be empty.
    private struct Item {
      let components: [String]
      let isFolder: Bool
      var entry = 0
    }

    init(folder: URL) throws {
      var items: [Item] = []
      for split in splits {
        let splitURL = folder.appendingPathComponent(split)
        guard DataFile.isFolder(splitURL) else { continue }
        for className in try DataFile.names(inFolder: splitURL) {
          let classURL = splitURL.appendingPathComponent(className)
          let isFolder = DataFile.isFolder(classURL)
          items.append(Item(components: [split, className], isFolder: isFolder))
          guard isFolder else { continue }
          for file in try DataFile.names(inFolder: classURL) {
            let isFolder = DataFile.isFolder(classURL.appendingPathComponent(file))
            items.append(Item(components: [split, className, file], isFolder: isFolder))
          }
        }
      }
      try self.init(items: items, root: folder.path)
    }

    init(archive: TarArchive) throws {
      var items: [Item] = []
      for (number, entry) in archive.entries.enumerated() {
        let components = entry.path.split(separator: "/").map(String.init)
        guard !components.contains(where: { $0.hasPrefix(".") }) else { continue }
        items.append(Item(components: components, isFolder: entry.kind == .folder, entry: number))
      }
      try self.init(items: Self.withoutCommonFolder(items), root: archive.name)
    }

    /// Archives often hold one folder with everything in it.
    private static func withoutCommonFolder(_ items: [Item]) -> [Item] {
      let tops = Set(items.compactMap(\.components.first))
      guard tops.count == 1, let top = tops.first, !splits.contains(top) else { return items }
      return items.compactMap { item in
        let components = Array(item.components.dropFirst())
        return components.isEmpty
          ? nil : Item(components: components, isFolder: item.isFolder, entry: item.entry)
      }
    }

    private init(items: [Item], root: String) throws {
      var foldersBySplit: [String: Set<String>] = [:]
      var candidates: [Item] = []
      for item in items where item.components.first.map(splits.contains) == true {
        let path = "\(root)/\(item.components.joined(separator: "/"))"
        guard item.components.count <= 3, item.isFolder == (item.components.count < 3) else {
          throw DataFileError(file: path, problem: "unexpected place, expected train or test/<class>/<image>")
        }
        if item.components.count >= 2 {
          foldersBySplit[item.components[0], default: []].insert(item.components[1])
        }
        guard item.components.count == 3 else { continue }
        guard ["png", "jpg", "jpeg"].contains((path as NSString).pathExtension.lowercased()) else {
          throw DataFileError(file: path, problem: "unexpected file, expected .png, .jpg or .jpeg")
        }
        candidates.append(item)
      }
      let classNames = try Self.classNames(foldersBySplit, root: root)
      let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
      files =
        candidates
        .map { item in
          File(
            path: item.components.joined(separator: "/"), split: item.components[0],
            label: labels[item.components[1]] ?? 0, entry: item.entry)
        }
        .sorted { ($0.splitNumber, $0.label, $0.path) < ($1.splitNumber, $1.label, $1.path) }
      self.classNames = classNames
      self.root = root
      try requireImages(foldersBySplit)
    }

    func fullName(_ index: Int) -> String { "\(root)/\(files[index].path)" }

    private static func classNames(_ folders: [String: Set<String>], root: String) throws -> [String] {
      for split in splits where folders[split] == nil {
        throw DataFileError(
          file: "\(root)/\(split)", problem: "missing or empty, expected one folder of images a class")
      }
      let (train, test) = (folders["train"] ?? [], folders["test"] ?? [])
      if let unknown = test.subtracting(train).min() {
        throw DataFileError(
          file: "\(root)/test/\(unknown)", problem: "class without training images, expected train/\(unknown)"
        )
      }
      return train.sorted()
    }

    private func requireImages(_ folders: [String: Set<String>]) throws {
      for split in splits {
        let filled = Set(files.filter { $0.split == split }.map { classNames[$0.label] })
        if let empty = (folders[split] ?? []).subtracting(filled).min() {
          throw DataFileError(file: "\(root)/\(split)/\(empty)", problem: "no images, expected at least one")
        }
      }
      for index in files.indices.dropFirst() where files[index].path == files[index - 1].path {
        throw DataFileError(file: fullName(index), problem: "is there twice, expected every path once")
      }
    }
  }

  fileprivate static let splits = ["train", "test"]
}
