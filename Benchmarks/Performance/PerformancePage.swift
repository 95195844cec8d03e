import EnergyTransformer
import Foundation
import Measurements
import Reporting

/// Puts the page together.
struct PerformancePage {
  let record: RunRecord
  private(set) var page: MarkdownPage

  init(record: RunRecord) {
    self.record = record
    page = MarkdownPage(title: record.title)
  }

  /// What is measured and how.
  mutating func addIntroduction(peaks: [String: Double]) {
    let threads = record.options["threads"] ?? "?"
    page.addParagraph(
      "The same work in this library, JAX and PyTorch, each with \(threads) threads, in one run: \"forward\" is a whole "
        + "descent, \"training\" the mean squared error of its normalised tokens and the gradient of every parameter. "
        + "All variants first had to compute the same numbers. This library and JAX return the energies of a forward "
        + "descent too, PyTorch does not; variants with frozen weights prepared them outside the timed region."
    )
    page.addParagraph(
      "\(rounds(peer: "the fastest peer")) Above 1 this library is faster. Shares are of the highest rate of matrix products "
        + "measured in the same run (\(peakText(peaks))), 10⁹ operations a second; operations are those of the matrix "
        + "products, three times as many in training.")
  }

  /// What is measured of a layered network and how.
  mutating func addLayeredIntroduction(load: Double?) {
    page.addParagraph(
      "A network of \(record.options["layers"] ?? "?") neurons, linear, of hyperbolic tangents and of a softmax, with weights "
        + "between neighbouring layers, descends its energy, that of the neurons included, in \(record.options["steps"] ?? "?") "
        + "steps of 0.1 from \(record.options["batch"] ?? "?") random states; here and in JAX with "
        + "\(record.options["threads"] ?? "?") threads each, single precision, in one run. \"Forward\" is a whole descent with the "
        + "energy before every step, \"training\" the mean squared error of the last visible activations against a target and "
        + "the gradient of every weight.")
    page.addParagraph(
      "In HAMUX's way means what hamux 0.2.2 computes, written without the package: a dictionary of layers, activations by "
        + "the gradient of Lagrangians, the energy of one example differentiated by activations and mapped over the batch, all "
        + "steps and the loss in one jit. In closed form that gradient is written out. Both scan over the steps. All "
        + "variants first had to compute the same numbers.")
    let before = load.map { String(format: " Load average before the run: %.2f.", $0) } ?? ""
    page.addParagraph(
      "\(rounds(peer: "HAMUX's way, or of the faster of the two in JAX")) The aim is 1 or more.\(before)")
  }

  private func rounds(peer: String) -> String {
    "Rounds: \(record.options["rounds"] ?? "?"). In a round every variant has a new process and takes "
      + "\(record.options["turns"] ?? "?") turns of about \(record.options["seconds"] ?? "?") s, the first run of a turn "
      + "not counted. A ratio is the median over the rounds of: median run of \(peer) in that round / median run of this "
      + "library."
  }

  /// A table with how it came about.
  mutating func addTable(_ recipe: TableRecipe) throws {
    try page.addTable(recipe, summary: record.summary)
    page.addParagraph(provenance(data: "random weights and tokens"))
  }

  /// The times of every workload, each under its sizes.
  mutating func addTimes(_ measurements: [BlockMeasurement], _ tables: PerformanceTables) throws {
    page.addHeading("Times")
    for measurement in measurements {
      page.addHeading(measurement.workload.name, level: 3)
      page.addParagraph(
        "\(measurement.workload.sizes). \(causalWords(measurement.workload))"
          + "Largest relative difference from JAX's automatic differentiation: "
          + Work.allCases.map { "\($0.rawValue) \(largestError(measurement, $0))" }.joined(separator: ", ")
          + ". Fastest peer: "
          + Work.allCases.map { "\($0.rawValue) \(fastestPeer(measurement, $0))" }.joined(separator: ", ")
          + ".")
      try addTable(tables.times(measurement.workload))
    }
    page.addHeading("Memory and allocations")
    page.addParagraph(
      "Memory of a training step: the highest resident memory of a fresh process during the step, once everything was "
        + "compiled, less what the process had after loading its libraries; that holds code that a compiler made and what it left "
        + "behind. Planned is what JAX's compiler set aside for inputs, outputs and everything between. Allocations are calls of malloc and its "
        + "relatives in a run of this library after warm-up; fresh pages are those it touched for the first time."
    )
  }

  /// What a term of a user's costs.
  mutating func addTerm(_ recipe: TableRecipe) throws {
    page.addHeading("A term of one's own")
    page.addParagraph(
      "The energy with a user's term beside attention and memories, the sum of the fourth powers of all activations in "
        + "one method, over the energy without it, in turns. The term is differentiated, in training twice, and leaves "
        + "attention and memories their kernels.")
    try addTable(recipe)
  }

  /// How a causal model of text continues a sequence.
  mutating func addGeneration(_ recipe: TableRecipe, _ workload: GenerationWorkload) throws {
    func text(_ name: String) -> String {
      record.summary["\(workload.name)_\(name)"].map { String(format: "%.2f", $0) } ?? "not measured"
    }
    let error = record.summary["\(workload.name)_largest_error"].map { String(format: "%.0e", $0) }
    page.addHeading("Generation")
    page.addParagraph(
      "A text model with the causal block continues a sequence, one symbol at a time, each step of the descent with a cache of "
        + "the keys of the symbols before (\(workload.sizes)). In a turn the model takes a symbol, says the logits of the next, and "
        + "the most probable is drawn; what it takes next is given, so that all systems take the same. In PyTorch the weights "
        + "are packed beforehand. Largest relative difference of the logits from PyTorch's, eager: \(error ?? "not compared"). "
        + "Characters a second over those of the faster peer: \(text("ratio")), by the shortest runs \(text("ratio_minima"))."
    )
    try addTable(recipe)
  }

  /// The training programs side by side.
  mutating func addEpochs(_ recipe: TableRecipe, hasPlot: Bool) throws {
    page.addHeading("Training on the embedded digits")
    page.addParagraph(
      "The program `masked-images` and the same program in JAX, with the same recipe, one after the other. Each row is a "
        + "run of its own with its own schedule of learning rates; the error is the mean squared error of hidden pixels "
        + "of the test images at its end.")
    try page.addTable(recipe, summary: record.summary)
    page.addParagraph(provenance(data: "the embedded digits"))
    if hasPlot { page.addImage("masked-images-error.svg", caption: "Error against seconds of training") }
  }

  /// Time and memory while one size grows.
  mutating func addCurves(_ figures: [CurveReport.Figure]) {
    guard !figures.isEmpty else { return }
    page.addHeading("Curves")
    page.addParagraph(
      "Medians, or one run where it takes more than 4 s; every point has a process of its own. A training step of a peer is left out where the attention weights "
        + "that it keeps would take more than 40 % of the machine's memory. All points are in `curves.csv`.")
    for figure in figures { page.addImage(figure.file, caption: figure.caption) }
    page.addParagraph(provenance(data: "random weights and tokens"))
  }

  /// The page of the layered network.
  mutating func addLayered(_ path: String) {
    page.addHeading("A layered network")
    page.addParagraph(
      "Beside the same in JAX, as HAMUX writes it: [a page of its own](\(path)).")
  }

  /// The page of the micro-benchmarks.
  mutating func addOperations(_ path: String) {
    page.addHeading("Single operations")
    page.addParagraph("Their times are on [a page of their own](\(path)).")
  }

  /// Where the time goes.
  mutating func addProfile(_ path: String) {
    page.addHeading("Where the time goes")
    page.addParagraph("By part, and what the next step would be: [a page of its own](\(path)).")
  }

  /// What a descent of millions of steps comes to.
  mutating func addLongRun(sizes: String) {
    func text(_ name: String) -> String {
      record.summary[name].map { NumberText.significant($0, digits: 3) } ?? "?"
    }
    page.addParagraph(
      "A small block in single precision (\(sizes)) descends along its tangential gradient in \(text("steps")) steps of at most "
        + "0.05, shortened up to three times where an energy would rise; an example stays where even that does not help. Every "
        + "energy before and after every step was compared, and none rose: "
        + "\(NumberText.percent(record.summary["share_fell"] ?? 0)) of the steps of an example brought it down, the others "
        + "left it as it was. Mean energy before the first step: \(text("first_energy")). A step took "
        + "\(text("microseconds_a_step")) µs. Memory grew by \(text("resident_growth_mb")) MB from a tenth of the run to its end."
    )
  }

  /// Where and with what.
  mutating func addMachine() {
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    let versions = record.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    page.addParagraph(
      "\(record.machine.processor), \(record.machine.coreCount) cores, \(record.machine.memoryBytes >> 30) GB, "
        + "\(record.machine.operatingSystem). \(versions.joined(separator: ", ")). Everything is in run.json."
    )
  }

  private func causalWords(_ workload: any Workload) -> String {
    guard workload.isCausal else { return "" }
    return
      "Every token descends an energy of its own over the tokens before it, which are held; energies are those of all tokens "
      + "together. PyTorch's closed form is its kernel of causal attention, with the keys in place of values. "
  }

  private func provenance(data: String) -> String {
    "*`\(record.commandLine)`, seed \(record.seed), commit \(record.commit.short), \(data).*"
  }

  private func peakText(_ peaks: [String: Double]) -> String {
    peaks.sorted { $0.key < $1.key }.map { "\($0.key): \(String(format: "%.0f", $0.value))" }
      .joined(separator: "; ")
  }

  private func fastestPeer(_ measurement: BlockMeasurement, _ work: Work) -> String {
    let times = measurement.times[work]
    let peers = times?.milliseconds.keys.filter { $0.system != .own } ?? []
    return times?.fastest(of: peers)?.label ?? "none measured"
  }

  private func largestError(_ measurement: BlockMeasurement, _ work: Work) -> String {
    let errors = measurement.errors[work]?.values.flatMap(\.values) ?? []
    return errors.max().map { String(format: "%.0e", $0) } ?? "not compared"
  }
}
