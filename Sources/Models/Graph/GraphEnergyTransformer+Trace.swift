public import Dynamics
import Energies
import Tensors

/// What a model does on the way, for figures.
extension GraphEnergyTransformer {
  /// The descents of all blocks with the energy by part at every step, without noise.
  ///
  /// All graphs of a sparse input are one example, whose energy is the sum of theirs.
  ///
  /// - Returns: One result a block, each with the energies in its `trajectory`.
  public func trace(_ input: GraphEnergyTransformerInput<Scalar>) -> [DescentResult<Scalar>] {
    var tokens = start(input, signs: nil)
    return blocks.map { block in
      let energy = block.energy(from: tokens, input)
      let result = block.descent(of: energy, configuration.descent).run(from: tokens, recording: [.energies])
      tokens = result.tokens
      return result
    }
  }

  /// The attention weights of each graph's class token as a query at the first step of each block: [block][graph], one
  /// weight for each node of the graph in its order, class token first, mean over the heads; they add up to 1.
  ///
  /// - Returns: nil for a model with a learned adjacency, whose weights have no such form.
  public func classTokenAttention(_ input: GraphEnergyTransformerInput<Scalar>) -> [[[Double]]]? {
    guard !configuration.learnsAdjacency else { return nil }
    let pattern = input.neighbourhoods.pattern.byRow
    var tokens = start(input, signs: nil)
    return blocks.map { block in
      let weights = block.attention(over: input.neighbourhoods)
        .attentionWeights(at: block.norm.activations(at: tokens))
        .mean(axes: [1]).elements
      let ofGraphs = input.nodeRanges.map { range in
        var found = [Double](repeating: 0, count: range.count)
        let query = range.lowerBound
        for pair in pattern.rowStarts[query]..<pattern.rowStarts[query + 1] {
          found[Int(pattern.columns[pair]) - query] += Double(weights[pair])
        }
        return found
      }
      let energy = block.energy(from: tokens, input)
      tokens = block.descent(of: energy, configuration.descent).run(from: tokens).tokens
      return ofGraphs
    }
  }
}
