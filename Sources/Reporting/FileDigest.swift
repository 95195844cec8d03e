import Foundation

/// SHA-256 of files, computed by the system's own tool.
public enum FileDigest {
  /// The SHA-256 of a file as 64 lower-case hexadecimal digits.
  ///
  /// - Throws: `ReportingError` when the file cannot be read or the tool is missing.
  public static func sha256(ofFile path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let file = FileHandle(forReadingAtPath: path)
    else { throw ReportingError("\(path): cannot be read as a file") }
    defer { try? file.close() }
    #if os(macOS)
      let command = ["shasum", "-a", "256"]
    #else
      let command = ["sha256sum"]
    #endif
    // The file goes in as standard input: a name with odd characters would change the tool's output.
    guard let line = Subprocess.output(command, input: file), let digest = line.split(separator: " ").first,
      digest.count == 64, digest.allSatisfy(\.isHexDigit)
    else { throw ReportingError("\(path): \(command[0]) gave no SHA-256; is the tool installed?") }
    return String(digest)
  }
}
