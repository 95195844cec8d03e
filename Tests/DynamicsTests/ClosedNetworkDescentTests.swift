import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// Descents of a network with closed forms against the same network left to differentiation.
struct ClosedNetworkDescentTests {
  /// Two networks of the same numbers: the second has a part more, which is always 0 and has no closed form.
  private func networks(
    timeConstant: Double = 1, weights: [Tensor<Double>]
  ) -> [LayeredNetwork<Double>] {
    [true, false].map { isClosed in
      var network = LayeredNetwork<Double>([
        NeuronLayer("visible", shape: [6], lagrangian: IdentityLagrangian(), timeConstant: timeConstant),
        NeuronLayer("hidden", shape: [5], lagrangian: TanhLagrangian()),
        NeuronLayer("labels", shape: [3], lagrangian: SoftmaxLagrangian(beta: 2)),
      ])
      network.connect("visible", "hidden", by: DenseSynapse(weight: weights[0], bias: weights[2]))
      network.connect("hidden", "labels", by: DenseSynapse(weight: weights[1]))
      if !isClosed {
        network.connect("hidden", by: ClosureSynapse(name: "none") { $0[0].sum(axes: [1]) * 0 })
      }
      return network
    }
  }
  private let weights = [
    normalTensor([5, 6], seed: 90) * 0.5, normalTensor([3, 5], seed: 91) * 0.5, normalTensor([5], seed: 92),
  ]
  private let start = normalTensor([4, 1, 14], seed: 93)

  private func descent(
    _ network: LayeredNetwork<Double>, clamping: Set<String> = [], steps: Int = 11,
    path: GradientPath = .automatic, stepSize: any StepSizeRule = .constant(0.1)
  ) -> EnergyDescent<LayeredNetwork<Double>, PartitionedLagrangian<Double>> {
    EnergyDescent(
      of: network, clamping: clamping, stepSize: stepSize, stop: .after(steps: steps), gradientPath: path)
  }

  @Test("tokens and recorded energies are the same", arguments: [(1.0, false), (2.0, false), (1.0, true)])
  func values(timeConstant: Double, hasPadding: Bool) {
    let mask =
      hasPadding ? TokenMask(batch: 4, tokenCount: 1, isReal: [true, true, false, true]) : nil
    for clamping in [[], ["visible"]] as [Set<String>] {
      for stepSize in [.constant(0.1), .backtracking(from: 0.4)] as [any StepSizeRule] {
        let results = networks(timeConstant: timeConstant, weights: weights).map {
          descent($0, clamping: clamping, stepSize: stepSize)
            .run(from: Tokens(start, mask: mask), recording: [.energies])
        }
        expectClose(
          actual: results[0].tokens.values, expected: results[1].tokens.values, relative: 1e-12,
          absolute: 1e-13)
        #expect(results[0].trajectory.energies.count == results[1].trajectory.energies.count)
        for (found, expected) in zip(results[0].trajectory.energies, results[1].trajectory.energies) {
          for part in found.parts {
            expectClose(
              actual: part.energy, expected: expected[part.name] ?? Tensor(.nan), relative: 1e-12,
              absolute: 1e-12, part.name)
          }
        }
      }
    }
  }

  @Test("gradients by weights and first tokens are the same on every path through the steps")
  func gradients() {
    for timeConstant in [1.0, 2.0] {
      func found(_ index: Int, _ path: GradientPath, steps: Int) -> [Tensor<Double>] {
        valueWithGradients(at: weights + [start]) { points in
          let network = networks(timeConstant: timeConstant, weights: Array(points.prefix(3)))[index]
          let result = descent(network, steps: steps, path: path).run(from: Tokens(points[3]))
          return (result.activations.values.squared() * result.tokens.values).sum()
        }.gradients
      }
      for steps in [3, 11] {
        let expected = found(1, .unrolled, steps: steps)
        for path in [.automatic, .recomputed, .unrolled] as [GradientPath] {
          for (gradient, other) in zip(found(0, path, steps: steps), expected) {
            expectClose(actual: gradient, expected: other, relative: 1e-10, absolute: 1e-12, "\(path)")
          }
        }
      }
    }
  }

  @Test("a descent that runs away stops at the same step and names the same part")
  func runaway() {
    let large = weights.map { $0 * 1e100 }
    let reasons = networks(weights: large).map {
      descent($0, steps: 30, stepSize: .constant(1e30)).run(from: Tokens(start)).stopReason
    }
    #expect(!reasons[0].isFinite && reasons[0] == reasons[1], "\(reasons)")
  }
}
