/// A hard or symbolic link of a tar archive, which stands for another member.
struct TarLink {
  /// The name of the link itself.
  let path: String
  let target: String
  /// Hard links name members by their paths in the archive, symbolic ones from where they lie.
  let isHard: Bool
  /// How many entries come before it.
  let entryCount: Int

  /// Links to links are followed this far.
  private static let largestChain = 40

  /// The parts of a path, without `.` and empty ones; slashes are bytes, whatever mark follows them.
  static func components(_ path: String) -> [String] {
    path.unicodeScalars.split(separator: "/").map { String($0) }.filter { $0 != "." }
  }

  /// The entries of an archive with what its links stand for at the links' places.
  ///
  /// - Throws: ``DataFileError`` for a link to what is not in the archive.
  static func resolved(
    _ links: [TarLink], _ entries: [TarArchive.Entry], archive: String
  ) throws -> [TarArchive.Entry] {
    if links.isEmpty { return entries }
    // The last of a name counts, as when an archive is unpacked.
    let members = Dictionary(entries.map { ($0.path, $0) }) { $1 }
    let targets = Dictionary(links.map { ($0.path, $0.targetPath) }) { $1 }
    var result: [TarArchive.Entry] = []
    var taken = 0
    for link in links {
      result += entries[taken..<link.entryCount]
      taken = link.entryCount
      var target = link.targetPath
      for _ in 0..<largestChain {
        guard let path = target, members[path] == nil, let next = targets[path] else { break }
        target = next
      }
      let found = target.map { Self.members(at: $0, members, entries) } ?? []
      guard !found.isEmpty else {
        throw DataFileError(
          file: "\(archive)/\(link.path)",
          problem: "link to \(link.target), expected the name of a file of the archive")
      }
      let prefix = target?.unicodeScalars.count ?? 0
      result += found.map { entry in
        let rest = String(String.UnicodeScalarView(entry.path.unicodeScalars.dropFirst(prefix)))
        return TarArchive.Entry(path: link.path + rest, kind: entry.kind, range: entry.range)
      }
    }
    return result + entries[taken...]
  }

  /// A file, or a folder with all that lies in it.
  private static func members(
    at path: String, _ members: [String: TarArchive.Entry], _ entries: [TarArchive.Entry]
  ) -> [TarArchive.Entry] {
    if let entry = members[path], entry.kind == .file { return [entry] }
    let inside = Array((path + "/").utf8)
    return (members[path].map { [$0] } ?? []) + entries.filter { $0.path.utf8.starts(with: inside) }
  }

  /// The path of the target in the archive; nil where it leads out of it.
  private var targetPath: String? {
    var parts = isHard ? [] : Array(Self.components(path).dropLast())
    guard isHard || target.utf8.first != UInt8(ascii: "/") else { return nil }
    for part in Self.components(target) {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
