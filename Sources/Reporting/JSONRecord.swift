import Foundation

/// What a run has measured so far, a JSON file in its folder that is written anew after each result, so that an interrupted
/// run can go on.
public protocol JSONRecord: Codable {
  /// The file's name inside the folder of a run.
  static var fileName: String { get }
  /// Whether the file is laid out for people, not on one line.
  static var isPretty: Bool { get }
  /// Whether what was read can be what a run wrote.
  var isSound: Bool { get }
}

extension JSONRecord {
  public static var isPretty: Bool { false }
  public var isSound: Bool { true }

  /// Writes the file, all of it or nothing.
  public func write(toFolder folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if Self.isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .iso8601
    try StagedFile.write(
      String(decoding: try encoder.encode(self), as: UTF8.self), to: "\(folder)/\(Self.fileName)")
  }

  /// The record of a folder; nil where there is none.
  ///
  /// - Throws: `ReportingError` where it is damaged.
  public static func read(fromFolder folder: String) throws -> Self? {
    let path = "\(folder)/\(fileName)"
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let record = try? decoder.decode(Self.self, from: data), record.isSound else {
      throw ReportingError("\(path): damaged, expected what an interrupted run wrote")
    }
    return record
  }
}
