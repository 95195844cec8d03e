import Energies
import Tensors

/// How derivatives flow back through a descent.
///
/// All paths give the same derivatives, of any order; they differ in time and memory.
public enum GradientPath: Sendable, Equatable {
  /// What each step computed is kept where all steps together take at most `memoryLimit` bytes; otherwise one state per
  /// step is kept and each step computed again in the backward pass. Without fused kernels, `recomputed` for energies with
  /// closed forms and `unrolled` for others, the faster of the two.
  case automatic(memoryLimit: Int)
  /// Every step stays in the graph: memory grows with all that a step computes.
  case unrolled
  /// One stored state per step; each step is computed again in the backward pass. Less memory than `unrolled`, and for
  /// energies with closed forms less time.
  case recomputed
  /// The result is a constant for differentiation.
  case detached

  /// Keeps up to a gigabyte.
  public static var automatic: GradientPath { .automatic(memoryLimit: 1 << 30) }
}

/// The plainest of the gradient paths: it keeps the graph of every step.
extension EnergyDescent {
  /// Runs pieces of the batch on all cores, each with a graph of its own, where the descent depends on nothing that
  /// is being differentiated but tokens, parameters and context.
  func runUnrolled(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar> {
    let ranges = pieces(of: tokens)
    guard ranges.count > 1 else { return runInPlace(from: tokens, recording: recording) }
    let ofEnergy = energy.dependencies.values
    let plain = detached
    let mask = tokens.mask
    let runs = Pieces(ofEnergy + lagrangian.parameters.values, [tokens.values], ranges: ranges) {
      shared, batches, range in
      let descent = plain.replacing(shared.prefix(ofEnergy.count), Array(shared.dropFirst(ofEnergy.count)))
      let result = descent.runInPlace(
        from: Tokens(batches[0], mask: mask?.examples(range)), recording: recording)
      return (result.tokens.values, result)
    }
    let results = runs.extras
    guard runs.dependOnInputsOnly, results.allSatisfy(\.stopReason.isFinite) else {
      return runInPlace(from: tokens, recording: recording)
    }
    let final = Tokens(runs.result, mask: mask)
    return DescentResult(
      tokens: final, activations: lagrangian.activations(at: final), stopReason: results[0].stopReason,
      steps: results[0].steps, trajectory: .joined(results.map(\.trajectory)))
  }
}
