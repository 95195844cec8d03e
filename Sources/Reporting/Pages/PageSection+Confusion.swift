import Foundations

extension PageSection {
  /// Adds a table of how often each class was taken for each; the counts enter the summary as `<name>_<class>_<taken for>`,
  /// classes numbered from 0.
  ///
  /// - Parameters:
  ///   - counts: Examples by their class and then by the class predicted, as many rows as columns.
  ///   - classNames: What tables call the classes, in the order of their numbers.
  ///   - name: The table's name in the page and the record.
  public mutating func addConfusion(
    _ counts: [[Int]], classNames: [String], name: String = "confusion"
  ) {
    require(
      counts.count == classNames.count && counts.allSatisfy { $0.count == classNames.count },
      "counts \(counts) for the classes \(classNames)")
    addTable(
      name, columns: ["class"] + classNames.map { "taken for \($0)" }, digits: 0,
      rows: classNames.indices.map { label in
        let cells = counts[label].enumerated().map { prediction, count in
          MeasuredCell.number("\(name)_\(label)_\(prediction)", Double(count))
        }
        return (classNames[label], cells)
      })
  }
}
