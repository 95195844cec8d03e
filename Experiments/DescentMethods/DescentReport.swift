import EnergyTransformer
import Kit
import Reporting

/// The page, the figures and the record of a comparison.
struct DescentReport {
  let comparison: DescentComparison
  let images: PreparedImages
  let tuningCount: Int

  private var goal: DescentGoal { comparison.goal }
  private var steps: Int { comparison.trained.steps }

  func report(_ record: RunRecord) throws -> RunReport {
    var record = record
    record.headline = [
      "plain_gradients", "energy_gradients", "same_error_gradients", "plain_mse", "same_error_mse",
    ]
    return try RunReport(
      record,
      introduction: [
        "Which descents reach the energy that a trained model reaches in \(steps) plain steps, in fewer gradients, "
          + "and do they complete images as well? The model is that of `\(record.options["model"] ?? "")`; "
          + "judged on \(images.test.count) \(images.isValidation ? "held-back training" : "test") images of "
          + "\(images.test.name). The settings in brackets were chosen on \(tuningCount) training images. Errors "
          + "are mean squared errors over the hidden pixels, in 0 … 1. A gradient is one evaluation of "
          + "dE/dg for all images; tries of a safeguarded step count."
      ],
      sections: [
        forEnergy(), forSameError(), forBudgets(), curves(rounds: record.options["rounds"] ?? ""),
        .making(of: record, ending: ". Everything is in run.json."),
      ], viewers: [try viewer()])
  }

  // MARK: Tables

  private func forEnergy() -> PageSection {
    var section = PageSection("Fewest gradients to the energy")
    section.summary = ["plain_energy": goal.energy, "start_energy": goal.reference.energy(at: 0)]
    section.addParagraph(
      "Gradients until the mean energy over the images is at or below that of the \(steps) trained steps, the share "
        + "of images whose own energy is there by then, the error of the completion at that point, and at the last "
        + "point that the method reaches in the time of the trained steps.")
    addTable("energy", withError: false, to: &section)
    return section
  }

  private func forSameError() -> PageSection {
    var section = PageSection("Fewest gradients to the energy and the same error")
    section.addParagraph(
      "The same, with settings chosen among those whose error at that point is at most "
        + "\(NumberText.percent(goal.slack)) above that of the trained steps on the tuning images. A method without "
        + "numbers has no such settings.")
    addTable("same_error", withError: true, to: &section)
    return section
  }

  private func forBudgets() -> PageSection {
    var section = PageSection("Error at equal gradients")
    section.addParagraph(
      "The lowest error of each method at a number of gradients, whatever the energy; its settings were chosen for "
        + "that number on the tuning images.")
    func cells(_ prefix: String, _ trajectory: (_ budget: Int) -> CompletionTrajectory?) -> [MeasuredCell] {
      comparison.budgets.map { budget in
        let found = trajectory(budget)
        return .number("\(prefix)_mse_at_\(budget)", found.map { $0.error(at: $0.step(within: budget)) })
      }
    }
    section.addTable(
      "budgets", columns: ["Method"] + comparison.budgets.map { "Error at \($0)" }, digits: 5, best: .lowest,
      rows: [("The trained steps", cells("plain_trained") { _ in goal.reference })]
        + zip(comparison.methods, comparison.outcomes).map { tuned, outcomes in
          (
            tuned.method.label,
            cells(tuned.method.key) { budget in tuned.forBudget[budget].flatMap { outcomes[$0]?.trajectory } }
          )
        })
    section.addParagraph(
      "The model was trained to be decoded after its own \(steps) steps. They end while energy still falls and tokens "
        + "still move; another way down passes through other tokens of the same energy, and going on below that "
        + "energy makes the completion worse, not better.")
    return section
  }

  /// Adds what the chosen candidate of every method takes to the energy, and what became of the first of them.
  private func addTable(_ name: String, withError: Bool, to section: inout PageSection) {
    let (count, time) = (Double(goal.reference.gradients.last ?? 0), comparison.referenceMilliseconds)
    let reference: [MeasuredCell] = [
      .number("plain_gradients", count), .number("plain_share", 100), .number("plain_mse", goal.error),
      .number("plain_ms", count * time), .number("plain_gradient_ms", time),
      .number("plain_mse", goal.error),
    ]
    section.addTable(
      name,
      columns: [
        "Method", "Gradients", "Share of images there, %", "Error there", "ms an image", "ms a gradient",
        "Error at equal time",
      ], digits: 5, columnDigits: [0, 1, 5, 3, 4, 5],
      rows: [("The trained steps (α \(comparison.trained.stepSize))", reference)]
        + comparison.methods.indices.map { index in
          let method = comparison.methods[index].method
          guard let found = reached(index, withError: withError) else {
            return (method.label, [MeasuredCell](repeating: .missing, count: reference.count))
          }
          return ("\(method.label) (\(found.settings))", cells(found, "\(method.key)_\(name)"))
        })
    guard let index = comparison.first(withError: withError) else {
      section.addParagraph("No method came there.")
      return
    }
    let label = comparison.methods[index].method.label
    guard let found = reached(index, withError: withError) else {
      section.addParagraph(
        "First on the tuning images: \(label); on the images under test it did not come there.")
      return
    }
    section.summary["\(name)_gradients"] = Double(found.gradients)
    section.summary["\(name)_mse"] = found.error
    let change = found.error / goal.error - 1
    section.addParagraph(
      "First on the tuning images: \(label), \(found.settings). On the images under test it takes "
        + "\(found.gradients) gradients instead of \(steps), and its error there is "
        + "\(NumberText.percent(abs(change), digits: 1)) \(change < 0 ? "lower" : "higher") than that of the "
        + "trained steps.")
  }

  /// Where the candidate that was chosen for the energy, alone or with the same error, has it on the images under test.
  private struct Reached {
    let settings: String
    let outcome: DescentComparison.Outcome
    let step: Int

    var gradients: Int { outcome.trajectory.gradients[step] }
    var error: Double { outcome.trajectory.error(at: step) }
  }

  private func reached(_ index: Int, withError: Bool) -> Reached? {
    let tuned = comparison.methods[index]
    guard let candidate = tuned.choice(withError: withError)?.candidate,
      let outcome = comparison.outcomes[index][candidate],
      // Whether the error is still the same on these images is for the table to show.
      let step = goal.step(of: outcome.trajectory, withError: false)
    else { return nil }
    return Reached(settings: tuned.method.candidates[candidate].settings, outcome: outcome, step: step)
  }

  /// Gradients, share, error, times and error at equal time.
  private func cells(_ found: Reached, _ prefix: String) -> [MeasuredCell] {
    let (trajectory, time) = (found.outcome.trajectory, found.outcome.milliseconds)
    let budget =
      Double(goal.reference.gradients.last ?? 0) * comparison.referenceMilliseconds / time * (1 + 1e-9)
    return [
      .number("\(prefix)_gradients", Double(found.gradients)),
      .number("\(prefix)_share", 100 * goal.shareReached(by: trajectory, at: found.step)),
      .number("\(prefix)_mse", found.error), .number("\(prefix)_ms", Double(found.gradients) * time),
      .number("\(prefix)_gradient_ms", time),
      .number("\(prefix)_equal_time_mse", trajectory.error(at: trajectory.step(within: Int(budget)))),
    ]
  }

  // MARK: Curves

  private func curves(rounds: String) -> PageSection {
    var section = PageSection("Curves")
    section.addParagraph(
      "Each method with its settings for energy and the same error where it has any, otherwise for energy alone. "
        + "Times are gradients times the time of one, which was measured over \(steps) steps, the least of "
        + "\(rounds) rounds in turn.")
    for (name, title, yTitle, values) in [
      ("energy", "Energy", "share of the trained steps' fall of energy", goal.shareOfFall),
      (
        "error", "Error", "mean squared error",
        { trajectory in trajectory.gradients.indices.map { trajectory.error(at: $0) } }
      ),
    ] as [(String, String, String, (CompletionTrajectory) -> [Double])] {
      for time in [false, true] {
        let plot = LinePlot(
          title: "\(title) against \(time ? "time" : "gradients")",
          xTitle: time ? "milliseconds an image" : "gradients", yTitle: yTitle,
          series: plotted.map { label, _, outcome in
            .init(
              label: label,
              x: outcome.trajectory.gradients.map { Double($0) * (time ? outcome.milliseconds : 1) },
              y: values(outcome.trajectory))
          })
        section.addFigure(time ? "\(name)-time.svg" : "\(name).svg", plot, caption: plot.title)
      }
    }
    return section
  }

  /// The methods of the figures, image by image.
  private func viewer() throws -> StepViewer {
    try MethodViewer(
      model: comparison.trained.model, images: images,
      methods: plotted.enumerated().map { index, method in
        (index == 0 ? method.label : "\(method.label) (\(method.candidate.settings))", method.candidate)
      }, limit: steps
    ).viewer()
  }

  /// What the figures show: the trained steps and some of the methods.
  private var plotted: [(label: String, candidate: DescentCandidate, outcome: DescentComparison.Outcome)] {
    let shown: Set = ["growing", "nesterov", "barzilai_borwein", "extrapolated", "implicit", "anderson"]
    let reference = DescentComparison.Outcome(
      trajectory: goal.reference, milliseconds: comparison.referenceMilliseconds)
    return [("The trained steps", DescentCandidate(trained: comparison.trained), reference)]
      + zip(comparison.methods, comparison.outcomes).compactMap { tuned, outcomes in
        guard shown.contains(tuned.method.key) else { return nil }
        guard let index = (tuned.forSameError ?? tuned.forEnergy)?.candidate, let outcome = outcomes[index]
        else { return nil }
        return (tuned.method.label, tuned.method.candidates[index], outcome)
      }
  }
}
