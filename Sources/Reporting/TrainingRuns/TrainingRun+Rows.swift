import Foundation

/// Rows of a file of metrics, and where those that come after them will begin.
package struct MetricsRows: Codable, Equatable, Sendable {
  /// The names of the columns, `step` first.
  package let columns: [String]
  /// The numbers by column and row; nil where a field is empty.
  package let values: [[Double?]]
  /// What to ask with for the rows after these.
  package let cursor: String
  /// Whether these are the first rows of the file: none were asked after, or it is another file by now, as that of a run that
  /// was resumed or begun anew.
  package let isFromStart: Bool
  /// Whether further rows are there already.
  package let hasMore: Bool
}

extension TrainingRun {
  /// The most bytes of a file that one answer tells of.
  package static let mostBytes = 1 << 20

  /// The rows after those that an earlier answer ended with; the first ones where there was none.
  ///
  /// Only whole rows are told, and only what is new is read.
  ///
  /// - Parameter cursor: That of an earlier answer.
  /// - Throws: `ReportingError` for a file that cannot be read or is damaged, or a cursor that no answer had.
  package func rows(after cursor: String? = nil, mostBytes: Int = mostBytes) throws -> MetricsRows {
    let file = try MetricsFile(path)
    let header = try file.header()
    var position = header.utf8.count
    let start = position
    if let cursor {
      let parts = cursor.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, let number = UInt64(parts[0]), let offset = Int(parts[1]) else {
        throw ReportingError(
          "\(metrics): rows after \"\(cursor)\", expected what an earlier answer ended with")
      }
      if number == file.number, offset >= start, offset <= file.size { position = offset }
    }
    let text = try file.wholeLines(at: position, mostBytes: mostBytes)
    let end = position + text.utf8.count
    let table = try CSVTable(parsing: header + text, origin: metrics)
    return MetricsRows(
      columns: table.columns, values: try table.columns.map { try table.numbers(inColumn: $0) },
      cursor: "\(file.number)-\(end)", isFromStart: position == start,
      hasMore: !text.isEmpty && end < file.size)
  }

  /// The names of the columns of the file; none where it cannot be read.
  package var columns: [String] {
    guard let header = try? MetricsFile(path).header() else { return [] }
    return (try? CSVTable(parsing: header).columns) ?? []
  }

  /// The step of the last row; nil where there is none.
  package var lastStep: Int? {
    guard let file = try? MetricsFile(path),
      let tail = try? file.wholeLines(at: max(0, file.size - 1 << 12), mostBytes: 1 << 12)
    else { return nil }
    return tail.split(separator: "\n").last.flatMap { Int($0.prefix { $0 != "," }) }
  }
}

/// A file of metrics open to be read while another process may add to it.
private final class MetricsFile {
  /// What tells it from another file of the same path.
  let number: UInt64
  let size: Int
  private let name: String
  private let descriptor: Int32

  init(_ path: String) throws {
    name = URL(fileURLWithPath: path).lastPathComponent
    descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    let isFile = descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    (number, size) = (UInt64(status.st_ino), Int(status.st_size))
    guard isFile else { throw ReportingError("\(name): cannot be read") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The first line.
  func header() throws -> String {
    let text = try wholeLines(at: 0, mostBytes: 1 << 14)
    return text.utf8.firstIndex(of: UInt8(ascii: "\n")).map { String(text[...$0]) } ?? ""
  }

  /// The lines from a place on that are whole, as far as so many bytes reach.
  func wholeLines(at offset: Int, mostBytes: Int) throws -> String {
    var bytes = [UInt8](repeating: 0, count: max(0, min(mostBytes, size - offset)))
    let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    guard read >= 0 else { throw ReportingError("\(name): cannot be read: \(systemErrorText())") }
    let end = bytes[..<read].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard end > 0 || read < mostBytes else {
      throw ReportingError("\(name): a line of more than \(mostBytes) bytes, expected rows of numbers")
    }
    guard let text = String(validating: bytes[..<end], as: UTF8.self) else {
      throw ReportingError("\(name): is not UTF-8 text")
    }
    return text
  }
}
