import Energies
import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

/// What is proven of the modern Hopfield energy, found again by the tools.
///
/// With patterns X, p = softmax(beta Xᵀ g) and sigma the largest singular value of X, the Hessian is
/// I - beta X (diag p - p pᵀ) Xᵀ, whose eigenvalues lie between 1 - beta sigma² / 2 and 1.
struct HopfieldBoundTests {
  private static let (dimension, count) = (6, 9)
  private let patterns = normalTensor([dimension, count], seed: 91)
  private let random = RandomStream(seed: 7)

  private func landscape(
    _ beta: Double
  ) -> EnergyLandscape<PatternMemoryEnergy<Double>, IdentityLagrangian<Double>> {
    EnergyLandscape(
      of: PatternMemoryEnergy(memories: patterns, beta: beta), lagrangian: IdentityLagrangian())
  }

  /// sigma², the largest eigenvalue of X Xᵀ.
  private var largestSquare: Double {
    let rows = (0..<Self.dimension).map { row in
      (0..<Self.dimension).map { column in
        (0..<Self.count).reduce(0.0) { $0 + patterns[row, $1] * patterns[column, $1] }
      }
    }
    let found = MatrixOperator<Double>(matrices: [rows]).extremeEigenvalues(random: random)
    return found[0].largest[0].value
  }

  /// p and the overlaps xi · g, by plain loops.
  private func weights(_ g: [Double], _ beta: Double) -> (weights: [Double], overlaps: [Double]) {
    let overlaps = (0..<Self.count).map { pattern in
      (0..<Self.dimension).reduce(0.0) { $0 + patterns[$1, pattern] * g[$1] }
    }
    let top = overlaps.max() ?? 0
    let exponentials = overlaps.map { exp(beta * ($0 - top)) }
    let sum = exponentials.reduce(0, +)
    return (exponentials.map { $0 / sum }, overlaps)
  }

  @Test(
    "the gradient changes by at most 1 + beta sigma² / 2 of the way, and the Hessian by no more",
    arguments: [0.05, 0.5, 4])
  func lipschitzConstant(beta: Double) {
    let bound = 1 + beta * largestSquare / 2
    let g = normalTensor([5, 2, Self.dimension], seed: 92)
    let spectra = landscape(beta).hessian(at: Tokens(g)).allEigenvalues()
    for spectrum in spectra {
      #expect(spectrum.allSatisfy { $0 <= 1 + 1e-12 && $0 >= 1 - beta * largestSquare / 2 - 1e-12 })
      #expect(spectrum.allSatisfy { abs($0) <= bound })
    }
    let other = normalTensor([5, 2, Self.dimension], seed: 93)
    let change = landscape(beta).gradient(at: Tokens(g)) - landscape(beta).gradient(at: Tokens(other))
    let (steps, way) = (
      change.squared().sum(axes: [1, 2]).elements, (g - other).squared().sum(axes: [1, 2]).elements
    )
    for (step, length) in zip(steps, way) { #expect(step.squareRoot() <= bound * length.squareRoot()) }
  }

  @Test("below beta sigma² = 2 every point bends upwards in every direction")
  func strictConvexity() {
    let beta = 1.9 / largestSquare
    let spectra = landscape(beta).hessian(at: Tokens(normalTensor([6, 1, Self.dimension], seed: 94)))
      .extremeEigenvalues(random: random)
    for spectrum in spectra { #expect(spectrum.smallest[0].value >= 1 - 1.9 / 2 - 1e-12) }
    // Far above it: half-way between two patterns of one length, where p is 1/2 each, the Hessian is I - beta d dᵀ / 4 with the
    // difference d of the two.
    let two = Tensor<Double>(shape: [6, 2], elements: [1, 0, 0, 0, 0, 2, 2, 0, 0, 1, 0, 0])
    let middle = Tensor<Double>(shape: [1, 1, 6], elements: [0.5, 0, 1, 1, 0.5, 0])
    let pair = EnergyLandscape(
      of: PatternMemoryEnergy(memories: two, beta: 4), lagrangian: IdentityLagrangian<Double>())
    let found = pair.hessian(at: Tokens(middle)).extremeEigenvalues(random: random)[0]
    #expect(abs(found.smallest[0].value - (1 - 4 * 10 / 4)) < 1e-10)
  }

  @Test(
    "the entropy of the weights falls with beta at the rate beta times the variance of the overlaps",
    arguments: [0.3, 1.2])
  func entropyOfWeights(beta: Double) {
    let x = normalTensor([3, 1, Self.dimension], seed: 95)
    // gᵀ H g = |g|² - beta Var(xi · g).
    let product = landscape(beta).hessian(at: Tokens(x)).product(x)
    let bends = (x * product).sum(axes: [1, 2]).elements
    let squares = x.squared().sum(axes: [1, 2]).elements
    for example in 0..<3 {
      let g = (0..<Self.dimension).map { x[example, 0, $0] }
      let entropy = { (beta: Double) -> Double in
        weights(g, beta).weights.reduce(0) { $0 - $1 * log($1) }
      }
      let h = 1e-4
      let slope = (entropy(beta + h) - entropy(beta - h)) / (2 * h)
      #expect(abs(slope - (bends[example] - squares[example])) < 1e-6)
    }
  }
}
