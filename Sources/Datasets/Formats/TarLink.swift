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
