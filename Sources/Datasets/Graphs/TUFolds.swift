import Foundation

/// The test parts of a published cross-validation in a folder beside a TU set, graphs from 0.
///
/// Read are `folds/test_idx-1.txt` and so on, a graph a line, or files of the same names in `10fold_idx`, as the Graph
/// Isomorphism Network publishes them; numbers may begin at 0 as well. `train_idx-1.txt` and so on may lie beside them
/// and must name the other graphs. Source of the second: Xu et al., "How powerful are graph neural networks?", 2019.
struct TUFolds {
  /// The graphs of each test part, in the order of the files; empty without folds.
  let testParts: [[Int]]
  /// The folder they are in; nil without folds.
  let folder: String?
  /// Files of that folder that are not used, with its name.
  let ignored: [String]
  /// Graphs in no test part.
  private let untestedCount: Int

  /// What was read, such as `test parts of 10 folds from 10fold_idx`; nil without folds.
  var description: String? {
    guard let folder else { return nil }
    func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
    let untested = untestedCount == 0 ? "" : " (\(counted(untestedCount, "graph")) in none of them)"
    let parts = testParts.count == 1 ? "test part" : "test parts"
    return "\(parts) of \(counted(testParts.count, "fold")) from \(folder)\(untested)"
  }

  /// Reads the folds among the `entries` of a set's folder.
  ///
  /// - Throws: ``DataFileError`` for a gap in the numbers, and for graphs out of range, in two test parts, or missing
  ///   from the training part.
  init(folder set: URL, entries: [String], graphCount: Int) throws {
    let found = ["folds", "10fold_idx"].filter(entries.contains).lazy.compactMap { name in
      Listing(set.appendingPathComponent(name), name: name)
    }.first
    guard let found else {
      (testParts, folder, ignored, untestedCount) = ([], nil, [], graphCount)
      return
    }
    var parts: [[Int]] = []
    var partOfGraph = [Int?](repeating: nil, count: graphCount)
    for number in try found.numbers() {
      let test = try found.graphs("test_idx", number, of: graphCount)
      for (line, graph) in test.enumerated() {
        if let other = partOfGraph[graph] {
          throw found.failure(
            "test_idx", number,
            "line \(line + 1): graph \(graph), expected once, was in \(found.file("test_idx", other))")
        }
        partOfGraph[graph] = number
      }
      if found.training[number] != nil {
        let training = try found.graphs("train_idx", number, of: graphCount)
        if let line = training.firstIndex(where: { partOfGraph[$0] == number }) {
          throw found.failure(
            "train_idx", number,
            "line \(line + 1): graph \(training[line]), expected none of \(found.file("test_idx", number))")
        }
        guard Set(training).count == graphCount - test.count else {
          throw found.failure(
            "train_idx", number,
            "\(Set(training).count) graphs, expected all \(graphCount - test.count) outside"
              + " \(found.file("test_idx", number))")
        }
      }
      parts.append(test)
    }
    (testParts, folder, ignored) = (parts, found.name, found.ignored)
    untestedCount = partOfGraph.count { $0 == nil }
  }
}

/// The files of a folder of folds.
private struct Listing {
  let folder: URL
  let name: String
  /// The names of the files by the numbers of their folds.
  private(set) var test: [Int: String] = [:]
  private(set) var training: [Int: String] = [:]
  private(set) var ignored: [String] = []

  /// Nil where no file of a test part is in the folder.
  init?(_ folder: URL, name: String) {
    (self.folder, self.name) = (folder, name)
    for entry in (try? DataFile.names(inFolder: folder)) ?? [] {
      if let number = Self.number(entry, "test_idx"), test[number] == nil {
        test[number] = entry
      } else if let number = Self.number(entry, "train_idx"), training[number] == nil {
        training[number] = entry
      } else {
        ignored.append("\(name)/\(entry)")
      }
    }
    if test.isEmpty { return nil }
  }

  private static func number(_ entry: String, _ kind: String) -> Int? {
    guard entry.hasPrefix("\(kind)-"), entry.hasSuffix(".txt") else { return nil }
    let digits = entry.dropFirst(kind.count + 1).dropLast(".txt".count)
    return digits.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? Int(digits) : nil
  }

  /// The numbers of the folds, from 0 or 1 without a gap.
  func numbers() throws -> [Int] {
    let all = Set(test.keys).union(training.keys).sorted()
    for (index, number) in all.enumerated() {
      let expected = index + min(all[0], 1)
      if number != expected || test[number] == nil {
        let last = all[all.count - 1]
        let there =
          last == expected
          ? file("train_idx", last) : file(test[last] == nil ? "train_idx" : "test_idx", last)
        throw failure("test_idx", expected, "missing, expected a file: \(there) is there")
      }
    }
    return all
  }

  func file(_ kind: String, _ number: Int) -> String {
    (kind == "test_idx" ? test : training)[number] ?? "\(kind)-\(number).txt"
  }

  func failure(_ kind: String, _ number: Int, _ problem: String) -> DataFileError {
    DataFileError(file: folder.appendingPathComponent(file(kind, number)).path, problem: problem)
  }

  /// The graphs that a file names.
  func graphs(_ kind: String, _ number: Int, of graphCount: Int) throws -> [Int] {
    let graphs = try NumberLines(contentsOf: folder.appendingPathComponent(file(kind, number))).integers(
      perLine: 1, expected: "the number of a graph")
    guard !graphs.isEmpty else { throw failure(kind, number, "no graphs, expected at least one") }
    if let line = graphs.firstIndex(where: { !(0..<graphCount).contains($0) }) {
      throw failure(
        kind, number, "line \(line + 1): graph \(graphs[line]), expected 0 to \(graphCount - 1)")
    }
    return graphs
  }
}
