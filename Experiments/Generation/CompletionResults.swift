import EnergyTransformer
import Kit
import Reporting

/// The samples of a trained energy with every schedule of temperatures, and the section of the page about them.
struct CompletionResults {
  private let sampling: CompletionSampling
  private let schedules: [CompletionSampling.Schedule]
  private let runs: [CompletionSampling.Run]
  private let trainedErrors: [Double]

  init(_ sampling: CompletionSampling, random: RandomStream, _ record: inout RunRecord) throws {
    self.sampling = sampling
    let schedules = sampling.schedules
    trainedErrors = try record.timed("trained_descent") { try sampling.trainedErrors() }
    runs = record.timed("completions", total: schedules.count, unit: "schedules") { progress in
      schedules.enumerated().map { index, schedule in
        defer { progress.advance() }
        return sampling.run(schedule, random: random.child(UInt64(index)))
      }
    }
    // Chains only leave the finite numbers by a step that is too large for them.
    for (schedule, run) in zip(schedules, runs)
    where !(run.energies + run.errors).allSatisfy({ $0.allSatisfy(\.isFinite) }) {
      throw ExperimentError(
        "--completion-step-size \(sampling.options.completionStepSize): chains at \(Self.label(schedule)) left the finite "
          + "numbers")
    }
    self.schedules = schedules
  }

  private var options: CompletionOptions { sampling.options }

  private static func label(_ schedule: CompletionSampling.Schedule) -> String {
    switch schedule {
    case .constant(0): "T 0 (descent)"
    case .constant(let temperature): "T \(NumberText.roundTrip(temperature))"
    case .cooling(let highest): "T from \(NumberText.roundTrip(highest)) to 0"
    }
  }

  private static func name(_ schedule: CompletionSampling.Schedule) -> String {
    func digits(_ value: Double) -> String {
      NumberText.roundTrip(value).lowercased().map { $0.isLetter || $0.isNumber ? "\($0)" : "_" }.joined()
    }
    return switch schedule {
    case .constant(let temperature): "t\(digits(temperature))"
    case .cooling(let highest): "cooled_from_t\(digits(highest))"
    }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// The index of the last recorded step within two fifths of all steps.
  private var early: Int { runs[0].steps.lastIndex { 5 * $0 <= 2 * options.completionSteps } ?? 0 }

  func section() throws -> PageSection {
    var section = PageSection("Samples of a trained energy")
    let last = runs[0].steps.count - 1
    section.addParagraph(
      "The energy of the block that was trained to complete masked images, over normalised tokens. Tokens of visible patches are "
        + "held, those of \(sampling.imageCount) images' hidden patches start at the mask token; noise is drawn on the tangents of "
        + "the norm's sphere, and tokens are brought back onto it after every step. \(options.completionSteps) steps of size "
        + "\(NumberText.roundTrip(options.completionStepSize)); \(options.completionChains) chains an image, one at temperature 0, "
        + "where nothing is drawn. Errors are mean squared errors over hidden pixels, in 0 … 1; the difference is that of "
        + "two chains of an image. Temperatures that fall to 0 arrive there at half the steps.")
    try addTable(to: &section, index: early, key: "early")
    try addTable(to: &section, index: last, key: "last")
    section.addNumbers([.number("trained_descent_mse", mean(trainedErrors))])
    section.addParagraph(
      "On the same images the \(sampling.trained.steps) steps that the model was trained with, in which visible tokens move and "
        + "lengths grow, have the error \(NumberText.fixed(mean(trainedErrors), digits: 4)).")
    section.addParagraph(descentWords)
    try addFigures(to: &section)
    return section
  }

  /// The first chain of each of the first images at every temperature, to step through.
  func viewer() throws -> StepViewer {
    let recorded = StepViewer.shownSteps(upTo: runs[0].steps.count - 1)
    let numbers = sampling.truth.shape.dropFirst().reduce(1, *) * recorded.count * schedules.count
    let images = Array((0..<sampling.imageCount).prefix(StepViewer.itemCount(numbersEach: numbers)))
    let chains = zip(schedules, runs).map { schedule, run -> ChainViewer.Chains in
      let count = run.energies[0].count / sampling.imageCount
      return ChainViewer.Chains(
        label: Self.label(schedule),
        pictures: images.map { image in
          recorded.map { sampling.picture(run.pictures[$0].sliced(axis: 0, image..<image + 1)) }
        },
        energies: images.map { image in recorded.map { run.energies[$0][image * count] } },
        errors: images.map { image in recorded.map { run.errors[$0][image * count] } })
    }
    return try ChainViewer(
      title: "Samples of a trained energy, step by step",
      note:
        "The first chain of each image. Move the slider to see the completion, and what its energy and error are.",
      items: images.map { "\($0 + 1)" }, itemName: "image", steps: recorded.map { runs[0].steps[$0] },
      groupName: "temperature", chains: chains
    ).viewer()
  }

  /// What becomes of the error while the energy falls, in words that follow from the numbers.
  private var descentWords: String {
    let errors = runs[0].errors.map(mean)
    let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
    let (first, last) = (mean(runs[0].energies[0]), mean(runs[0].energies[errors.count - 1]))
    func text(_ value: Double) -> String { NumberText.fixed(value, digits: 4) }
    let start =
      "At temperature 0 the mean energy goes from \(NumberText.fixed(first, digits: 0)) to "
      + "\(NumberText.fixed(last, digits: 0)), and the error from \(text(errors[0])) to \(text(errors[errors.count - 1]))"
    guard best < errors.count - 1 else { return start + ", the lowest on the way." }
    return start + "; it is lowest, \(text(errors[best])), after step \(runs[0].steps[best])"
      + (last < mean(runs[0].energies[best])
        ? ": from there on the energy falls further while the completion gets worse." : ".")
  }

  private func addTable(to section: inout PageSection, index: Int, key: String) throws {
    section.addHeading("After step \(runs[0].steps[index])")
    section.addTable(
      "completions_\(key)",
      columns: [
        "Temperature", "Energy", "Error of a chain", "Error of the chains' mean", "Difference of two chains",
      ], digits: 4, columnDigits: [0, 4, 4, 4],
      rows: zip(schedules, runs).map { schedule, run in
        let name = "\(Self.name(schedule))_\(key)"
        let isDrawn = schedule != .constant(0)
        return (
          Self.label(schedule),
          [
            .number("energy_\(name)", mean(run.energies[index])),
            .number("mse_\(name)", mean(run.errors[index])),
            isDrawn ? .number("mean_mse_\(name)", mean(run.meanErrors[index])) : .missing,
            isDrawn ? .number("difference_\(name)", mean(run.differences[index])) : .missing,
          ]
        )
      })
  }

  private func addFigures(to section: inout PageSection) throws {
    section.addHeading("Energies and errors")
    section.addParagraph(
      "Lines are means over chains and images; the bands of the errors are left out, those of the energies are one standard "
        + "deviation.")
    let labelled = zip(schedules, runs).map { (label: Self.label($0), run: $1) }
    section.addFigure(
      "completion-energy.svg",
      LinePlot(
        title: "Energy of completions against step", xTitle: "step", yTitle: "energy",
        series: try labelled.map { label, run in
          .init(
            label: label, x: run.steps.map(Double.init), spreads: try run.energies.map { try Spread(of: $0) })
        }),
      caption: "Energy of completions against step")
    section.addFigure(
      "completion-error.svg",
      LinePlot(
        title: "Error of completions against step", xTitle: "step", yTitle: "mean squared error",
        series: labelled.map { label, run in
          .init(label: label, x: run.steps.map(Double.init), y: run.errors.map(mean))
        }, references: [.init(label: "trained descent", y: mean(trainedErrors))]),
      caption: "Error of completions against step")
    section.addHeading("Completions")
    let last = runs[0].steps.count - 1
    var grid = PictureGrid(
      columns: ["original", "masked"]
        + [early, last].flatMap { index in schedules.map { "\(Self.label($0)), step \(runs[0].steps[index])" }
        },
      scale: sampling.truth.shape[1] > 64 ? 1 : 2, textScale: 1)
    for image in (0..<sampling.imageCount).prefix(10) {
      func part(_ pixels: Tensor<Float>) -> Picture {
        sampling.picture(pixels.sliced(axis: 0, image..<image + 1))
      }
      let masked = sampling.truth * sampling.isVisible + sampling.hidden * 0.5
      grid.addRow(
        [part(sampling.truth), part(masked)]
          + [early, last].flatMap { index in runs.map { part($0.pictures[index]) } })
    }
    section.addParagraph(
      "The first chain of each of the first images, evenly spaced over those under test and not chosen.")
    section.addFigure(
      "completions.png", grid,
      caption: "Original, masked, and a chain at each temperature after the steps of the tables")
  }
}
