import Foundation

/// A file that grows piece by piece, each on the disk at once and whole: one that could not be written in full, as on a full
/// disk, is taken back.
final class AppendedFile {
  let path: String
  private let descriptor: Int32
  private var length: Int

  /// Opens a file that exists, to go on behind its end.
  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    length = descriptor >= 0 ? Int(lseek(descriptor, 0, SEEK_END)) : -1
    guard length >= 0 else { throw ReportingError("\(path): cannot be opened: \(systemErrorText())") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Adds a piece; errors call it by its name, such as `step 7`.
  func append(_ bytes: [UInt8], name: String) throws {
    guard writeFully(bytes, to: descriptor) else {
      let reason = systemErrorText()
      ftruncate(descriptor, off_t(length))
      lseek(descriptor, off_t(length), SEEK_SET)
      throw ReportingError("\(path): \(name) cannot be written: \(reason)")
    }
    length += bytes.count
  }

  /// Waits until everything so far is on the disk.
  func synchronize() throws {
    guard fsync(descriptor) == 0 else {
      throw ReportingError("\(path): cannot be synced: \(systemErrorText())")
    }
  }
}
