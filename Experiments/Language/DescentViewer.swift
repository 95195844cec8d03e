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
  /// So many symbols are shown by bars, and the right one.
  private static let mostBars = 6

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
      names: MapNames(
        row: "query", column: "key", rows: descents.flatMap { Array(repeating: names($0), count: heads) },
        columns: descents.flatMap { Array(repeating: names($0), count: heads) }),
      descents.map { descent in (0..<heads).map { head in frames.map { map(descent, $0, head: head) } } })
    try viewer.addMaps(
      "Energy of each token, from the first to the last",
      names: MapNames(
        row: "line", column: "token",
        rows: [(1...strip(descents[0].tokenEnergies(0)).height).map { "\($0)" }],
        columns: descents.map(names)),
      shown { strip($0.tokenEnergies($1)) }.map { [$0] })
    try addEnergies(&viewer, descents, frames)
    return viewer
  }

  /// What a window is called: where it ends, or how much of it is hidden.
  private func name(_ number: Int, _ descent: TextDescent) -> String {
    guard isCausal else { return "\(number): \(descent.exercise.askedCount) hidden" }
    return "\(number): …" + names(descent).suffix(16).joined(separator: separator)
  }

  /// Characters stand side by side, words apart.
  private var separator: String { task.isText ? "" : " " }

  /// The position whose answer is looked at: the last, which what comes behind the window is read from, or the first hidden one.
  private func position(_ exercise: Exercise) -> Int {
    isCausal ? exercise.symbols.count - 1 : exercise.answers.firstIndex { $0 != nil } ?? 0
  }

  /// The probabilities of the symbols there.
  private func probabilities(_ descent: TextDescent, _ frame: Int) -> [Double] {
    let all = descent.logits(frame).softmax()
    let position = position(descent.exercise)
    return all.sliced(axis: 0, position..<position + 1).elements.map(Double.init)
  }

  private func addProbabilities(
    _ viewer: inout StepViewer, _ descents: [TextDescent], _ frames: [Int]
  ) throws {
    try viewer.addBars(
      isCausal ? "Probability of what comes behind the window" : "Probability of the first hidden symbol",
      descents.map { descent in
        let steps = frames.map { probabilities(descent, $0) }
        let truth = descent.exercise.answers[position(descent.exercise)]
        let shown = leading(steps, with: truth)
        return StepViewer.Bars(
          rows: shown.map { .init(task.label(of: $0), mark: $0 == truth ? "right" : "") }
            + [.init("all others", isRest: true)],
          values: [
            steps.map { step in
              let values = shown.map { step[$0] }
              return values + [max(0, 1 - values.reduce(0, +))]
            }
          ])
      })
    let symbolCount = network.configuration.vocabularySize
    guard symbolCount <= Self.mostSymbols else { return }
    try viewer.addMaps(
      isCausal
        ? "Probability of each symbol behind each position" : "Probability of each symbol at each position",
      names: MapNames(
        row: "symbol", column: "position", rows: [(0..<symbolCount).map(task.label(of:))],
        columns: descents.map(names)),
      descents.map { descent in
        [
          frames.map { frame in
            let probabilities = descent.logits(frame).softmax()
            return Picture(
              width: probabilities.shape[0], height: symbolCount, values: probabilities.transposed.elements)
          }
        ]
      })
  }

  /// The symbols that are the most probable at one of the steps or another, and the right one.
  private func leading(_ steps: [[Double]], with truth: Int?) -> [Int] {
    let most = steps[0].indices.map { symbol in steps.map { $0[symbol] }.max() ?? 0 }
    let best = most.indices.sorted { (most[$1], $0) < (most[$0], $1) }.prefix(Self.mostBars)
    return Array(best) + [truth].compactMap(\.self).filter { !best.contains($0) }
  }

  /// The symbols of a window.
  private func names(_ descent: TextDescent) -> [String] { descent.exercise.symbols.map(task.label(of:)) }

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
