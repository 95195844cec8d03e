import Foundation

/// Reading whole files with errors that name them.
enum DataFile {
  /// The bytes of the file at `url`, memory-mapped where the system can.
  static func mapped(_ url: URL) throws -> Data {
    try requireFile(url)
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw DataFileError(file: url.path, problem: "cannot be read, expected a readable file")
    }
  }

  static func bytes(_ url: URL) throws -> [UInt8] {
    [UInt8](try mapped(url))
  }

  /// The visible entries of the folder at `url`, sorted by name.
  static func names(inFolder url: URL) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw DataFileError(file: url.path, problem: "cannot be listed, expected a readable folder")
    }
  }

  static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path)
  }

  private static func requireFile(_ url: URL) throws {
    guard exists(url) else { throw DataFileError(file: url.path, problem: "missing, expected a file") }
    guard !isFolder(url) else { throw DataFileError(file: url.path, problem: "is a folder, expected a file") }
  }
}
