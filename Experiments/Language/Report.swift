import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page and the record of a run.
struct Report {
  let task: LanguageTask
  let sizes: NetworkSizes
  let training: TrainingOptions
  let comparison: ComparisonOptions
  let looks: LookOptions
  let seed: UInt64
  let results: MethodResults
  /// What the energy model does; nil where it was not trained.
  let analysis: EnergyAnalysis?
  /// Where the page is written to, and where the metrics of trainings are.
  let folder: String
  let material: LanguageMaterial

  func report(_ record: RunRecord) throws -> RunReport {
    var sections = [loss, try course]
    if case .listops = task.language { sections.append(calculations) }
    if case .brackets(let grammar) = task.language { sections.append(brackets(grammar)) }
    if let analysis {
      sections += [try energies(analysis), try attention(analysis)]
      if task.options.masked { sections.append(try completions(analysis)) }
    }
    if results.all.contains(where: { $0.result.sample != nil }) { sections.append(samples) }
    sections += [
      tuning,
      .making(
        of: record,
        ending: ". Everything is in run.json; the course of each training is in metrics-*.csv."),
    ]
    return try RunReport(
      record, introduction: introduction, sections: sections, viewers: analysis.map { [$0.viewer] } ?? [])
  }

  // MARK: Names

  /// The name of a method's loss in the summary, or of another of the numbers that it is judged by.
  func name(_ method: LanguageMethod, _ quantity: String = "nats") -> String {
    let masked = task.options.masked
    let part = task.options.select ? "selection_" : method == .energy && !masked ? "validation_" : ""
    return (masked ? "masked_" : "") + method.prefix + part + quantity
  }

  /// What the index of all runs shows.
  var headline: [String] {
    let losses = [LanguageMethod.energy, .conventional, .ngram, .recurrent].map { name($0) }
    switch task.language {
    case .text:
      let last = task.options.masked ? "share_masked_fell" : "share_own_moves_fell"
      return losses.filter { $0 != name(.recurrent) } + [last]
    case .listops: return ["accuracy", "conventional_accuracy"] + losses.prefix(2)
    case .brackets: return ["excess_nats", "conventional_excess_nats", "agreement", "share_own_moves_fell"]
    }
  }

  // MARK: Introduction

  private var introduction: [String] {
    let (model, unit) = (sizes.model, task.unit)
    let move =
      task.options.masked
      ? "All tokens of a window descend one energy together, from embedded \(unit)s of which "
        + "\(NumberText.percent(task.options.mask)) are hidden, to what is read as the right ones. Of the hidden ones eight in ten are "
        + "masked, one is another \(unit) and one stays, as in BERT."
      : "Every token descends an energy of its own past: attention of its query over the keys of the tokens before it"
        + (model.selfKey ? " and its own" : "")
        + ", and the memories. The context is held while a token moves, and all "
        + "tokens move at once, so no position learns of a later one."
    let blocks = model.blocks == 1 ? "One block" : "\(model.blocks) blocks"
    let steps = NumberText.roundTrip(model.stepSize)
    return [
      "A language model whose inference is a descent. \(move) \(blocks) of \(model.steps) steps of \(steps)"
        + learnedSteps
        + ", tokens of \(model.dimension) numbers, \(model.heads) heads"
        + (model.bilinear ? "" : " of \(model.keySize)") + ", \(model.memories) memories, windows of "
        + "\(model.context) \(unit)s: \(sizes.energy.parameterCount) parameters.", language,
    ]
  }

  private var learnedSteps: String {
    switch sizes.model.learnedSteps {
    case .constant: ""
    case .perStep: ", each times a learned factor"
    case .diagonal: ", times a learned positive factor for each number of a token"
    case .positiveDefinite: ", times a learned positive-definite matrix"
    case .free: ", times a learned matrix of which nothing is promised"
    }
  }

  private var language: String {
    let unit = task.unit
    switch task.language {
    case .text(let text):
      let learned = material.counted().count
      let whole = "\(task.name): \(text.symbols.count) \(unit)s, \(task.symbolCount) different ones. "
      if task.options.select {
        return whole + "Models learn from the first \(learned); networks are watched on windows of the "
          + "\(material.judged[0].count) \(unit)s behind these, on which all are judged and by which choices are made. The last "
          + "tenth of the text played no part."
      }
      return whole
        + "Models learn from the first \(learned) and are judged on the last tenth, \(material.judged[0].count) "
        + "\(unit)s, which they meet once, at the end. While they learn, networks are watched on the "
        + "\(text.symbols.count - learned - material.judged[0].count) between, which nothing is learned from."
    case .listops(let operations):
      return
        "Calculations such as `\(example(of: operations))`: sums, maxima and medians of digits modulo 10, at most "
        + "\(operations.depth) inside one another; each `=` replaces one operation on digits by its value. Networks learn from sequences "
        + "that are drawn anew all the time. \(operations.heldOutTriples.count) triples of digits are held out: a calculation that has "
        + "one of them in any of its steps is for tests alone, and every calculation of the tests has one."
    case .brackets(let grammar):
      let brackets = "\(grammar.kindCount) kinds of brackets, at most \(grammar.depth) open at a time"
      return
        "Sentences of a subject of one of \(grammar.classCount) classes, a string of \(brackets), a verb of the subject's "
        + "class and a full stop. Every conditional probability is known, so that the best loss is too."
    }
  }

  private func example(of operations: ListOps) -> String {
    let found = task.expressions(of: operations).first { $0.depth == operations.depth }
    return found.map { ListOps.text(of: ListOps.calculation(of: $0)) }
      ?? "max ( 3 add ( 4 7 ) 2 ) = max ( 3 1 2 ) = 3 ;"
  }

  // MARK: Loss

  private var loss: PageSection {
    var section = PageSection("Loss")
    let exercises = material.judgedExercises
    let asked = exercises.reduce(0) { $0 + $1.askedCount }
    section.addParagraph(
      "Mean negative log-probability of \(asked) \(task.unit)s"
        + (task.options.masked
          ? " that were hidden, the same for all, and the share of them that were the most probable one."
          : ", each asked for once"
            + (task.isText ? contextWords : ", in sequences from their beginning on."))
        + (task.options.select
          ? " They are of the text for choices: for a result, run without `--select`." : ""))
    let bytes = task.options.masked ? nil : byteCount(exercises)
    section.addTable(
      "loss",
      columns: ["Model", "nats a \(task.unit)"] + (bytes == nil ? [] : ["bits a byte"])
        + (task.options.masked ? ["share right"] : []), digits: 4,
      rows: results.all.map { method, result in
        var cells = [MeasuredCell.number(name(method), result.score.nats)]
        if let bytes {
          let bits = result.score.nats * Double(asked) / (log(2) * Double(bytes))
          cells.append(.number(name(method, "bits"), bits))
        }
        if task.options.masked { cells.append(.number(name(method, "accuracy"), result.score.accuracy)) }
        return (label(method, result), cells)
      })
    for words in differences { section.addParagraph(words) }
    for failure in results.failures {
      section.addParagraph("A training left the finite numbers and has no loss: \(failure).")
    }
    addSizes(to: &section)
    return section
  }

  private var contextWords: String {
    let context = sizes.model.context
    return
      ": networks see \(context / 2) to \(context) \(task.unit)s before it where there are as many, the n-gram model all that it "
      + "looks back on."
  }

  /// The bytes of what is asked for; nil for generated languages.
  private func byteCount(_ exercises: [Exercise]) -> Int? {
    task.byteCount(of: exercises.lazy.flatMap(\.asked))
  }

  func label(_ method: LanguageMethod, _ result: MethodResult) -> String {
    method.title + (result.order.map { ", order \($0)" } ?? "")
  }

  /// How far the energy model's loss is from those of the others.
  private var differences: [String] {
    guard let own = results[.energy]?.score.nats else { return [] }
    let others = results.all.filter { $0.method != .energy && $0.result.score.nats > 0 }
    guard !others.isEmpty else { return [] }
    let words = others.map { method, result in
      let ratio = own / result.score.nats
      return
        "\(NumberText.percent(abs(ratio - 1), digits: 1)) \(ratio > 1 ? "above" : "below") that of \(method.phrase)"
    }
    return [
      "The energy model's loss is \(listed(words)). One seed of each tells nothing of the luck of a training."
    ]
  }

  private func addSizes(to section: inout PageSection) {
    let networks = results.all.filter { $0.result.parameterCount != nil }
    guard !networks.isEmpty else { return }
    let count = Double(sizes.energy.parameterCount)
    let farthest = networks.map { abs(Double($0.result.parameterCount ?? 0) / count - 1) }.max() ?? 0
    let budget =
      switch training.budget {
      case .seconds(let seconds):
        "\(NumberText.roundTrip(seconds / 60)) minutes of updates each, however many they are"
      case .updates(let updates): "\(updates) updates each, however long they take"
      }
    section.addParagraph(
      "Networks have the parameters of the energy model within \(NumberText.percent(farthest, digits: 2)), the same optimisers, "
        + "batches of \(training.batch), and \(budget).")
    section.addTable(
      "training",
      columns: [
        "Network", "parameters", "updates", "millions of \(task.unit)s", "minutes", "\(task.unit)s a second",
      ],
      digits: 0, columnDigits: [0, 0, 2, 1, 0],
      rows: networks.map { method, result in
        let seen = Double(result.updates * training.batch * sizes.model.context)
        return (
          method.title,
          [
            .number("\(method.prefix)parameters", result.parameterCount.map(Double.init)),
            .number("\(method.prefix)updates", Double(result.updates)),
            .number("\(method.prefix)symbols_millions", seen / 1e6),
            .number("\(method.prefix)minutes", result.seconds / 60),
            .number("\(method.prefix)symbols_per_second", result.seconds > 0 ? seen / result.seconds : nil),
          ]
        )
      })
  }
}
