public import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

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

  /// The file at a path; nothing is touched before ``write(_:)``.
  public init(path: String) {
    self.path = path
  }

  /// Replaces the file by the chunks that `produce` appends, in order.
  ///
  /// Keeps the permissions of a file it replaces and writes through a symbolic link.
  ///
  /// - Throws: ``FileAccessError``, or whatever `produce` throws.
  public func write(_ produce: (_ append: (Data) throws -> Void) throws -> Void) throws {
    let target = Self.resolvingLink(path)
    var old = stat()
    let replaces = stat(target, &old) == 0
    // A rename would put a file in the place of a device or a pipe.
    guard !replaces || old.st_mode & S_IFMT == S_IFREG else {
      throw FileAccessError(file: path, action: "replace", reason: "it is not a regular file")
    }
    let partial = "\(target).\(UUID().uuidString.prefix(8)).partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("create", file: partial) }
    var isOpen = true
    do {
      if replaces { _ = fchmod(descriptor, old.st_mode & 0o7777) }
      try produce { chunk in try append(chunk, to: descriptor) }
      guard fsync(descriptor) == 0 else { throw failure("write to disk") }
      isOpen = false
      guard close(descriptor) == 0 else { throw failure("close") }
      guard rename(partial, target) == 0 else { throw failure("replace") }
    } catch {
      if isOpen { close(descriptor) }
      unlink(partial)
      throw error
    }
    Self.syncFolder(of: target)
  }

  /// Replaces the file by one chunk.
  ///
  /// - Throws: ``FileAccessError``.
  public func write(_ content: Data) throws {
    try write { append in try append(content) }
  }

  private func append(_ chunk: Data, to descriptor: Int32) throws {
    try chunk.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      var rest = bytes
      while !rest.isEmpty {
        let written = Self.systemWrite(descriptor, rest)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw failure("write") }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      }
    }
  }

  private func failure(_ action: String, file: String? = nil) -> FileAccessError {
    FileAccessError(file: file ?? path, action: action, errorNumber: errno)
  }

  // The method names `write` hide the C function inside the type.
  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func resolvingLink(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Makes the rename itself last; a file system that cannot sync folders keeps the file anyway.
  private static func syncFolder(of path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }
}
