public import Foundation

/// A file that is replaced as a whole or not at all.
///
/// The content goes to a `.partial` file in the same folder, is forced to disk and renamed over the
/// target. Readers see the old file or the new one, also after a crash; on an error the `.partial`
/// file is removed and the old file is as it was.
///
/// ```swift
/// try AtomicFile(path: "table.csv").write { append in
///   for row in rows { try append(Data(row.utf8)) }
/// }
/// ```
public struct AtomicFile: Sendable {
  /// The file to replace.
  public let path: String

  /// The file at a path; nothing is touched before ``write(_:)-(Data)``.
  public init(path: String) {
    self.path = path
  }

  /// Replaces the file by the chunks that `produce` appends, in order.
  ///
  /// Keeps the permissions of a file it replaces and writes through a symbolic link.
  ///
  /// - Throws: ``FileAccessError``, or whatever `produce` throws.
  public func write(_ produce: (_ append: (Data) throws -> Void) throws -> Void) throws {
    do {
      // On an error the partial file goes as it is let go.
      let file = try PartialFile(replacing: path)
      try produce { chunk in
        try chunk.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in try file.append(bytes) }
      }
      try file.synchronize()
      try file.replace()
    } catch let failure as PartialFile.Failure {
      throw FileAccessError(file: path, action: failure.action, reason: failure.reason)
    }
  }

  /// Replaces the file by one chunk.
  ///
  /// - Throws: ``FileAccessError``.
  public func write(_ content: Data) throws {
    try write { append in try append(content) }
  }
}
