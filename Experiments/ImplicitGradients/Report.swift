import EnergyTransformer
import Kit
import Reporting

/// The page and the record of a run.
struct Report {
  let training: MethodTraining
  let trained: TrainedMethods
  /// The step of training that gradients and memory were measured on.
  let step: GradientStep
  let agreement: GradientAgreement
  let memory: StepMemory

  private var rest: RestOptions { training.rest }

  func report(_ record: RunRecord) throws -> RunReport {
    try RunReport(
      record, introduction: [introduction],
      sections: [
        errors, conduct, derivatives, memorySection,
        .making(
          of: record,
          ending: ". Everything is in run.json; the course of the first seed's trainings is in metrics-*.csv."
        ),
      ], viewers: try viewers)
  }

  /// None where no training of the first seed kept to the finite numbers.
  private var viewers: [StepViewer] {
    get throws {
      let shown = trained.all.filter { $0.seed == 0 }.map { ($0.method.title, $0.figures.completions) }
      return shown.isEmpty ? [] : [try training.viewer.viewer(shown)]
    }
  }

  private var introduction: String {
    let (images, model) = (training.images, training.model)
    let size = NumberText.roundTrip(rest.restStepSize)
    let steps =
      rest.constantSteps
      ? "with steps of \(size)"
      : "with steps of \(size) at first and then, for each example, of the sizes of Barzilai and Borwein"
    let held =
      rest.holdVisible
      ? ", and the tokens of visible patches are held where they are, in all but the last method" : ""
    return
      "One block completes images of \(images.test.name), \(images.policy.scoredCount) of \(images.grid.patchCount) "
      + "patches hidden, by descending its energy. Where a descent comes to rest no longer depends on where it began, so the "
      + "input x₀, embedded patches and mask tokens with their positions, is part of the energy: -s ⟨x₀, g⟩ with s = "
      + "\(NumberText.roundTrip(rest.inputStrength)) beside attention and memory\(held). Trained by the derivative of the rest "
      + "itself, a model descends tangentially, \(steps), until no number of "
      + "the tangential gradient is \(NumberText.roundTrip(rest.tolerance)) or more, \(rest.mostSteps) steps at most; "
      + "unrolled, it takes \(model.steps) steps of \(NumberText.roundTrip(model.stepSize)), each of which is differentiated. "
      + "First weights, batches, masks, rates and the number of updates are the same for all methods. "
      + "\(step.model.parameterCount) parameters."
  }

  // MARK: Errors

  private var errors: PageSection {
    var section = PageSection("Error of hidden pixels")
    let updates = trained.all.first?.updates ?? 0
    section.addParagraph(
      "Mean squared errors over the hidden pixels of \(training.images.test.count) images, pixels in 0 … 1, completions "
        + "clamped to that range; the same images and masks for all, each completed by the descent that its model was trained "
        + "with. \(updates) updates of \(training.options.batch) images.")
    let seeds = 0..<trained.seedCount
    section.addTable(
      "errors", columns: ["Trained", "mean"] + seeds.map { "seed \($0 + 1)" }, digits: 5, best: .lowest,
      rows: GradientMethod.allCases.map { method in
        let name = "\(method.rawValue)_masked_mse"
        let each = seeds.map {
          MeasuredCell.number("\(name)_seed_\($0 + 1)", trained.error(method, seed: $0))
        }
        return (method.title, [.number(name, trained.meanError(method))] + each)
      })
    if let (ratio, words) = comparison {
      section.summary["implicit_to_unrolled_mse"] = ratio
      section.addParagraph(words)
    }
    for failure in trained.failures {
      section.addParagraph("A training left the finite numbers and has no error: \(failure).")
    }
    addCourse(to: &section)
    return section
  }

  /// The mean error of implicit training as a multiple of that of unrolled training with the same input, and what it says.
  private var comparison: (ratio: Double, words: String)? {
    guard let implicit = trained.meanError(.implicit), let unrolled = trained.meanError(.unrolled),
      unrolled > 0
    else { return nil }
    let ratio = implicit / unrolled
    let apart = NumberText.percent(abs(ratio - 1), digits: 1)
    let words =
      "Trained implicitly, the model has an error \(apart) \(ratio > 1 ? "above" : "below") that of the unrolled model with "
      + "the same input, \(trained.seedCount == 1 ? "from one seed" : "in the mean of \(trained.seedCount) seeds")."
    return (ratio, words)
  }

  private func addCourse(to section: inout PageSection) {
    let series = trained.all.filter { !$0.losses.isEmpty }.map { trained in
      let window = max(1, trained.losses.count / 50)
      let windows = stride(from: 0, to: trained.losses.count - window + 1, by: window).map {
        trained.losses[$0..<$0 + window]
      }
      return LinePlot.Series(
        label: trained.method.title, x: windows.map { Double($0.startIndex) + Double(window - 1) / 2 },
        y: windows.map { $0.reduce(0, +) / Double(window) })
    }
    guard !series.isEmpty else { return }
    section.addFigure(
      "training.svg",
      LinePlot(
        title: "Loss in training", xTitle: "update", yTitle: "loss", yScale: .logarithmic,
        series: series),
      caption: "Loss of training against update, means over windows of updates, first seed")
  }

  // MARK: Cost

  private var conduct: PageSection {
    var section = PageSection("Steps and time")
    section.addParagraph(
      "A descent of training is that of a quarter of a batch, which one core works on and which ends when all of its images "
        + "are at rest; an image under test descends by itself. The one step that the truncated derivative goes through is "
        + "counted. Times are wall times of whole updates on "
        + (Parallelism.threadCount == 1 ? "one thread." : "\(Parallelism.threadCount) threads."))
    section.addTable(
      "conduct",
      columns: [
        "Trained", "ms an update", "steps in training", "at rest in training, %", "steps under test",
        "at rest under test, %",
      ], digits: 1,
      rows: GradientMethod.allCases.map { method in
        let found = trained.of(method)
        let updates = found.reduce(0) { $0 + $1.updates }
        let seconds = found.reduce(0) { $0 + $1.seconds }
        let counts = (
          RestCount.joined(found.map(\.inTraining)), RestCount.joined(found.map(\.evaluation.rests))
        )
        func cell(_ name: String, _ value: Double?) -> MeasuredCell {
          .number("\(method.rawValue)_\(name)", value)
        }
        func percent(_ name: String, _ count: RestCount) -> MeasuredCell {
          cell(name, method.rests ? count.shareAtRest.map { 100 * $0 } : nil)
        }
        return (
          method.title,
          [
            cell("update_ms", updates > 0 ? 1_000 * seconds / Double(updates) : nil),
            cell("training_steps", counts.0.meanSteps),
            percent("training_at_rest_percent", counts.0), cell("test_steps", counts.1.meanSteps),
            percent("test_at_rest_percent", counts.1),
          ]
        )
      })
    let atRest = RestCount.joined(trained.of(.implicit).map(\.inTraining)).shareAtRest
    if let atRest, atRest < 1 {
      section.addParagraph(
        "Where a descent of training was not at rest after \(rest.mostSteps) steps, the derivative was taken there as if it "
          + "were. No point was tested for being a minimum: the system is solved at saddles too.")
    }
    return section
  }

  // MARK: Derivatives

  private var derivatives: PageSection {
    var section = PageSection("The derivative of the rest and of the steps to it")
    let first = trained.all.first?.method.title ?? ""
    section.addParagraph(
      "Gradients of the error of \(count(step.imageCount, "image")) under test for the first model, \(first), "
        + "beside the one through all \(agreement.steps) steps of the descent to rest, in single precision. After these "
        + "the largest number of the tangential gradient is \(NumberText.significant(agreement.residual, digits: 2)). "
        + "All parameters but those of the decoder, whose gradient does not depend on the way. A cosine of 1 is the same "
        + "direction; the difference is |a - b| / |b|, b through all steps, whose sizes are taken as constants."
    )
    section.summary["agreement_residual"] = agreement.residual
    section.addTable(
      "derivatives", columns: ["Derivative", "cosine", "relative difference"], digits: 4,
      rows: agreement.rows.map { row in
        (
          row.label,
          [
            .number("\(row.key)_gradient_cosine", row.cosine),
            .number("\(row.key)_gradient_difference", row.difference),
          ]
        )
      })
    return section
  }

  // MARK: Memory

  private var memorySection: PageSection {
    var section = PageSection("Memory of a step of training")
    section.addParagraph(
      "The most megabytes of tensors and buffers that are held at once during the forward and backward pass of "
        + "\(count(step.imageCount, "image")) on one thread, beyond what was held before, counted as they are taken and given "
        + "back. "
        + "All steps are taken. The descent is the tangential one, but for the fused buffers, which know the usual one alone: "
        + "those are what the unrolled models were trained with.")
    section.addTable(
      "memory", columns: ["Way back"] + StepMemory.steps.map { "\($0) steps" }, digits: 1,
      rows: StepMemory.Path.allCases.map { path in
        (
          path.title,
          StepMemory.steps.map {
            .number("\(path.rawValue)_memory_mb_\($0)", memory.megabytes(path, $0))
          }
        )
      })
    if let words = growth { section.addParagraph(words) }
    let series = StepMemory.Path.allCases.map { path in
      LinePlot.Series(
        label: path.title, x: StepMemory.steps.map(Double.init),
        y: StepMemory.steps.compactMap { memory.megabytes(path, $0) })
    }
    section.addFigure(
      "memory.svg",
      LinePlot(
        title: "Memory against steps", xTitle: "steps", yTitle: "megabytes", xScale: .logarithmic,
        yScale: .logarithmic, series: series),
      caption: "Memory of a step of training against steps of its descent")
    return section
  }

  /// What the memory of the two ways that are compared does from few steps to many.
  private var growth: String? {
    guard let few = StepMemory.steps.first, let many = StepMemory.steps.last else { return nil }
    func factor(_ path: StepMemory.Path) -> Double? {
      guard let start = memory.megabytes(path, few), let end = memory.megabytes(path, many), start > 0
      else { return nil }
      return end / start
    }
    guard let implicit = factor(.implicit), let unrolled = factor(.unrolled) else { return nil }
    let times = { (factor: Double) in "becomes \(NumberText.significant(factor, digits: 4)) times as much" }
    return "From \(few) to \(many) steps, the memory of an implicit step "
      + (implicit <= 1 ? "does not grow" : times(implicit))
      + "; that of a step that keeps everything \(times(unrolled))."
  }

  private func count(_ number: Int, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
}
