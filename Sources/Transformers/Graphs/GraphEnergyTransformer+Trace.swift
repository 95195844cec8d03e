public import Dynamics
import Energies
public import Tensors

/// What happens inside a model, for figures.
extension GraphEnergyTransformer {
  /// The descents of all blocks, without noise, with what is recorded of each, the energy by part at every step unless told
  /// otherwise.
  ///
  /// All graphs of a sparse input are one example, whose energy is the sum of theirs.
  ///
  /// - Returns: One result per block, each with its `trajectory`.
  public func trace(
    _ input: GraphEnergyTransformerInput<Scalar>, recording: [Recording<Scalar>] = [.energies]
  ) -> [DescentResult<Scalar>] {
    stack.trace(
      from: start(input, signs: nil), over: pairs(of: input), settings: configuration.descent,
      recording: recording)
  }

  /// The logits of every graph, [graphs, classes], at each recorded state of a trace: what the read-out says of the class
  /// tokens there. At the last state of the last block they are `logits`.
  ///
  /// - Parameters:
  ///   - trace: The descents of all blocks of the same input, with states.
  ///   - input: The graphs.
  /// - Returns: [block][state].
  public func logits(
    along trace: [DescentResult<Scalar>], of input: GraphEnergyTransformerInput<Scalar>
  ) -> [[Tensor<Scalar>]] {
    trace.map { result in result.trajectory.states.map { readOut($0.tokens, input) } }
  }

  /// The attention weights of each graph's class token as a query at the first step of each block: [block][graph], one
  /// weight for each node of the graph in its order, class token first, mean over the heads; they add up to 1.
  ///
  /// - Returns: nil for a model with a learned adjacency, whose weights have no such form.
  public func classTokenAttention(_ input: GraphEnergyTransformerInput<Scalar>) -> [[[Double]]]? {
    guard !configuration.learnsAdjacency else { return nil }
    let pattern = input.neighbourhoods.pattern.byRow
    let start = start(input, signs: nil)
    let ends = stack.trace(
      from: start, over: pairs(of: input), settings: configuration.descent, recording: []
    ).map(\.tokens)
    return zip(stack.blocks, [start] + ends).map { block, tokens in
      let weights = block.attention.energy(over: input.neighbourhoods)
        .attentionWeights(at: block.norm.activations(at: tokens))
        .mean(axes: [1]).elements
      return input.nodeRanges.map { range in
        var found = [Double](repeating: 0, count: range.count)
        let query = range.lowerBound
        for pair in pattern.rowStarts[query]..<pattern.rowStarts[query + 1] {
          found[Int(pattern.columns[pair]) - query] += Double(weights[pair])
        }
        return found
      }
    }
  }
}
