import EnergyTransformer
import Kit
import Reporting

/// The descents of some windows, to step through: probabilities of symbols, attention of heads, energies of tokens, curves.
struct DescentViewer {
  let network: TextEnergyTransformer<Float>
  let task: LanguageTask
  let settings: DescentSettings

  /// A map of more symbols would be too fine to read.
  private static let mostSymbols = 128

  private var isCausal: Bool { network.configuration.isCausal }

  /// A viewer of windows of one length.
  ///
  /// - Throws: `DescentFailure` where a descent left the finite numbers.
  func viewer(of exercises: [Exercise]) throws -> StepViewer {
    let descents = try exercises.map { try TextDescent(of: $0, by: network, settings: settings) }
    let frames = StepViewer.shownSteps(upTo: descents[0].frameCount - 1)
    func shown<Value>(_ value: (TextDescent, Int) -> Value) -> [[Value]] {
      descents.map { descent in frames.map { value(descent, $0) } }
    }
    var viewer = StepViewer(
      "The descent of single windows", items: descents.enumerated().map { name($0 + 1, $1) },
      itemName: "window", steps: frames.map { "\($0)" },
      note:
        "Move the slider: what the head reads from the tokens, attention and energies are those of the chosen step."
    )
    try addProbabilities(&viewer, descents, frames)
    try viewer.addLines("Loss of the window, nats", [("read after the step", shown { $0.nats($1) })])
    let heads = descents[0].attention(0).shape[0]
    try viewer.addMaps(
      "Attention: row attends to column", groups: (1...heads).map { "\($0)" }, groupName: "head",
      descents.map { descent in (0..<heads).map { head in frames.map { map(descent, $0, head: head) } } })
    try viewer.addMaps(
      "Energy of each token, from the first to the last",
      shown { strip($0.tokenEnergies($1)) }.map { [$0] })
    try addEnergies(&viewer, descents, frames)
    return viewer
  }

  /// What a window is called: where it ends and what comes then, or what is masked in it.
  private func name(_ number: Int, _ descent: TextDescent) -> String {
    let exercise = descent.exercise
    guard isCausal else { return "\(number): \(exercise.askedCount) hidden" }
    let end = exercise.symbols.suffix(16).map(task.label(of:)).joined(separator: separator)
    let next = exercise.answers.last.flatMap { $0 }.map(task.label(of:)) ?? ""
    let best = leading(descent).map(task.label(of:)).joined(separator: ", ")
    return "\(number): …\(end) → \(next); predicted \(best)"
  }

  /// Characters stand side by side, words apart.
  private var separator: String { if case .text = task.language { "" } else { " " } }

  /// The three most probable symbols behind the window after the last step.
  private func leading(_ descent: TextDescent) -> [Int] {
    let values = lastRow(descent, descent.frameCount - 1)
    return Array(values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(3))
  }

  /// The probabilities of the symbol behind the window.
  private func lastRow(_ descent: TextDescent, _ frame: Int) -> [Double] {
    let probabilities = descent.logits(frame).softmax()
    return probabilities.elements.suffix(probabilities.shape[1]).map(Double.init)
  }

  private func addProbabilities(
    _ viewer: inout StepViewer, _ descents: [TextDescent], _ frames: [Int]
  ) throws {
    if isCausal {
      let rows = descents.map { descent in frames.map { lastRow(descent, $0) } }
      let leaders = descents.map(leading)
      let places = ["first", "second", "third"].prefix(leaders.map(\.count).min() ?? 0)
      let truth = descents.map { $0.exercise.answers.last.flatMap { $0 } ?? 0 }
      var lines = [
        (
          label: "the one that follows",
          values: zip(rows, truth).map { rows, symbol in rows.map { $0[symbol] } }
        )
      ]
      for (place, label) in places.enumerated() {
        lines.append(
          (
            label: "\(label) of the last step",
            values: zip(rows, leaders).map { rows, symbols in rows.map { $0[symbols[place]] } }
          ))
      }
      try viewer.addLines("Probability of symbols behind the window", lines)
    }
    let symbolCount = network.configuration.vocabularySize
    guard symbolCount <= Self.mostSymbols else { return }
    let title = isCausal ? "Probability of the next symbol" : "Probability of each symbol"
    try viewer.addMaps(
      "\(title): row is a symbol, column a position",
      descents.map { descent in
        [
          frames.map { frame in
            let probabilities = descent.logits(frame).softmax()
            return Picture(
              width: probabilities.shape[0], height: symbolCount,
              values: probabilities.transposed.elements)
          }
        ]
      })
  }

  private func map(_ descent: TextDescent, _ frame: Int, head: Int) -> Picture {
    let weights = descent.attention(frame)
    let length = weights.shape[1]
    return Picture(
      width: length, height: length, values: weights.sliced(axis: 0, head..<head + 1).elements)
  }

  /// Numbers side by side, high enough to be seen.
  private func strip(_ values: [Double]) -> Picture {
    let height = max(1, values.count / 8)
    return Picture(
      width: values.count, height: height, values: (0..<height).flatMap { _ in values.map { Float($0) } })
  }

  private func addEnergies(_ viewer: inout StepViewer, _ descents: [TextDescent], _ frames: [Int]) throws {
    guard isCausal else {
      let names = descents[0].results[0].trajectory.series.map(\.name)
      try viewer.addLines(
        "Energy of the window, in the block at work",
        names.indices.map { part in
          (names[part], descents.map { descent in frames.map { descent.windowEnergies(part)[$0] } })
        })
      return
    }
    try viewer.addLines(
      "Energy of a token in its context, mean over the window",
      [("energy", descents.map { descent in frames.map { mean(descent.tokenEnergies($0)) } })])
    func added(_ part: (TokenEnergyChange<Float>) -> Tensor<Float>) -> [[Double]] {
      descents.map { descent in
        let each = descent.changes.map { mean(part($0).elements.map(Double.init)) }
        return frames.map { each.prefix($0).reduce(0, +) }
      }
    }
    try viewer.addLines(
      "Changes of a token's energy, added up, mean over the window",
      [("by its own moves, contexts held", added(\.own)), ("by the moves of all", added(\.net))])
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
