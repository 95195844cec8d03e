import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page, the figures and the record of a comparison.
struct DescentReport {
  let comparison: DescentComparison
  let images: PreparedImages
  let tuningCount: Int

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    record.headline = [
      "plain_gradients", "energy_gradients", "same_error_gradients", "plain_mse", "same_error_mse",
    ].filter { record.summary[$0] != nil }
    record.tables = [
      goalTable("energy", withError: false), goalTable("same_error", withError: true), budgetTable,
    ]
    for (name, plot) in figures { try plot.write(to: "\(folder)/\(name).svg") }
    try record.write(with: page(record), toFolder: folder)
  }

  /// The candidate that was chosen for a purpose, with what came out on the images under test.
  func outcome(
    _ index: Int, withError: Bool
  ) -> (candidate: Int, course: DescentCourse, moment: Int)? {
    let method = comparison.methods[index]
    guard let candidate = method.choice(withError: withError)?.candidate,
      let course = comparison.courses[index][candidate],
      // Whether the error is still the same on these images is for the table to show.
      let moment = comparison.goal.moment(of: course, withError: false)
    else { return nil }
    return (candidate, course, moment)
  }

  private var referenceKeys: [String] {
    ["plain_gradients", "plain_share", "plain_mse", "plain_ms", "plain_gradient_ms", "plain_mse"]
  }

  /// Gradients, share, error, times and error at equal time of the chosen candidate of every method.
  private func numbers(_ index: Int, withError: Bool) -> [(name: String, value: Double)] {
    guard let found = outcome(index, withError: withError),
      let time = comparison.milliseconds[index][found.candidate]
    else { return [] }
    let prefix = "\(comparison.methods[index].method.key)_\(withError ? "same_error" : "energy")"
    let reference = comparison.goal.reference
    let budget =
      Double(reference.gradients.last ?? 0) * comparison.referenceMilliseconds / time * (1 + 1e-9)
    let gradients = found.course.gradients[found.moment]
    return [
      ("\(prefix)_gradients", Double(gradients)),
      ("\(prefix)_share", 100 * comparison.goal.shareReached(by: found.course, at: found.moment)),
      ("\(prefix)_mse", found.course.error(at: found.moment)),
      ("\(prefix)_ms", Double(gradients) * time), ("\(prefix)_gradient_ms", time),
      ("\(prefix)_equal_time_mse", found.course.error(at: found.course.moment(within: Int(budget)))),
    ]
  }

  private var summary: [String: Double] {
    let reference = comparison.goal.reference
    let steps = Double(reference.gradients.last ?? 0)
    var summary = [
      "plain_gradients": steps, "plain_share": 100, "plain_mse": comparison.goal.error,
      "plain_ms": steps * comparison.referenceMilliseconds,
      "plain_gradient_ms": comparison.referenceMilliseconds, "plain_energy": comparison.goal.energy,
      "start_energy": reference.energy(at: 0),
    ]
    for index in comparison.methods.indices {
      for withError in [false, true] {
        for (name, value) in numbers(index, withError: withError) { summary[name] = value }
      }
      for (budget, error) in budgetErrors(index) {
        summary["\(comparison.methods[index].method.key)_mse_at_\(budget)"] = error
      }
    }
    for budget in comparison.budgets {
      summary["plain_trained_mse_at_\(budget)"] = reference.error(at: reference.moment(within: budget))
    }
    for (name, withError) in [("energy", false), ("same_error", true)] {
      guard let index = comparison.first(withError: withError),
        let found = outcome(index, withError: withError)
      else { continue }
      summary["\(name)_gradients"] = Double(found.course.gradients[found.moment])
      summary["\(name)_mse"] = found.course.error(at: found.moment)
    }
    return summary
  }

  /// Errors of a method at every budget, with the candidate that the tuning images chose for it.
  private func budgetErrors(_ index: Int) -> [(budget: Int, error: Double)] {
    comparison.budgets.compactMap { budget in
      guard let candidate = comparison.methods[index].forBudget[budget],
        let course = comparison.courses[index][candidate]
      else { return nil }
      return (budget, course.error(at: course.moment(within: budget)))
    }
  }

  private func goalTable(_ name: String, withError: Bool) -> TableRecipe {
    var rows = [
      TableRecipe.Row(
        label: "The trained steps (α \(comparison.trained.stepSize))", summaryKeys: referenceKeys)
    ]
    for (index, tuned) in comparison.methods.enumerated() {
      let keys = numbers(index, withError: withError).map(\.name)
      let settings = outcome(index, withError: withError).map {
        " (\(tuned.method.candidates[$0.candidate].settings))"
      }
      rows.append(
        .init(
          label: tuned.method.label + (settings ?? ""),
          summaryKeys: keys.isEmpty ? [String](repeating: "", count: 6) : keys))
    }
    return TableRecipe(
      name: name,
      columns: [
        "Method", "Gradients", "Share of images there, %", "Error there", "ms an image", "ms a gradient",
        "Error at equal time",
      ], rows: rows, digits: 5, columnDigits: [0, 1, 5, 3, 4, 5])
  }

  private var budgetTable: TableRecipe {
    var rows = [
      TableRecipe.Row(
        label: "The trained steps", summaryKeys: comparison.budgets.map { "plain_trained_mse_at_\($0)" })
    ]
    for (index, tuned) in comparison.methods.enumerated() {
      let found = Dictionary(uniqueKeysWithValues: budgetErrors(index).map { ($0.budget, $0.error) })
      rows.append(
        .init(
          label: tuned.method.label,
          summaryKeys: comparison.budgets.map {
            found[$0] == nil ? "" : "\(tuned.method.key)_mse_at_\($0)"
          }))
    }
    return TableRecipe(
      name: "budgets", columns: ["Method"] + comparison.budgets.map { "Error at \($0)" }, rows: rows,
      digits: 5, best: .lowest)
  }
}
