import Energies
import Landscapes
import Tensors
import TestSupport

/// A function of two numbers, which are one token of dimension 2.
struct Surface: Energy {
  typealias Scalar = Double
  let function: @Sendable (_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double>
  var name: String { "surface" }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    let batch = g.values.shape[0]
    let (x, y) = (g.values.sliced(axis: 2, 0..<1), g.values.sliced(axis: 2, 1..<2))
    return function(x.reshaped([batch]), y.reshaped([batch]))
  }

  /// The landscape of the function itself.
  var landscape: EnergyLandscape<Surface, IdentityLagrangian<Double>> {
    EnergyLandscape(of: self, lagrangian: IdentityLagrangian())
  }

  static func point(_ x: Double, _ y: Double) -> Tokens<Double> {
    Tokens(Tensor(shape: [1, 1, 2], elements: [x, y]))
  }
}

/// E = 1/2 sum c_i g_i², whose Hessian is diagonal.
struct QuadraticEnergy<Scalar: TensorScalar>: Energy {
  /// c, [dimension].
  let curvatures: Tensor<Scalar>
  var name: String { "quadratic" }

  init(_ curvatures: [Double]) {
    self.curvatures = Tensor(shape: [curvatures.count], elements: curvatures.map { Scalar($0) })
  }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    (g.realValues.squared() * curvatures.reshaped([1, 1, curvatures.count])).sum(axes: [1, 2]) / 2
  }
}

/// Memories whose activation is smooth and that have no closed form: E = - sum softplus(xi · g).
struct SoftplusMemories: Energy {
  typealias Scalar = Double
  /// xi, [dimension, memories].
  let memories: Tensor<Double>
  var name: String { "softplus" }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    -g.masking(g.values.projected(by: memories).softplus()).sum(axes: [1, 2])
  }
}

/// The block whose landscape was measured before this library had tools for it: 4 tokens of 8, 2 heads of 4, smooth memories,
/// and a force on every token that makes its rest isolated.
struct ProbedBlock {
  static let (tokenCount, dimension) = (4, 8)
  let energy: EnergySum<Double>
  let norm: LayerNormLagrangian<Double>

  init(epsilon: Double = 0, gamma: Double = 1, seed: UInt64 = 3) {
    var random = RandomStream(seed: seed)
    let shape = [2, 4, Self.dimension]
    let attention = AttentionEnergy<Double>(
      queryWeights: .normal(shape, standardDeviation: 0.4, using: &random),
      keyWeights: .normal(shape, standardDeviation: 0.4, using: &random))
    let memories = SoftplusMemories(
      memories: .normal([Self.dimension, 13], standardDeviation: 0.5, using: &random))
    let force = ForceEnergy(force: .normal([Self.tokenCount, Self.dimension], using: &random))
    energy = attention + memories + force
    norm = LayerNormLagrangian(
      gamma: Tensor(gamma), delta: .normal([Self.dimension], standardDeviation: 0.3, using: &random),
      epsilon: epsilon)
  }

  var landscape: EnergyLandscape<EnergySum<Double>, LayerNormLagrangian<Double>> {
    EnergyLandscape(of: energy, lagrangian: norm)
  }

  static func tokens(batch: Int = 2, seed: UInt64 = 5, mask: TokenMask? = nil) -> Tokens<Double> {
    Tokens(normalTensor([batch, tokenCount, dimension], seed: seed), mask: mask)
  }

  /// Where g <- retract(g - a r) comes to rest.
  func rest(from x: Tokens<Double>, rate: Double = 0.1, steps: Int = 3000) -> Tokens<Double> {
    var x = norm.retracted(x)
    for _ in 0..<steps {
      x = norm.retracted(Tokens(x.values - landscape.residual(at: x) * rate, mask: x.mask))
    }
    return x
  }
}

/// A constant force on every token, E = -⟨b, g⟩.
struct ForceEnergy: Energy {
  typealias Scalar = Double
  /// b, [tokens, dimension].
  let force: Tensor<Double>
  var name: String { "force" }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    -(g.realValues * force.expanded(axis: 0)).sum(axes: [1, 2])
  }
}

/// A symmetric matrix for each example.
struct MatrixOperator<Scalar: TensorScalar>: SymmetricOperator {
  /// [batch][row][column].
  let matrices: [[[Double]]]
  /// Directions of length 1 at right angles to the space that is looked at.
  var excluded: [[Double]] = []

  var shape: [Int] { [matrices.count, matrices[0].count] }

  func product(_ vectors: Tensor<Scalar>) -> Tensor<Scalar> {
    map(vectors) { example, vector in
      matrices[example].map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  func projection(_ vectors: Tensor<Scalar>) -> Tensor<Scalar> {
    map(vectors) { _, vector in
      excluded.reduce(vector) { rest, direction in
        let share = zip(direction, rest).reduce(0) { $0 + $1.0 * $1.1 }
        return zip(rest, direction).map { $0 - share * $1 }
      }
    }
  }

  private func map(_ vectors: Tensor<Scalar>, _ function: (Int, [Double]) -> [Double]) -> Tensor<Scalar> {
    let size = shape[1]
    let elements = vectors.elements.map { Double($0) }
    let rows = matrices.indices.flatMap { function($0, Array(elements[$0 * size..<($0 + 1) * size])) }
    return Tensor(shape: shape, elements: rows.map { Scalar($0) })
  }

  /// A symmetric matrix of random numbers.
  static func random(_ size: Int, seed: UInt64) -> [[Double]] {
    let numbers = normalTensor([size, size], seed: seed).elements
    return (0..<size).map { row in
      (0..<size).map { (numbers[row * size + $0] + numbers[$0 * size + row]) / 2 }
    }
  }

  static func diagonal(_ numbers: [Double]) -> [[Double]] {
    numbers.indices.map { row in numbers.indices.map { $0 == row ? numbers[row] : 0 } }
  }
}
