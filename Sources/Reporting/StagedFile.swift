import Foundation

/// A file written in full beside its destination and renamed over it in one step.
///
/// The temporary file reaches the disk before the rename, so a full disk or a crash leaves either the
/// old content or the new one, never a mixture.
struct StagedFile {
  let path: String
  private let temporaryPath: String

  init(_ bytes: [UInt8], for path: String) throws {
    self.path = path
    let destination = URL(fileURLWithPath: path)
    let folder = destination.deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ReportingError("\(path): cannot create the folder \(folder)")
    }
    let name = ".\(destination.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial"
    temporaryPath = destination.deletingLastPathComponent().appendingPathComponent(name).path
    do {
      try Self.writeThrough(bytes, to: temporaryPath, naming: path)
    } catch {
      unlink(temporaryPath)
      throw error
    }
  }

  /// Puts the new content in place of the old.
  func commit() throws {
    guard rename(temporaryPath, path) == 0 else {
      let reason = systemErrorText()
      unlink(temporaryPath)
      throw ReportingError("\(path): cannot be replaced: \(reason)")
    }
    // The rename itself lives in the folder; not every file system lets a folder be synced, so best effort.
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Removes the temporary file; the destination stays as it was.
  func discard() {
    unlink(temporaryPath)
  }

  private static func writeThrough(_ bytes: [UInt8], to temporary: String, naming path: String) throws {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw ReportingError("\(path): cannot be written: \(systemErrorText())") }
    var failure: String?
    if !writeFully(bytes, to: descriptor) || fsync(descriptor) != 0 { failure = systemErrorText() }
    if close(descriptor) != 0, failure == nil { failure = systemErrorText() }
    if let failure { throw ReportingError("\(path): cannot be written: \(failure)") }
  }
}

extension StagedFile {
  /// Writes one text file, all or nothing.
  static func write(_ text: String, to path: String) throws {
    try StagedFile(Array(text.utf8), for: path).commit()
  }

  /// Writes several text files: none is replaced until every one is on the disk.
  static func write(_ texts: [(path: String, text: String)]) throws {
    var staged: [StagedFile] = []
    do {
      for (path, text) in texts { staged.append(try StagedFile(Array(text.utf8), for: path)) }
    } catch {
      for file in staged { file.discard() }
      throw error
    }
    for (index, file) in staged.enumerated() {
      do {
        try file.commit()
      } catch {
        for rest in staged[(index + 1)...] { rest.discard() }
        throw error
      }
    }
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
