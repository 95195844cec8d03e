import EnergyTesting
import EnergyTransformer
import Foundation
import Reporting

/// Define: E = ½ Σ |g|² - Σ over tokens of 1/beta log Σ over anchors of exp(beta a · g). Tokens are drawn to learned anchors.
struct Anchors<Scalar: TensorScalar>: Energy {
  var anchors: Tensor<Scalar>  // [anchors, dimension]
  let beta: Scalar

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let pull = g.values.projected(by: anchors, transposed: true).logSumExp(scale: beta).expanded(axis: -1)
    return (g.realValues.squared().sum(axes: [2], keepingDimensions: true) / 2 - g.masking(pull)).sum(axes: [
      1, 2,
    ])
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("anchors", &anchors) }
}

@main
struct OwnEnergy {
  static func main() throws {
    // Check: values, padding, order and all derivatives, in double precision.
    var random = RandomStream(seed: 1)
    let small = Anchors<Double>(anchors: .normal([4, 5], using: &random), beta: 2)
    print(EnergyLaws.check(small, at: Activations(.normal([2, 3, 5], using: &random))))

    // Descend: points come to rest among the anchors near them.
    let corners = Tensor<Float>(shape: [4, 2], elements: [1, 1, -1, 1, -1, -1, 1, -1])
    func descended(_ energy: Anchors<Float>, _ x: Tensor<Float>) -> DescentResult<Float> {
      EnergyDescent(
        of: energy, lagrangian: IdentityLagrangian(), stepSize: .constant(0.3), stop: .after(steps: 10)
      ).run(from: Tokens(x), recording: [.energies])
    }

    // Train through the descent: noisy corners of a square are to come to rest at the corners.
    let start = Anchors<Float>(anchors: .normal([4, 2], standardDeviation: 0.3, using: &random), beta: 8)
    var loop = TrainingLoop(
      model: start, optimizer: AdamW<Float>(), schedule: .constant(0.03), random: random)
    try loop.run(to: 300) { _, random in
      let whole = corners.gathered((0..<64).map { _ in random.integer(below: 4) }, axis: 0).reshaped([
        4, 16, 2,
      ])
      return (whole, whole + Tensor<Float>.normal(whole.shape, standardDeviation: 0.3, using: &random))
    } loss: { model, batch, _ in
      (descended(model, batch.1).activations.values - batch.0).squared().mean()
    }

    // Look: the learned anchors, and how the energy of noisy points falls.
    print(loop.model.anchors)
    let noisy = Tensor<Float>.normal([4, 16, 2], using: &random)
    let energy = descended(loop.model, noisy).trajectory.series(of: .total)
    let line = LinePlot.Series(label: "energy", x: energy.means.indices.map(Double.init), y: energy.means)
    try LinePlot(title: "An energy of one's own falls", xTitle: "step", yTitle: "energy", series: [line])
      .write(to: CommandLine.arguments.dropFirst().first ?? "own-energy.svg")
  }
}
