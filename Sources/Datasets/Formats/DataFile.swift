import ArrayFiles
import Foundation
import Foundations
import ImageFiles
import Tensors

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

  /// The content of the file at `url`, unpacked where it is gzip data.
  static func unpacked(_ url: URL) throws -> Data {
    let data = try mapped(url)
    return data.starts(with: Gzip.signature) ? try Gzip.unpacked(data, file: url.path) : data
  }

  /// The picture in a PNG or JPEG file; says what other files are.
  static func image(_ bytes: [UInt8], name: String) throws -> PixelImage {
    do {
      return try PixelImage.decode(bytes, name: name)
    } catch {
      let kind = FileKind(bytes)
      guard let kind, ![.png, .jpeg, .empty].contains(kind) else { throw error }
      throw DataFileError(file: name, problem: "is \(kind), expected a PNG or JPEG image")
    }
  }

  /// An error about a file that is not what it should be: says what it is instead where its first bytes tell.
  ///
  /// - Parameters:
  ///   - expected: What it should be, such as "an IDX file".
  ///   - otherwise: What is wrong with it where they do not.
  static func foreign(
    _ start: some Sequence<UInt8>, name: String, expected: String, otherwise: String
  ) -> DataFileError {
    guard let kind = FileKind(start), kind != .empty else {
      return DataFileError(file: name, problem: otherwise)
    }
    return DataFileError(file: name, problem: "is \(kind), expected \(expected)")
  }

  /// The visible entries of the folder at `url`, sorted by name.
  static func names(inFolder url: URL) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { !isHidden($0) }.sorted()
    } catch {
      throw DataFileError(file: url.path, problem: "cannot be listed, expected a readable folder")
    }
  }

  /// Whether a name is one of a hidden file, or of what archivers and servers leave beside the files they handle.
  static func isHidden(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") || ["__MACOSX", "@eaDir"].contains(name)
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

/// A data file or folder that cannot be used: which one, and what was expected.
public struct DataFileError: Error, Equatable, CustomStringConvertible {
  /// Path of the file or folder, followed by the entry inside it where there is one.
  public let file: String
  /// The problem, on one line.
  public let problem: String

  /// An error about one file.
  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }

  /// One line: `file: problem`, control characters and line breaks of both escaped, long text cut.
  public var description: String { "\(oneLine(file, limit: 1_000)): \(oneLine(problem, limit: 1_000))" }
}

/// The same work on many items over all cores.
enum OrderedParallel {
  private static let chunkSize = 256

  /// `body(0)` to `body(count - 1)` in that order; the error thrown is the one of the lowest index.
  static func map<Result: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let chunks = Parallelism.map((count + chunkSize - 1) / chunkSize) { chunk in
      Swift.Result { try (chunk * chunkSize..<min(count, (chunk + 1) * chunkSize)).map(body) }
    }
    var all: [Result] = []
    all.reserveCapacity(count)
    for results in chunks { all += try results.get() }
    return all
  }
}
