import Energies
import Landscapes
import Tensors

/// Tokens in a bowl that is no parabola, each pulled by the sum of all: E = ½ Σ ⟨g, W g⟩ + ¼ Σ g⁴ + 0.3 |Σ g|², W symmetric;
/// right, or broken in one way.
struct BentEnergy: ClosedFormEnergy {
  enum Defect: CaseIterable {
    case none, halfGradient, asymmetricHessian, doubledHessian, leaksBetweenExamples, readsPadding
  }
  let weights: Tensor<Double>
  var defect = Defect.none
  var name: String { "bent" }

  private var symmetric: Tensor<Double> { (weights + weights.transposed) * 0.5 }

  private func values(_ g: Activations<Double>) -> Tensor<Double> {
    defect == .readsPadding ? g.values : g.realValues
  }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    let v = values(g)
    let own = (v * v.projected(by: symmetric)).sum(axes: [1, 2]) * 0.5
    let energy =
      own + v.squared().squared().sum(axes: [1, 2]) * 0.25 + v.sum(axes: [1]).squared().sum(axes: [1]) * 0.3
    guard defect == .leaksBetweenExamples else { return energy }
    return energy + energy.sum().reshaped([1]).repeated(to: energy.shape) * 0.01
  }

  func energyAndGradient(at g: Activations<Double>) -> EnergyAndGradient<Double> {
    let v = values(g)
    let sums = v.sum(axes: [1], keepingDimensions: true) * 0.6
    let gradient = g.masking(v.projected(by: symmetric) + v * v.squared() + sums)
    return EnergyAndGradient(
      energy: EnergyByPart([(name, energy(at: g))]), gradient: gradient * (defect == .halfGradient ? 0.5 : 1))
  }

  func gradientPullback(at g: Activations<Double>, direction: Tensor<Double>) -> GradientPullback<Double> {
    let (u, v) = (g.masking(direction), values(g))
    let turned = u.projected(by: defect == .asymmetricHessian ? weights : symmetric)
    let product = turned + v.squared() * u * 3 + u.sum(axes: [1], keepingDimensions: true) * 0.6
    return GradientPullback(
      hessianVectorProduct: g.masking(product) * (defect == .doubledHessian ? 2 : 1), dependencies: [])
  }
}

/// A softmax that says nothing of its tangents: it forgets that no activation moves along the mean.
struct SoftmaxWithMean: Lagrangian {
  private let base = SoftmaxLagrangian<Double>(beta: 1.2)

  func value(at x: Tokens<Double>) -> Tensor<Double> { base.value(at: x) }
  func activations(at x: Tokens<Double>) -> Activations<Double> { base.activations(at: x) }
}

/// A sphere that says nothing of its curvature.
struct FlatSphere: Lagrangian {
  private let base = SphericalNormLagrangian<Double>(
    gamma: Tensor(1.3), delta: .zeros([5]), epsilon: 0)

  func value(at x: Tokens<Double>) -> Tensor<Double> { base.value(at: x) }
  func activations(at x: Tokens<Double>) -> Activations<Double> { base.activations(at: x) }
  func tangent(_ direction: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double> {
    base.tangent(direction, at: x)
  }
}

/// L = ½ Σ x² + 0.15 |Σ x|², whose activation of a token has a share of all others: none of them can be held.
struct CoupledTokens: Lagrangian {
  private func real(_ x: Tokens<Double>, _ values: Tensor<Double>) -> Tensor<Double> {
    x.mask.map { values * $0.tensor().reshaped([$0.batch, $0.tokenCount, 1]) } ?? values
  }

  func value(at x: Tokens<Double>) -> Tensor<Double> {
    let v = real(x, x.values)
    return v.squared().sum(axes: [1, 2]) * 0.5 + v.sum(axes: [1]).squared().sum(axes: [1]) * 0.15
  }

  func tangent(_ direction: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double> { real(x, direction) }
}

/// Linear neurons that leave padding as it is.
struct UnmaskedNeurons: Lagrangian {
  func value(at x: Tokens<Double>) -> Tensor<Double> { x.values.squared().sum(axes: [1, 2]) * 0.5 }
}

/// A matrix of 6 numbers for each of two examples, with the first number left out of the space that is looked at; right, or
/// broken in one way.
struct BrokenOperator: SymmetricOperator {
  enum Defect: CaseIterable {
    case none, asymmetric, mixesExamples, halfProjection, doesNotCommute, wrongForUnitVectors
  }
  let defect: Defect
  /// [example][row][column].
  private let matrices: [[[Double]]]

  init(_ defect: Defect, numbers: [Double]) {
    self.defect = defect
    matrices = (0..<2).map { example in
      (0..<6).map { row in
        (0..<6).map { column in
          let number = numbers[example * 36 + min(row, column) * 6 + max(row, column)]
          if row == 0 || column == 0 {
            // The first number by itself, with an eigenvalue beyond the others.
            return row == column ? 70 : defect == .doesNotCommute ? number : 0
          }
          return defect == .asymmetric && row > column ? number + 0.3 : number
        }
      }
    }
  }

  var shape: [Int] { [2, 6] }

  func product(_ vectors: Tensor<Double>) -> Tensor<Double> {
    let rows = self.rows(vectors)
    var images = rows.indices.map { example in
      matrices[example].enumerated().map { index, row -> Double in
        let sum = zip(row, rows[example]).reduce(0) { $0 + $1.0 * $1.1 }
        let isUnit = rows[example].count { $0 != 0 } == 1
        return defect == .wrongForUnitVectors && isUnit ? sum - rows[example][index] * 2 : sum
      }
    }
    if defect == .mixesExamples {
      for index in 1..<6 {
        images[0][index] += 0.1 * rows[1][index]
        images[1][index] += 0.1 * rows[0][index]
      }
    }
    return Tensor(shape: shape, elements: images.flatMap { $0 })
  }

  func projection(_ vectors: Tensor<Double>) -> Tensor<Double> {
    let kept = defect == .halfProjection ? 0.5 : 0
    return Tensor(shape: shape, elements: rows(vectors).flatMap { [$0[0] * kept] + $0.dropFirst() })
  }

  private func rows(_ vectors: Tensor<Double>) -> [[Double]] {
    (0..<2).map { Array(vectors.elements[$0 * 6..<($0 + 1) * 6]) }
  }
}
