import EnergyTransformer
import Kit
import Reporting

/// The descents of the energy model on held-out sequences: what falls, where heads look, and a viewer to step through.
struct Descents {
  let constant: EnergyChanges
  let backtracking: EnergyChanges
  let spreads: HeadSpreads
  let viewer: StepViewer

  init(of model: LanguageModel, _ task: LanguageTask, context: Int) throws {
    guard let energy = model.energy else { throw ExperimentError("the energy model has no weights") }
    let windows = task.evaluated(.validation, length: context, limit: 16)
    let length = windows[0].symbols.count
    let inputs = windows.filter { $0.symbols.count == length }.map { Array($0.symbols.dropLast()) }
    constant = EnergyChanges(of: energy, model.descent, inputs, isBacktracking: false)
    backtracking = EnergyChanges(of: energy, model.descent, inputs, isBacktracking: true)
    spreads = HeadSpreads(of: energy, model.descent, inputs)
    viewer = try Self.viewer(energy, model.descent, windows, task)
  }

  private static let shownItems = 4
  private static let shownLength = 48

  private static func viewer(
    _ model: TextEnergyTransformer<Float>, _ settings: DescentSettings,
    _ windows: [TextWindows.Evaluated], _ task: LanguageTask
  ) throws -> StepViewer {
    let sequences = windows.prefix(shownItems).map { Array($0.symbols.prefix(shownLength + 1)) }
    let texts = sequences.map { task.text(of: $0.dropLast()).replacing("\n", with: "⏎") }
    let steps = StepViewer.shownSteps(upTo: settings.steps * model.stack.blocks.count)
    var viewer = StepViewer(
      "The descent of single sequences", items: texts, itemName: "sequence", steps: steps.map { "\($0)" },
      note:
        "Held-out sequences, evenly spaced, not chosen. Each position predicts the symbol behind it. Energies of single tokens are "
        + "those in the context at that step: their own moves bring them down, the moves of others may raise them."
    )
    var frames = sequences.map { SequenceFrames(model, settings, $0, steps: steps) }
    if frames.isEmpty { frames = [] }
    try viewer.addMaps(
      "Probability of the next symbol: a row for each symbol, a column for each position",
      frames.map { [$0.probabilities] })
    try viewer.addMaps(
      "Attention of a head: a row for each position, a column for each that it looks back at",
      groups: (0..<model.stack.last.attention.headCount).map { "\($0 + 1)" }, groupName: "head",
      frames.map(\.attention))
    try viewer.addMaps("Energy of each token", frames.map { [$0.energies] })
    try viewer.addLines(
      "Loss where it is read out at this step, nats a symbol", [("loss", frames.map(\.losses))])
    try viewer.addLines("Mean energy of a token in its context", [("energy", frames.map(\.means))])
    return viewer
  }
}

/// What one sequence goes through, at the steps that are shown.
private struct SequenceFrames {
  var probabilities: [Picture] = []
  /// [head][step].
  var attention: [[Picture]]
  var energies: [Picture] = []
  var losses: [Double] = []
  var means: [Double] = []

  init(_ model: TextEnergyTransformer<Float>, _ settings: DescentSettings, _ symbols: [Int], steps: [Int]) {
    let inputs = Array(symbols.dropLast())
    let trace = model.trace([inputs], settings: settings, recording: [.states(every: 1)])
    attention = Array(repeating: [], count: model.stack.last.attention.headCount)
    let count = inputs.count
    for step in steps {
      let block = min(step / settings.steps, trace.count - 1)
      let tokens = Tokens(trace[block].trajectory.states[step - block * settings.steps].tokens)
      let logits = model.logits(at: tokens)
      let values = logits.softmax().reshaped([count, logits.shape[2]]).transposed
      probabilities.append(Picture(width: count, height: logits.shape[2], values: values.elements))
      losses.append(
        Double(crossEntropy(logits, labels: symbols.dropFirst().map(Optional.some)).scalar))
      let weights = model.attentionWeights(at: tokens, block: block)
      for head in attention.indices {
        attention[head].append(
          Picture(
            width: count, height: count, values: weights.sliced(axis: 1, head..<head + 1).elements))
      }
      let own = model.stack.blocks[block]
      let g = own.norm.activations(at: tokens)
      let energy = own.energy(over: .causal).energyByToken(at: g, context: g)
      energies.append(Picture(width: count, height: 1, values: energy.elements))
      means.append(LanguageEvaluation.mean(energy.elements.map(Double.init)))
    }
  }
}
