import Foundations

/// Labelled bars, such as the weights of a bag's instances.
extension StepViewer {
  /// The bars of one item, one below the other.
  public struct Bars: Codable, Equatable, Sendable {
    /// What stands beside a bar.
    public struct Row: Codable, Equatable, Sendable {
      /// The label, such as the letters of a sequence.
      public var label: String
      /// A word that sets a row apart from others, or nothing.
      public var mark: String
      /// Whether the row is what all the others leave: its number is told, and it has no bar.
      public var isRest: Bool

      /// A row of its parts.
      public init(_ label: String, mark: String = "", isRest: Bool = false) {
        (self.label, self.mark, self.isRest) = (label, mark, isRest)
      }
    }

    /// What stands beside the bars.
    public let rows: [Row]
    /// The lengths of the bars, at least 0, [group][step][row].
    public let values: [[[Double]]]

    /// Bars of their parts.
    public init(rows: [Row], values: [[[Double]]]) { (self.rows, self.values) = (rows, values) }
  }

  /// Adds bars of which the longest at a step is as long as the panel is wide; their numbers stand beside them.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - groups: What there is of each bar, such as heads, of which one is shown.
  ///   - groupName: What one of the groups is called.
  ///   - bars: One set for each item, with a length for every row at every step.
  /// - Throws: `ReportingError` for a length that is not a finite number of at least 0.
  public mutating func addBars(
    _ title: String, groups: [String] = [""], groupName: String = "", _ bars: [Bars]
  ) throws {
    require(
      bars.count == items.count && !groups.isEmpty,
      "\(title): bars of \(bars.count) items in \(groups.count) groups, expected \(items.count) in 1 or more")
    for found in bars {
      require(
        found.values.count == groups.count
          && found.values.allSatisfy {
            $0.count == steps.count && $0.allSatisfy { $0.count == found.rows.count }
          },
        "\(title): lengths \(found.values.map { $0.map(\.count) }), expected \(found.rows.count) at each of "
          + "\(steps.count) steps for each of \(groups.count) groups")
      guard found.values.allSatisfy({ $0.allSatisfy { $0.allSatisfy { $0.isFinite && $0 >= 0 } } }) else {
        throw ReportingError("viewer, \(title): a bar is not a finite number of at least 0")
      }
    }
    var panel = Panel(kind: .bars, title: title)
    (panel.groups, panel.groupName, panel.frames) = (groups, groupName, steps.count)
    panel.bars = bars.map { found in
      Bars(rows: found.rows, values: found.values.map { $0.map { $0.map { Self.short($0, digits: 4) } } })
    }
    panels.append(panel)
  }
}
