import EnergyTransformer
import Kit
import Reporting

/// Everything a descent is judged by, in the layout of the reference figures.
struct DescentFigures<Scalar: TensorScalar> {
  /// states [batch, steps + 1, tokens, dimension], attention_energy and hopfield_energy [batch, steps + 1],
  /// gradient0 [batch, tokens, dimension], which is dE/dg before the first step.
  let arrays: [(name: String, values: Tensor<Scalar>)]
  let stopReason: StopReason

  /// Runs the descent.
  ///
  /// - Throws: ``DescentFailure`` where it left the finite numbers; there are no figures then.
  init(of input: BlockFile<Scalar>) throws {
    let block = input.block
    let result = block.descent(input.settings).run(
      from: input.tokens, recording: [.energies, .states(every: 1)])
    try result.checkFinite("\(input.path): descent")
    let gradient = block.energy.gradient(at: block.norm.activations(at: input.tokens))
    let (batch, shape) = (input.tokens.values.shape[0], input.tokens.values.shape)
    func energies(_ part: String) -> Tensor<Scalar> {
      result.trajectory.series(of: .part(part)).values.permuted([1, 0])
    }
    let states = result.trajectory.states.map { $0.tokens.reshaped([batch, 1] + shape.dropFirst()) }
    arrays = [
      ("states", .concatenated(states, axis: 1)), ("attention_energy", energies("attention")),
      ("hopfield_energy", energies(block.memory.name)), ("gradient0", gradient),
    ]
    stopReason = result.stopReason
    if let fault = arrays.first(where: { !$0.values.isFinite }) {
      throw DescentFailure("\(input.path): descent: \(fault.name) is infinite or not a number")
    }
  }

  /// Replaces the file as a whole or not at all.
  func write(path: String, metadata: [String: String]) throws {
    try SafetensorsFile.write(
      path: path, arrays: arrays.map { ($0.name, StoredArray($0.values)) }, metadata: metadata)
  }

  /// The energy by part before each step and after the last, mean over the batch; about 20 lines.
  var energyTable: MarkdownTable {
    let (attention, memory) = (means(arrays[1].values), means(arrays[2].values))
    var table = MarkdownTable(columns: ["step", "attention", "memory", "energy"])
    let last = attention.count - 1
    let stride = max(1, (last + 19) / 20)
    for step in 0...last where step % stride == 0 || step == last {
      table.addRow([
        .number(Double(step), digits: 0), .number(attention[step], digits: 6),
        .number(memory[step], digits: 6),
        .number(attention[step] + memory[step], digits: 6),
      ])
    }
    return table
  }

  /// The mean over the batch at each step, of [batch, steps + 1].
  private func means(_ energies: Tensor<Scalar>) -> [Double] {
    energies.converted(to: Double.self).mean(axes: [0]).elements
  }
}
