import Foundation

/// Which data a run used: enough to tell whether another run used the same bytes.
public struct DataFingerprint: Codable, Equatable, Sendable {
  /// The `path` of data that comes inside the package.
  public static let embeddedPath = "embedded"

  /// The name of the data, such as "digits, training images".
  public var name: String
  /// The file, relative to the working folder or by its bare name, or "embedded".
  public var path: String
  /// SHA-256 of the file, 64 hexadecimal digits.
  public var sha256: String
  /// The number of examples in the file.
  public var count: Int

  /// The fingerprint of a file of the user's.
  public init(name: String, path: String, count: Int) throws {
    self.init(
      name: name, shownPath: Self.relative(path), sha256: try FileDigest.sha256(ofFile: path), count: count)
  }

  /// The fingerprint of a file that comes inside the package; its path is recorded as "embedded".
  public init(name: String, embeddedAt path: String, count: Int) throws {
    self.init(
      name: name, shownPath: Self.embeddedPath, sha256: try FileDigest.sha256(ofFile: path), count: count)
  }

  /// The fingerprint of bytes that stand for many files, such as the decoded images of a folder.
  public init(name: String, path: String, count: Int, hashing bytes: [UInt8]) {
    self.init(
      name: name, shownPath: Self.relative(path), sha256: FileDigest.sha256(of: bytes), count: count)
  }

  private init(name: String, shownPath: String, sha256: String, count: Int) {
    self.name = name
    self.path = shownPath
    self.sha256 = sha256
    self.count = count
  }

  private static func relative(_ path: String) -> String {
    let folder = FileManager.default.currentDirectoryPath + "/"
    if path.hasPrefix(folder) { return String(path.dropFirst(folder.count)) }
    // An absolute path elsewhere says nothing on another machine.
    return path.hasPrefix("/") ? URL(fileURLWithPath: path).lastPathComponent : path
  }
}
