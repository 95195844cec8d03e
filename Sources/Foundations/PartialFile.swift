import Foundation

/// A file written beside its destination and put in its place in one step: readers see the old content or the new one,
/// also after a crash or on a full disk.
///
/// It is called `.NAME.BOOT-RANDOM.partial` and locked (flock) by whoever writes it. The lock ends with the process,
/// however it ends, so a file that can be locked is one that a killed run left over: ``AbandonedFiles`` takes it away
/// when the folder is next written to.
package final class PartialFile {
  /// Where the content goes until ``replace()``.
  package let path: String
  private let destination: String
  private var descriptor: Int32

  /// What the system would not do.
  package struct Failure: Error {
    /// The action, such as "create".
    package let action: String
    /// The system's words for why.
    package let reason: String

    init(_ action: String, _ reason: String = String(cString: strerror(errno))) {
      self.action = action
      self.reason = reason
    }
  }

  /// An empty file beside `destination`, with its permissions where it is there; a symbolic link is followed.
  ///
  /// - Throws: ``Failure``, also where something else than a regular file would be replaced.
  package init(replacing destination: String) throws(Failure) {
    let target = Self.resolvingLink(destination)
    var old = stat()
    let replaces = stat(target, &old) == 0
    // A rename would put a file in the place of a device or a pipe.
    if replaces && old.st_mode & S_IFMT != S_IFREG { throw Failure("replace", "it is not a regular file") }
    let url = URL(fileURLWithPath: target)
    AbandonedFiles.removeOnce(fromFolder: url.deletingLastPathComponent().path)
    (path, descriptor) = try Self.create(beside: url)
    self.destination = target
    if replaces { _ = fchmod(descriptor, old.st_mode & 0o7777) }
  }

  deinit { discard() }

  /// Writes all of the bytes behind those written before.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Failure("write") }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// Waits until the content is on the disk.
  package func synchronize() throws(Failure) {
    guard fsync(descriptor) == 0 else { throw Failure("write to disk") }
  }

  /// Puts the content, which has to be synchronized, in the place of the old one. On an error the old one stays.
  package func replace() throws(Failure) {
    guard rename(path, destination) == 0 else {
      let failure = Failure("replace")
      discard()
      throw failure
    }
    close(descriptor)
    descriptor = -1
    // The rename itself lives in the folder; not every file system lets a folder be synced, so as far as it goes.
    let folder = open(
      URL(fileURLWithPath: destination).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Takes the file away; the destination stays as it was.
  package func discard() {
    guard descriptor >= 0 else { return }
    // Before the lock goes, so that nobody else thinks it abandoned.
    unlink(path)
    close(descriptor)
    descriptor = -1
  }

  private static func create(beside destination: URL) throws(Failure) -> (path: String, descriptor: Int32) {
    let folder = destination.deletingLastPathComponent()
    while true {
      let name = AbandonedFiles.partialName(for: destination.lastPathComponent)
      let path = folder.appendingPathComponent(name).path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        if errno == EEXIST { continue }
        throw Failure("create")
      }
      // Between the two calls another run may have taken the file for an abandoned one. A file system without locks
      // refuses them in other words; nobody removes a young file there.
      let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      var status = stat()
      if !isTaken && fstat(descriptor, &status) == 0 && status.st_nlink > 0 { return (path, descriptor) }
      unlink(path)
      close(descriptor)
    }
  }

  private static func resolvingLink(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
