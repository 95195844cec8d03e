import Foundation

/// SHA-256 of files and of bytes in memory.
public enum FileDigest {
  /// Bytes read at a time.
  private static let pieceSize = 1 << 20

  /// The SHA-256 of a regular file as 64 lower-case hexadecimal digits.
  ///
  /// - Throws: ``ReportingError`` when it is no file or cannot be read.
  /// - Cost: one pass over the file, 1 MiB of memory.
  public static func sha256(ofFile path: String) throws -> String {
    // A pipe without a writer would wait for one, and a device need not end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ReportingError("\(path): cannot be read: \(systemErrorText())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ReportingError("\(path): cannot be read: \(systemErrorText())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ReportingError("\(path): cannot be read: it is not a regular file")
    }
    let digest = SHA256Digest()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress, piece.count)
      if count == 0 { return digest.hexadecimal() }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw ReportingError("\(path): cannot be read: \(systemErrorText())") }
      digest.append(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  /// The SHA-256 of bytes as 64 lower-case hexadecimal digits.
  public static func sha256(of bytes: [UInt8]) -> String {
    let digest = SHA256Digest()
    bytes.withUnsafeBytes { all in
      for start in stride(from: 0, to: all.count, by: pieceSize) {
        digest.append(UnsafeRawBufferPointer(rebasing: all[start..<min(start + pieceSize, all.count)]))
      }
    }
    return digest.hexadecimal()
  }
}
