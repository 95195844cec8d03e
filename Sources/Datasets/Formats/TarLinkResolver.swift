/// Replaces the links of a tar archive by the entries they refer to.
struct TarLinkResolver {
  private enum Item {
    case entry(TarEntry)
    case link(TarLink)

    var path: String {
      switch self {
      case .entry(let entry): entry.path
      case .link(let link): link.path
      }
    }
  }

  /// Links to links, and links in linked folders, are followed this far.
  private static let largestChain = 40
  /// Bytes that links may add, counted as the paths and this for each entry.
  private static let entryByteCount = 64, largestByteCount = 1 << 28

  private let archive: String
  /// Entries and links in the order of the archive.
  private let items: [Item]
  /// Places in `items` by path, so that what lies in a folder lies together.
  private let order: [Int]
  /// The last of a name counts, as when an archive is unpacked.
  private let members: [String: TarEntry]
  private let links: [String: TarLink]
  private var result: [TarEntry] = []
  private var room = TarLinkResolver.largestByteCount

  private init(_ links: [TarLink], _ entries: [TarEntry], archive: String) {
    var items: [Item] = []
    var taken = 0
    for link in links {
      items += entries[taken..<link.entryCount].map { Item.entry($0) }
      items.append(Item.link(link))
      taken = link.entryCount
    }
    items += entries[taken...].map { Item.entry($0) }
    let paths = items.map(\.path)
    order = paths.indices.sorted { paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8) }
    members = Dictionary(entries.map { ($0.path, $0) }) { $1 }
    self.links = Dictionary(links.map { ($0.path, $0) }) { $1 }
    self.items = items
    self.archive = archive
  }

  /// The entries of an archive, its links replaced by the entries they refer to.
  ///
  /// - Throws: ``DataFileError`` for a link to what is not in the archive, and for links that stand for too much.
  static func resolved(
    _ links: [TarLink], _ entries: [TarEntry], archive: String
  ) throws -> [TarEntry] {
    if links.isEmpty { return entries }
    var resolver = TarLinkResolver(links, entries, archive: archive)
    try resolver.resolve()
    return resolver.result
  }

  private mutating func resolve() throws {
    for index in items.indices {
      switch items[index] {
      case .entry(let entry): result.append(entry)
      case .link(let link):
        let count = result.count
        try append(index, as: link.path, within: [])
        guard result.count > count else { throw dangling(link) }
      }
    }
  }

  /// Appends an item under another path; of a folder all that lies in it, without the links that led there.
  private mutating func append(_ index: Int, as path: String, within open: [Int]) throws {
    room -= path.utf8.count + Self.entryByteCount
    guard room >= 0, open.count <= Self.largestChain else {
      throw DataFileError(
        file: "\(archive)/\(items[index].path)",
        problem: "stands in linked folders for too many files, expected links that do not lead in circles")
    }
    switch items[index] {
    case .entry(let entry):
      result.append(TarEntry(path: path, isFolder: entry.isFolder, range: entry.range))
    case .link(let link):
      guard let target = self.target(of: link) else { throw dangling(link) }
      let member = members[target]
      if let member {
        result.append(TarEntry(path: path, isFolder: member.isFolder, range: member.range))
        if !member.isFolder { return }
      }
      let contents = self.contents(of: target)
      guard member != nil || !contents.isEmpty else { throw dangling(link) }
      let prefix = target.unicodeScalars.count
      for item in contents where item != index && !open.contains(item) {
        let rest = String(String.UnicodeScalarView(items[item].path.unicodeScalars.dropFirst(prefix)))
        try append(item, as: path + rest, within: open + [index])
      }
    }
  }

  /// Places of the entries and links in a folder, in the order of the archive.
  private func contents(of folder: String) -> [Int] {
    let prefix = Array((folder + "/").utf8)
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if items[order[middle]].path.utf8.lexicographicallyPrecedes(prefix) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return order[low...].prefix { items[$0].path.utf8.starts(with: prefix) }.sorted()
  }

  /// The path in the archive that a link leads to, through linked files and folders; nil where it leads out of the
  /// archive or in a circle.
  private func target(of link: TarLink) -> String? {
    guard let parts = link.targetParts else { return nil }
    var pending = Array(parts.reversed())
    var done: [String] = []
    var chain = 0
    while let part = pending.popLast() {
      if part == ".." {
        if done.popLast() == nil { return nil }
        continue
      }
      done.append(part)
      let path = done.joined(separator: "/")
      guard members[path] == nil, let next = links[path] else { continue }
      chain += 1
      guard chain <= Self.largestChain, next.isHard || next.target.utf8.first != UInt8(ascii: "/") else {
        return nil
      }
      done = next.isHard ? [] : Array(done.dropLast())
      pending += TarLink.components(next.target).reversed()
    }
    return done.isEmpty ? nil : done.joined(separator: "/")
  }

  private func dangling(_ link: TarLink) -> DataFileError {
    DataFileError(
      file: "\(archive)/\(link.path)",
      problem: "link to \(link.target), expected the name of a file of the archive")
  }
}

/// A hard or symbolic link of a tar archive, which stands for another member.
struct TarLink {
  /// The name of the link itself.
  let path: String
  let target: String
  /// Hard links name members by their paths in the archive, symbolic ones from where they lie.
  let isHard: Bool
  /// How many entries come before it.
  let entryCount: Int

  /// The parts of a path, without `.` and empty ones; slashes are bytes, whatever mark follows them.
  static func components(_ path: String) -> [String] {
    path.unicodeScalars.split(separator: "/").map { String($0) }.filter { $0 != "." }
  }

  /// The parts of the path to the target in the archive, as written; nil where it does not begin there.
  var targetParts: [String]? {
    if isHard { return Self.components(target) }
    guard target.utf8.first != UInt8(ascii: "/") else { return nil }
    return Array(Self.components(path).dropLast()) + Self.components(target)
  }
}
