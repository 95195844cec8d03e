/// The labels of the nodes of a TU set, in one or several columns.
struct TUNodeLabels {
  /// The codes of each column.
  let columns: [NumberedCodes]
  /// The kind of each node: nodes of one kind have the same label in every column. From 0, in the order of the codes.
  let kinds: [Int]

  /// Distinct labels, over all columns.
  var codeCount: Int { columns.reduce(0) { $0 + $1.codes.count } }
  /// What the features made of them are, such as `one-hot node labels (7)`.
  var description: String {
    let counts = columns.map { "\($0.codes.count)" }.joined(separator: " + ")
    return columns.count == 1
      ? "one-hot node labels (\(counts))" : "one-hot node labels of \(columns.count) columns (\(counts))"
  }

  /// Labels row by row, `perNode` for each node.
  init(_ labels: [Int], perNode: Int) {
    columns = (0..<perNode).map { column in
      NumberedCodes(stride(from: column, to: labels.count, by: perNode).map { labels[$0] })
    }
    // Column by column, the kinds so far and the next label make new kinds; products stay below nodes times codes.
    kinds = columns.dropFirst().reduce(columns.first?.numbers ?? []) { kinds, column in
      NumberedCodes(zip(kinds, column.numbers).map { $0 * column.codes.count + $1 }).numbers
    }
  }
}

/// Codes of a file as numbers from 0, in the order of the codes.
struct NumberedCodes {
  let codes: [Int]
  let numbers: [Int]

  init(_ given: [Int]) {
    let codes = Set(given).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
    self.codes = codes
    self.numbers = given.map { numbers[$0] ?? 0 }
  }
}
