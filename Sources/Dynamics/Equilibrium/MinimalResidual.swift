import Foundations
package import Tensors

/// Solutions of symmetric systems A w = b, one an example, by the method of minimal residuals.
///
/// A is known by its products alone and may be indefinite or singular; of a singular system whose right side lies in the
/// range of A the solution without a part in its kernel is found. Each example has its own coefficients and stops by
/// itself.
///
/// - Source: Paige and Saunders 1975, algorithm MINRES.
/// - Cost: One product an iteration, and six stored vectors.
package struct MinimalResidual<Scalar: TensorScalar> {
  /// w, of the shape of b.
  package private(set) var solution: Tensor<Scalar>
  /// |A w - b| / |b| of each example, as the recurrence has it; 0 where b is 0.
  package private(set) var residuals: [Double]
  /// The number of products.
  package private(set) var iterations = 0
  /// For each example the lowest ⟨v, A v⟩ of the orthonormal vectors that the method went through, below 0 where A is not positive
  /// semi-definite, and the largest absolute value; both 0 where there was no vector.
  package private(set) var curvatures: [(lowest: Double, largest: Double)]

  /// Solves until the residual of every example is at most `tolerance`, or for `limit` iterations.
  ///
  /// - Parameter product: A v of all examples.
  package init(
    of right: Tensor<Scalar>, tolerance: Double, limit: Int,
    product: (Tensor<Scalar>) -> Tensor<Scalar>
  ) {
    let batch = right.shape[0]
    var examples = Self.norms(right).map(Example.init(length:))
    var (r1, r2, y) = (right, right, right)
    var (w, before) = (Tensor<Scalar>.zeros(right.shape), Tensor<Scalar>.zeros(right.shape))
    solution = .zeros(right.shape)
    func column(_ value: (Example) -> Double) -> Tensor<Scalar> {
      Tensor(shape: [batch, 1, 1], elements: examples.map { Scalar($0.isDone ? 0 : value($0)) })
    }
    while iterations < limit {
      for index in examples.indices { examples[index].stop(at: tolerance) }
      if examples.allSatisfy(\.isDone) { break }
      let v = y * column { 1 / $0.beta }
      y = product(v)
      if iterations > 0 { y = y - r1 * column { $0.beta / $0.betaBefore } }
      let curvatures = Self.products(v, y)
      for index in examples.indices where !examples[index].isDone {
        examples[index].alpha = curvatures[index]
      }
      y = y - r2 * column { $0.alpha / $0.beta }
      (r1, r2) = (r2, y)
      let lengths = Self.norms(y)
      for index in examples.indices where !examples[index].isDone { examples[index].rotate(lengths[index]) }
      let next = (v - before * column(\.epsilonBefore) - w * column(\.delta)) * column { 1 / $0.gamma }
      (before, w) = (w, next)
      solution = solution + w * column(\.phi)
      iterations += 1
    }
    residuals = examples.map { $0.length > 0 ? $0.phiBar / $0.length : 0 }
    curvatures = examples.map(\.curvatures)
  }

  /// |v| of each example.
  private static func norms(_ v: Tensor<Scalar>) -> [Double] { products(v, v).map { $0.squareRoot() } }

  /// ⟨a, b⟩ of each example, in double precision.
  private static func products(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> [Double] {
    (0..<a.shape[0]).map { a.sliced(axis: 0, $0..<$0 + 1).innerProduct(b.sliced(axis: 0, $0..<$0 + 1)) }
  }
}

/// The recurrence of one example, with the letters of Paige and Saunders.
private struct Example {
  /// |b|.
  let length: Double
  var alpha = 0.0
  var (beta, betaBefore) = (0.0, 0.0)
  var (delta, deltaBar) = (0.0, 0.0)
  var (epsilon, epsilonBefore) = (0.0, 0.0)
  var gamma = 1.0
  var (phi, phiBar) = (0.0, 0.0)
  var (cosine, sine) = (-1.0, 0.0)
  var curvatures = (lowest: 0.0, largest: 0.0)
  var isDone = false

  init(length: Double) {
    self.length = length
    (beta, phiBar) = (length, length)
  }

  /// Whether the residual is small enough, or no further direction is left.
  mutating func stop(at tolerance: Double) {
    if phiBar <= tolerance * length || beta <= 1e-15 * length { isDone = true }
  }

  /// Takes the next column of the tridiagonal matrix into its triangular factor; `next` is the length below its diagonal.
  mutating func rotate(_ next: Double) {
    curvatures.lowest = curvatures.largest == 0 ? alpha : min(curvatures.lowest, alpha)
    curvatures.largest = max(curvatures.largest, abs(alpha))
    (betaBefore, beta) = (beta, next)
    epsilonBefore = epsilon
    delta = cosine * deltaBar + sine * alpha
    let gammaBar = sine * deltaBar - cosine * alpha
    epsilon = sine * beta
    deltaBar = -cosine * beta
    gamma = max((gammaBar * gammaBar + beta * beta).squareRoot(), .leastNormalMagnitude)
    (cosine, sine) = (gammaBar / gamma, beta / gamma)
    (phi, phiBar) = (cosine * phiBar, sine * phiBar)
  }
}
