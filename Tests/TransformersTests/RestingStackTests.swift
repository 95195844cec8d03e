import Dynamics
import Energies
import Tensors
import TestSupport
import Testing
import Transformers

/// Stacks whose blocks come to rest, with their first tokens as a force.
struct RestingStackTests {
  private static let stack: BlockStack<Double> = {
    var random = RandomStream(seed: 11)
    var sizes = EnergyTransformerConfiguration(dimension: 6, headCount: 2, keySize: 3, memoryCount: 7)
    (sizes.attentionDeviation, sizes.memoryDeviation) = (0.3, 0.3)
    return BlockStack(count: 2, sizes, using: &random)
  }()
  private static let tokens = normalTensor([2, 4, 6], seed: 12)

  private func settings(_ path: GradientPath) -> DescentSettings {
    .atRest(within: 3000, stepSize: 0.3, tolerance: 1e-10, gradientPath: path)
  }

  @Test("every block comes to rest, and its input is a part of its energy")
  func rest() {
    let results = Self.stack.trace(from: Tokens(Self.tokens), settings: settings(.implicit))
    for result in results {
      guard case .rest(let residual) = result.stopReason else {
        Issue.record("the descent ended otherwise: \(result.stopReason)")
        continue
      }
      #expect(residual < 1e-10)
      #expect(result.trajectory.series.map(\.name) == ["attention", "memory", "input", "total"])
      #expect(result.trajectory.fellAtEveryStep(tolerance: 1e-13).allSatisfy { $0 })
    }
  }

  @Test("derivatives of the rest are those of all the steps that lead to it, for weights and for the input")
  func gradients() {
    let parameters = Self.stack.parameters
    func found(_ path: GradientPath) -> [Tensor<Double>] {
      valueWithGradients(at: [Self.tokens] + parameters.values) { values in
        let stack = Self.stack.with(
          ParameterValues(names: parameters.names, values: Array(values.dropFirst())))
        return weightedSum(
          stack.descend(from: Tokens(values[0]), settings: settings(path)).activations.values)
      }.gradients
    }
    let (implicit, unrolled) = (
      found(.implicit(ImplicitGradient(tolerance: 1e-11))), found(.recomputed)
    )
    for (index, name) in (["tokens"] + parameters.names).enumerated() {
      expectClose(
        actual: implicit[index], expected: unrolled[index], relative: 1e-5, absolute: 1e-7, name)
    }
  }
}
