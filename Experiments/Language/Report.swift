import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The page and the record of a run.
struct Report {
  let task: LanguageTask
  let model: ModelOptions
  let training: TrainingOptions
  let samples: SampleOptions
  let results: [LanguageResult]
  let masked: [MaskedResult]
  let descents: Descents?

  func report(_ record: RunRecord) throws -> RunReport {
    var sections = [losses]
    if let answers { sections.append(answers) }
    if let agreement { sections.append(agreement) }
    if let descents { sections += [falls(descents), retrieval(descents)] }
    if !masked.isEmpty { sections.append(filledIn) }
    if let curves { sections.insert(curves, at: 1) }
    sections += [written, howTrained]
    return try RunReport(
      record, introduction: [introduction],
      sections: sections + [
        .making(
          of: record,
          ending: ". Everything is in run.json; the course of each training is in metrics-*.csv.")
      ], viewers: descents.map { [$0.viewer] } ?? [])
  }

  private var introduction: String {
    let loop = model.seesItself ? "it and those before it" : "those before it"
    return
      "Every position of a sequence descends an energy of its own: attention over the tokens of \(loop), which are held while "
      + "it moves, and memories. \(model.blocks == 1 ? "One block takes" : "\(model.blocks) blocks take") \(model.steps) steps of "
      + "size \(NumberText.roundTrip(model.stepSize)); a linear head reads the next \(task.unit) off the last tokens. Beside it stand "
      + "models of as many parameters that see the same sequences in training. The text is \(task.name)."
  }

  // MARK: Losses

  private func key(_ result: LanguageResult) -> String {
    result.method == .energy ? "validation_nats" : "\(result.method.prefix)nats"
  }

  private var losses: PageSection {
    var section = PageSection("How well the next \(task.unit) is predicted")
    let isText = task.bitsPerByte(1) != nil
    section.addParagraph(
      isText
        ? "The mean negative log-probability of each character of the last tenth of the text, in nats a character and in bits a "
          + "byte, every character once, with at least half a context before it. Models learn from the first nine tenths."
        : "The mean negative log-probability of a symbol of \(task.sequences) sequences that are not learned from, in nats a symbol."
    )
    let columns =
      ["Model", "nats a \(task.unit)"] + (isText ? ["bits a byte"] : []) + [
        "parameters", "updates", "seconds",
      ]
    section.addTable(
      "losses", columns: columns, digits: 3,
      columnDigits: [3] + (isText ? [3] : []) + [0, 0, 0], best: nil,
      rows: results.map { result in
        let prefix = result.method.prefix
        var cells = [MeasuredCell.number(key(result), result.loss)]
        if isText { cells.append(.number("\(prefix)bits_per_byte", task.bitsPerByte(result.loss))) }
        cells += [
          .number("\(prefix)parameters", result.training.map { Double($0.parameterCount) }),
          .number("\(prefix)updates", result.training.map { Double($0.updates) }),
          .number("\(prefix)train_seconds", result.training.map(\.seconds)),
        ]
        let order = result.chosenOrder.map { ", \($0) characters back" } ?? ""
        return (result.method.title + order, cells)
      })
    if let orders = results.first(where: { $0.method == .ngram })?.orders, !orders.isEmpty {
      section.addParagraph(
        "The n-grams, interpolated with Witten and Bell's smoothing, by the number of \(task.unit)s that they look back; the order was "
          + "chosen on the last tenth of what is learned from.")
      section.addTable(
        "orders", columns: ["Looks back", "nats a \(task.unit)"], digits: 3,
        rows: orders.enumerated().map { order, loss in
          ("\(order)", [.number("ngram_\(order)_nats", loss)])
        })
    }
    return section
  }

  private var curves: PageSection? {
    let learned = results.compactMap { result in
      result.training.map { (title: result.method.title, training: $0) }
    }.filter { $0.training.curve.count > 1 }
    guard !learned.isEmpty else { return nil }
    var section = PageSection("The course of training")
    section.addParagraph(
      "The loss on \(24) held-out sequences while the models learn; nothing is chosen by it. Against minutes each model pays for what its "
        + "updates cost, against \(task.unit)s seen it does not.")
    func plot(_ title: String, _ xTitle: String, _ x: (TrainedLanguageModel.Point) -> Double) -> LinePlot {
      var plot = LinePlot(
        title: title, xTitle: xTitle, yTitle: "nats a \(task.unit)",
        series: learned.map { each in
          .init(
            label: each.title, x: each.training.curve.map(x), y: each.training.curve.map(\.loss))
        })
      if let ngram = results.first(where: { $0.method == .ngram }) {
        plot.references = [.init(label: "n-gram", y: ngram.loss)]
      }
      return plot
    }
    let each = Double(training.batch * model.context)
    section.addFigure(
      "minutes.svg", plot("Loss against time", "minutes") { $0.seconds / 60 },
      caption: "Loss on held-out sequences against minutes of training")
    section.addFigure(
      "seen.svg",
      plot("Loss against what was seen", "million \(task.unit)s seen") { Double($0.update) * each / 1e6 },
      caption: "Loss on held-out sequences against \(task.unit)s seen")
    return section
  }

  // MARK: Generated tasks

  private var answers: PageSection? {
    let found = results.compactMap { result in result.answers.map { (result: result, answers: $0) } }
    guard !found.isEmpty else { return nil }
    var section = PageSection("Calculations")
    section.addParagraph(
      "Each model is given an expression and goes on with the most probable symbols: the share whose last value is right, and the "
        + "share all of whose steps are, by how many operations lie inside one another. No expression of the tests was learned from."
    )
    let depths = Set(found.flatMap { $0.answers.byDepth.keys }).sorted()
    section.addTable(
      "answers",
      columns: ["Model", "all"] + depths.flatMap { ["depth \($0)", "all steps right, depth \($0)"] },
      digits: 3,
      best: .highest,
      rows: found.map { result, answers in
        let prefix = result.method.prefix
        let byDepth = depths.flatMap { depth -> [MeasuredCell] in
          guard let count = answers.byDepth[depth], count.asked > 0 else { return [.missing, .missing] }
          return [
            .number("\(prefix)accuracy_depth_\(depth)", count.valueRight / count.asked),
            .number("\(prefix)steps_depth_\(depth)", count.stepsRight / count.asked),
          ]
        }
        return (result.method.title, [.number("\(prefix)accuracy", answers.accuracy)] + byDepth)
      })
    return section
  }

  private var agreement: PageSection? {
    let found = results.compactMap { result in
      result.agreement.map { (result: result, agreement: $0) }
    }
    guard let first = found.first else { return nil }
    var section = PageSection("Agreement over a distance")
    section.addParagraph(
      "A model that knows the grammar loses \(NumberText.fixed(first.agreement.optimum, digits: 4)) nats a symbol on these sequences. What a "
        + "model loses beyond that, and the share of verbs of which the right one was the most probable, by the number of symbols "
        + "since the subject.")
    section.summary["optimum_nats"] = first.agreement.optimum
    let ranges = Agreement.ranges.filter { range in
      found.contains { $0.agreement.byDistance[range] != nil }
    }
    func title(_ range: Int) -> String {
      let next = Agreement.ranges.first { $0 > range }
      return next.map { $0 - 1 == range ? "\(range)" : "\(range) to \($0 - 1)" } ?? "\(range) and more"
    }
    section.addTable(
      "agreement",
      columns: ["Model", "nats above the optimum", "agreement"] + ranges.map { "at \(title($0))" },
      digits: 3, columnDigits: [4] + Array(repeating: 3, count: ranges.count + 1),
      rows: found.map { result, agreement in
        let prefix = result.method.prefix
        let byDistance = ranges.map { range -> MeasuredCell in
          guard let count = agreement.byDistance[range] else { return .missing }
          return .number("\(prefix)agreement_from_\(range)", count[1] / count[0])
        }
        return (
          result.method.title,
          [
            .number("\(prefix)excess_nats", result.loss - agreement.optimum),
            .number("\(prefix)agreement", agreement.accuracy),
          ] + byDistance
        )
      })
    return section
  }

  private var written: PageSection {
    var section = PageSection("What the models write")
    let drawn =
      samples.topK == 0 ? "" : " from the \(samples.topK) most probable"
    section.addParagraph(
      "From one \(task.unit) on, drawn\(drawn) at a temperature of \(NumberText.roundTrip(samples.temperature)); the first that came, not "
        + "chosen. The models go on from what they keep of the \(task.unit)s before: the energy model from the keys of each step."
    )
    for result in results where !result.sample.isEmpty {
      section.addHeading(result.method.title)
      section.addCode(result.sample)
    }
    section.addTable(
      "rates", columns: ["Model", "\(task.unit)s a second"], digits: 0,
      rows: results.filter { $0.sampleRate > 0 }.map {
        ($0.method.title, [.number("\($0.method.prefix)characters_per_second", $0.sampleRate)])
      })
    return section
  }

  private var howTrained: PageSection {
    var section = PageSection("How the models were trained")
    let tuned = results.compactMap { result in
      result.training?.tuning.map { (result: result, tuning: $0) }
    }
    section.addParagraph(
      "All by Muon for matrices and AdamW for the rest, over the same sequences in the same order, \(training.batch) of \(model.context) "
        + "\(task.unit)s an update, with a rate that rises over the first twentieth of the updates and then falls as a cosine"
        + (training.trials > 0
          ? ". Each model tried \(training.trials) pairs of rates for \(NumberText.percent(training.trialShare, digits: 0)) of its "
            + "updates and kept the one with the lowest loss on the last tenth of what is learned from."
          : ", with the same rates."))
    guard training.trials > 0 else { return section }
    section.addTable(
      "trials",
      columns: ["Model"]
        + LanguageTuning.candidates.prefix(training.trials).map {
          "Muon \(NumberText.roundTrip($0.muon)), AdamW \(NumberText.roundTrip($0.others))"
        }, digits: 3, best: nil,
      rows: tuned.map { result, tuning in
        (
          result.method.title,
          tuning.losses.enumerated().map { index, loss in
            .number("\(result.method.prefix)trial_\(index)_nats", loss.isFinite ? loss : nil)
          }
        )
      })
    return section
  }
}
