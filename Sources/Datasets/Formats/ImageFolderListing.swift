import Foundation
import Foundations
import Tensors

extension ImageFolder {
  /// Which image files belong to which half and class.
  struct Listing: Sendable {
    struct File: Sendable {
      /// Path below `root`.
      let path: String
      let half: Half
      let label: Int
      /// Number of the entry in an archive; unused on disk.
      let entry: Int
    }

    /// Training files first, then by class and name.
    let files: [File]
    let classNames: [String]
    /// What was assumed and passed over, a line each.
    let notes: [String]
    private let root: String

    init(_ items: Items) throws {
      root = items.root
      let train = try Part(.train, items, train: nil)
      let test = try Part(.test, items, train: train)
      let classNames = train.classNames.sorted()
      let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
      files = [train, test].flatMap { part in
        part.images.map { image in
          File(
            path: image.item.path, half: part.half, label: labels[image.className] ?? 0,
            entry: image.item.entry)
        }
        .sorted { ($0.label, $0.path) < ($1.label, $1.path) }
      }
      self.classNames = classNames
      notes = train.notes + test.notes + Self.passedOver(train.passedOver + test.passedOver)
      for index in files.indices.dropFirst() where files[index].path == files[index - 1].path {
        throw DataFileError(file: fullName(index), problem: "is there twice, expected every path once")
      }
    }

    func fullName(_ index: Int) -> String { "\(root)/\(files[index].path)" }

    private static func passedOver(_ items: [Item]) -> [String] {
      items.isEmpty ? [] : [ImageFolder.passedOver(items.map { $0.components[$0.components.count - 1] })]
    }
  }

  /// "3 files that are no images passed over: Thumbs.db, README".
  static func passedOver(_ names: [String]) -> String {
    let different = Set(names).sorted()
    let list = different.prefix(8).joined(separator: ", ")
    let more = different.count > 8 ? " and \(different.count - 8) more names" : ""
    let count = names.count == 1 ? "1 file that is no image" : "\(names.count) files that are no images"
    return oneLine("\(count) passed over: \(list)\(more)", limit: 400)
  }

  /// One half: the images of its folder with their classes.
  private struct Part {
    let half: Half
    /// The name of its folder.
    private let folder: String
    private(set) var images: [(item: Item, className: String)] = []
    private(set) var classNames: Set<String> = []
    private(set) var passedOver: [Item] = []
    private(set) var notes: [String] = []

    /// - Parameter train: The training images, for those to measure on.
    init(_ half: Half, _ items: Items, train: Part?) throws {
      self.half = half
      let trained = train?.classNames
      let folders = Self.folders(half, items)
      guard let chosen = folders.first(where: { Self.hasClasses($0, items, trained) }) ?? folders.first else {
        throw Self.missing(half.rawValue, items)
      }
      folder = chosen
      if folder != half.rawValue {
        notes.append("\(oneLine(folder))/ serves as \(half.rawValue)/")
      }
      let unused = folders.filter { $0 != chosen }.map { oneLine($0) + "/" }
      if !unused.isEmpty { notes.append("not used: \(unused.joined(separator: ", "))") }
      let inside = items.all.filter { $0.components[0] == chosen && $0.components.count > 1 }
      if let list = try AnnotatedClasses(in: inside, items) {
        try addAnnotated(inside, list, items)
      } else {
        try addByFolder(inside, items)
      }
      guard !classNames.isEmpty else { throw Self.missing(folder, items) }
      if let train, let unknown = classNames.subtracting(train.classNames).min() {
        throw DataFileError(
          file: "\(items.root)/\(folder)/\(unknown)",
          problem: "class without training images, expected \(train.folder)/\(unknown)")
      }
      if let empty = classNames.subtracting(images.map(\.className)).min() {
        throw DataFileError(
          file: "\(items.root)/\(folder)/\(empty)", problem: "no images, expected at least one")
      }
    }

    private static func missing(_ folder: String, _ items: Items) -> DataFileError {
      DataFileError(
        file: "\(items.root)/\(folder)", problem: "missing or empty, expected one folder of images a class")
    }

    /// The folders of this half that are there, the usual name first.
    private static func folders(_ half: Half, _ items: Items) -> [String] {
      let names = Set(items.all.filter { $0.isFolder || $0.components.count > 1 }.map { $0.components[0] })
      return half.folderNames.flatMap { usual in
        names.filter { $0.lowercased() == usual }.sorted {
          ($0 != usual ? 1 : 0, $0) < ($1 != usual ? 1 : 0, $1)
        }
      }
    }

    /// Whether images of a folder come with classes that training knows: those to be predicted in a contest do not.
    private static func hasClasses(_ folder: String, _ items: Items, _ trained: Set<String>?) -> Bool {
      let inside = items.all.filter { $0.components[0] == folder && $0.components.count > 1 }
      if inside.contains(where: { $0.components.last == AnnotatedClasses.fileName }) { return true }
      return inside.contains { item in
        item.components.count > 2 && (trained?.contains(item.components[1]) ?? true)
      }
    }

    /// `<class>/<image>`, or `<class>/images/<image>`.
    private mutating func addByFolder(_ inside: [Item], _ items: Items) throws {
      for item in inside {
        let depth = item.components.count
        let isInImages = depth > 2 && item.components[2] == "images"
        let isExpected =
          item.isFolder ? depth == 2 || depth == 3 && isInImages : depth == 3 || depth == 4 && isInImages
        if !isExpected, item.isFolder || !item.isAccompanying {
          throw DataFileError(
            file: "\(items.root)/\(item.path)",
            problem: "unexpected path, expected \(item.components[0])/<class>/<image>")
        }
        if item.isFolder || item.isImage { classNames.insert(item.components[1]) }
        if !item.isFolder { try add(item, className: item.components[1], items) }
      }
    }

    /// `images/<image>` beside a list of their classes.
    private mutating func addAnnotated(_ inside: [Item], _ list: AnnotatedClasses, _ items: Items) throws {
      for item in inside where !item.isFolder {
        let name = item.components[item.components.count - 1]
        if item.isImage, list.classNames[name] == nil {
          throw DataFileError(
            file: "\(items.root)/\(item.path)",
            problem: "no class, expected a line in \(AnnotatedClasses.fileName)")
        }
        guard name != AnnotatedClasses.fileName else { continue }
        let className = list.classNames[name] ?? ""
        if item.isImage { classNames.insert(className) }
        try add(item, className: className, items)
      }
    }

    private mutating func add(_ item: Item, className: String, _ items: Items) throws {
      if item.isImage {
        images.append((item, className))
      } else if item.isAccompanying {
        passedOver.append(item)
      } else {
        throw DataFileError(
          file: "\(items.root)/\(item.path)", problem: "unexpected file, expected .png, .jpg or .jpeg")
      }
    }
  }

  /// The classes of images that lie in one folder, as Tiny ImageNet lists them: a line an image, its name and its class
  /// first, between tabulators.
  private struct AnnotatedClasses {
    static let fileName = "val_annotations.txt"
    let classNames: [String: String]

    init?(in inside: [Item], _ items: Items) throws {
      guard let list = inside.first(where: { $0.components.count == 2 && $0.components[1] == Self.fileName })
      else { return nil }
      var classNames: [String: String] = [:]
      let lines = try items.text(list).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      for (number, line) in lines.enumerated() {
        let fields = line.split(separator: UInt8(ascii: "\t")).prefix(2).map {
          String(decoding: $0, as: UTF8.self)
        }
        guard fields.count == 2 else {
          throw DataFileError(
            file: "\(items.root)/\(list.path)",
            problem: "line \(number + 1) without a tabulator, expected the name of an image and its class")
        }
        classNames[fields[0]] = fields[1]
      }
      self.classNames = classNames
    }
  }
}
