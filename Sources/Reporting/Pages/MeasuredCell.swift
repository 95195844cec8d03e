/// A cell of a table with the numbers in it, each by its name in the summary of the run.
///
/// Name and number stand in one place, so that a page cannot say anything but the record of its run.
public struct MeasuredCell: Equatable, Sendable {
  /// The cell as ``TableRecipe`` writes it.
  let text: String
  /// What enters the summary.
  let numbers: [String: Double]

  /// Nothing was measured.
  public static let missing = MeasuredCell(text: "", numbers: [:])

  /// A number; missing where there is none.
  public static func number(_ name: String, _ value: Double?) -> MeasuredCell {
    value.map { MeasuredCell(text: name, numbers: [name: $0]) } ?? .missing
  }

  /// A mean under a name, and its deviation under that name followed by `_deviation`.
  public static func spread(_ name: String, _ spread: Spread) -> MeasuredCell {
    MeasuredCell(
      text: "\(name) ± \(name)_deviation",
      numbers: [name: spread.mean, "\(name)_deviation": spread.standardDeviation])
  }

  /// Numbers that enter the summary elsewhere, spelled as in ``TableRecipe``.
  public static func summary(_ text: String) -> MeasuredCell { MeasuredCell(text: text, numbers: [:]) }
}
