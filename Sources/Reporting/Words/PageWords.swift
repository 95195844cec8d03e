import Foundation
import Foundations

/// What of a page written by hand follows from run records: its tables, and the numbers and verdicts in its sentences.
struct PageWords: Codable, Equatable, Sendable {
  /// The page, seen from the folder of results.
  var path: String
  /// What stands between table markers.
  var tables: [Table]?
  /// Sentences, or parts of them, that stand once on the page, with placeholders (`RecordText`).
  var sentences: [String]?
  /// Words with numbers that no run measured, as they stand on the page: versions, years, sizes of data.
  var typed: [String]?

  /// A table whose cells are `RecordText`s.
  struct Table: Codable, Equatable, Sendable {
    /// The name in the page's `<!-- table: name -->` marker.
    var name: String
    /// The headings, the first over the labels.
    var columns: [String]
    /// The cells of rows that have none of their own.
    var cells: [String]?
    var rows: [Row]
  }

  struct Row: Codable, Equatable, Sendable {
    var label: String
    /// The folder of names that have none.
    var folder: String?
    var cells: [String]?
  }

  /// The page with its tables filled and the numbers of its sentences brought up to date.
  ///
  /// - Parameter others: Tables from elsewhere that stand on the page as well.
  /// - Throws: `ReportingError` with the first thing that is wrong: a record or key that is missing, a sentence that is not on the
  ///   page, a verdict that is no longer that of the record, a number that nothing accounts for.
  func filled(
    _ page: String, from values: RecordValues, others: [String: MarkdownTable] = [:]
  ) throws -> String {
    var faults: [String] = []
    var filledTables = others
    for table in tables ?? [] {
      do { filledTables[table.name] = try table.filled(from: values) } catch {
        faults.append("table \(table.name): \(error)")
      }
    }
    var text = page
    for sentence in sentences ?? [] {
      do { try Self.update(sentence, in: &text, from: values) } catch { faults.append("\(error)") }
    }
    faults += try unaccounted(in: text)
    if let first = faults.first {
      // A sentence that is not found leaves its numbers unaccounted for: the first fault is the one to mend.
      throw ReportingError(faults.count == 1 ? first : "\(first) (and \(faults.count - 1) more)")
    }
    return try TableBlock.replacing(in: text, tables: filledTables)
  }

  private static func update(_ sentence: String, in page: inout String, from values: RecordValues) throws {
    let template = try RecordText(sentence)
    let expected = try template.filled(from: values)
    let places = try template.places(in: page)
    guard places.count == 1 else {
      throw ReportingError("\(places.count) times on the page, expected once: \"\(expected.joined())\"")
    }
    var texts: [(range: Range<String.Index>, text: String)] = []
    for (piece, text) in zip(template.pieces, expected) {
      guard case .placeholder(_, let printing) = piece else { continue }
      let range = places[0].placeholders[texts.count]
      let found = page[range].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard printing.isRewritable || found == text else {
        throw ReportingError(
          "says \"\(found)\" where the record says \"\(text)\": \"\(expected.joined())\"")
      }
      texts.append((range, found == text ? String(page[range]) : text))
    }
    for (range, text) in texts.reversed() { page.replaceSubrange(range, with: text) }
  }

  /// The numbers of the page that are in no filled table, no placeholder and no typed words, a line each.
  private func unaccounted(in page: String) throws -> [String] {
    var faults: [String] = []
    var prose = PageProse(page)
    for sentence in sentences ?? [] {
      for place in try RecordText(sentence).places(in: page) {
        for range in place.placeholders { prose.blank(range) }
      }
    }
    for words in typed ?? [] where !prose.blank(words: words) {
      faults.append("\"\(words)\" is among the typed words, but not on the page")
    }
    return faults
      + prose.numbers.map { line, number in
        "line \(line): \(number) comes from no record, expected a sentence or typed words that account for it"
      }
  }
}

extension PageWords.Table {
  /// The table with the numbers of the records.
  func filled(from values: RecordValues) throws -> MarkdownTable {
    var table = MarkdownTable(columns: columns)
    for row in rows {
      let cells = row.cells ?? cells ?? []
      guard cells.count == columns.count - 1 else {
        throw ReportingError("row \(row.label): \(cells.count) cells, expected \(columns.count - 1)")
      }
      let texts = try ([row.label] + cells).map {
        try RecordText($0).filled(from: values, folder: row.folder).joined()
      }
      table.addRow(texts.map { $0.isEmpty ? .missing : .text($0) })
    }
    return table
  }
}

/// The file in a folder of results that says what of pages written by hand follows from the records.
struct RecordedWords: Codable, Equatable, Sendable {
  /// The file's name.
  static let fileName = "words.json"

  var pages: [PageWords]

  /// The file of a folder; no pages where there is none.
  ///
  /// - Throws: `ReportingError` for a file that cannot be read, or a page that is named twice.
  static func read(fromFolder folder: String) throws -> RecordedWords {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return RecordedWords(pages: []) }
    let text = Data(try readText(path).utf8)
    let words: RecordedWords
    do {
      words = try JSONDecoder().decode(RecordedWords.self, from: text)
    } catch let error as DecodingError {
      throw ReportingError("\(path): \(RunRecordFault.explanation(of: error, in: text))")
    }
    guard Set(words.pages.map(\.path)).count == words.pages.count else {
      throw ReportingError("\(path): a page is named twice")
    }
    return words
  }
}
