public import Dynamics
import Energies
import Foundations
public import Tensors

/// What happens inside a model, for figures.
extension NodeEnergyTransformer {
  /// The logits of every node, [nodes, classes], at each state of a trace: what the model would say if its descents had ended
  /// there.
  ///
  /// Within earlier blocks, too, the norm and the energies that are read are those of the last block, which the read-out knows.
  /// At the last state of the last block they are `logits`.
  ///
  /// - Parameters:
  ///   - trace: The descents of all blocks on the same graph, with every state:
  ///     `network.trace(features, on: graph, recording: [.states(every: 1)])`.
  ///   - graph: The graph.
  /// - Returns: [block][state].
  public func logits(
    along trace: [DescentResult<Scalar>], on graph: NodeEnergyGraph<Scalar>
  ) -> [[Tensor<Scalar>]] {
    require(
      trace.count == network.blocks.count && trace.allSatisfy { !$0.trajectory.states.isEmpty },
      "a trace of \(trace.count) blocks with \(trace.map(\.trajectory.states.count)) states, expected "
        + "\(network.blocks.count) with one or more")
    let states = trace[0].trajectory.states
    require(
      states.count == 1 || states[1].step == 1, "a trace whose second state is not that after the first step")
    let start = Tokens(states[0].tokens)
    let first = states.dropFirst().first.map {
      network.stack.first.norm.activations(at: Tokens($0.tokens))
    }
    return trace.enumerated().map { block, result in
      result.trajectory.states.enumerated().map { index, state in
        let end = Tokens(state.tokens)
        return logits(
          from: start, afterFirstStep: block == 0 && index == 0 ? nil : first, to: end,
          activations: network.stack.last.norm.activations(at: end), on: graph, dropout: nil)
      }
    }
  }
}
