import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct RandomFeatureEnergyTests {
  private let patterns = normalTensor([6, 5], seed: 80)

  private func energy(_ featureCount: Int, seed: UInt64) -> RandomFeatureEnergy<Double> {
    var energy = RandomFeatureEnergy<Double>(
      frequencies: normalTensor([5, featureCount], seed: seed), total: .zeros([2, featureCount]), beta: 0.4,
      floor: 1e-3)
    energy.total = energy.features(of: patterns)
    return energy
  }

  /// sum_mu exp(-beta/2 |x - xi_mu|²) of each row.
  private func exactSums(_ states: Tensor<Double>) -> [Double] {
    (0..<states.shape[0]).map { row in
      let differences = patterns - states.sliced(axis: 0, row..<row + 1)
      return (differences.squared().sum(axes: [1]) * -0.2).exponential().sum().scalar
    }
  }

  @Test("all laws hold, with and without padding")
  func laws() {
    for mask in [nil, TokenMask(lengths: [3, 2], tokenCount: 4)] {
      let g = Activations(normalTensor([2, 4, 5], seed: 81) * 0.5, mask: mask)
      let options = LawOptions(tokens: .independent, constants: ["frequencies"])
      let report = EnergyLaws.check(energy(501, seed: 82), at: g, options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  @Test("the closed form of the sum of kernels is that of differentiation")
  func closedForm() {
    let energy = energy(37, seed: 83)
    let states = normalTensor([3, 5], seed: 84)
    let found = energy.kernelSumAndGradient(angles: energy.angles(of: states))
    expectClose(actual: found.sum, expected: energy.kernelSum(at: states), relative: 1e-13)
    let expected = gradient(at: states) { energy.kernelSum(at: $0).sum() }
    expectClose(actual: found.gradient, expected: expected, relative: 1e-11, absolute: 1e-13)
  }

  @Test("the error falls as 1 / sqrt(features)")
  func errorRate() {
    let states = patterns * 0.8
    let exact = exactSums(states)
    /// The root mean square error over states and draws.
    func error(_ featureCount: Int) -> Double {
      let squares = (0..<40).flatMap { draw -> [Double] in
        let found = energy(featureCount, seed: UInt64(1_000 + draw)).kernelSum(at: states).elements
        return zip(found, exact).map { ($0 - $1) * ($0 - $1) }
      }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    let errors = [50, 200, 800, 3_200].map(error)
    // Four times the features halve the error, give or take what 40 draws tell.
    for (more, fewer) in zip(errors.dropFirst(), errors) { #expect((0.38...0.63).contains(more / fewer)) }
    #expect((0.1...0.16).contains(errors[3] / errors[0]), "\(errors)")
  }
}
