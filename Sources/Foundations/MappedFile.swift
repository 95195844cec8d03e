package import Foundation

/// A file's bytes as read-only memory, paged in by the system on first touch.
package enum MappedFile {
  /// The whole content of a regular file.
  ///
  /// The file must not be shortened in place while the bytes are in use; replacing it by a rename,
  /// as ``AtomicFile`` does, leaves the mapped content untouched.
  ///
  /// - Throws: ``FileAccessError``.
  package static func bytes(path: String) throws -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileAccessError(file: path, action: "open", errorNumber: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileAccessError(file: path, action: "inspect", errorNumber: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileAccessError(file: path, action: "read", reason: "it is not a regular file")
    }
    let count = Int(status.st_size)
    if count == 0 { return Data() }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw FileAccessError(file: path, action: "map its \(count) bytes into memory", errorNumber: errno)
    }
    return Data(
      bytesNoCopy: start, count: count, deallocator: .custom { address, size in munmap(address, size) })
  }
}
