import Foundation
import Foundations

/// A file written in full beside its destination and renamed over it in one step.
///
/// The temporary file reaches the disk before the rename, so a full disk or a crash leaves either the
/// old content or the new one, never a mixture.
struct StagedFile {
  let path: String
  private let file: PartialFile

  init(_ bytes: [UInt8], for path: String) throws {
    self.path = path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ReportingError("\(path): cannot create the folder \(folder)")
    }
    file = try Self.naming(path) {
      let file = try PartialFile(replacing: path)
      try bytes.withUnsafeBytes { try file.append($0) }
      try file.synchronize()
      return file
    }
  }

  /// Puts the new content in place of the old.
  func commit() throws {
    try Self.naming(path) { try file.replace() }
  }

  /// Removes the temporary file; the destination stays as it was.
  func discard() { file.discard() }

  private static func naming<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let failure as PartialFile.Failure {
      let action = failure.action == "replace" ? "replaced" : "written"
      throw ReportingError("\(path): cannot be \(action): \(failure.reason)")
    }
  }
}

extension StagedFile {
  /// Writes one text file, all or nothing.
  static func write(_ text: String, to path: String) throws {
    try StagedFile(Array(text.utf8), for: path).commit()
  }

  /// Writes several text files: none is replaced until every one is on the disk.
  static func write(_ texts: [(path: String, text: String)]) throws {
    // Those that are not reached are discarded as they are let go.
    let staged = try texts.map { try StagedFile(Array($0.text.utf8), for: $0.path) }
    for file in staged { try file.commit() }
  }
}

/// Writes every byte, going on after interruptions and short writes; false with `errno` set on failure.
func writeFully(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  bytes.withUnsafeBytes { buffer in
    var offset = 0
    while offset < buffer.count {
      let written = write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      offset += written
    }
    return true
  }
}

/// The system's words for the last failed call.
func systemErrorText() -> String {
  String(cString: strerror(errno))
}

/// The text of a file, or one clear error.
func readText(_ path: String) throws -> String {
  guard let bytes = FileManager.default.contents(atPath: path) else {
    throw ReportingError("\(path): cannot be read")
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw ReportingError("\(path): is not UTF-8 text")
  }
  return text
}
