import Energies
import Landscapes
import Tensors

/// The checks of one symmetric operator: against inner products, and against its matrix written out.
struct OperatorCheck<Subject: SymmetricOperator> {
  typealias Scalar = Subject.Scalar
  let subject: Subject
  var findings: Findings<Scalar>

  mutating func run() {
    guard checkShapes() else { return }
    let before = findings.violations.count
    checkExamples()
    guard findings.violations.count == before else {
      return findings.skip(.eigenvalues, "examples depend on each other")
    }
    checkSymmetry()
    checkProjection()
    guard findings.violations.count == before else {
      return findings.skip(.eigenvalues, "the operator is not a symmetric one with a projection of its own")
    }
    checkEigenvalues()
  }

  private mutating func randomVectors() -> Tensor<Scalar> { .normal(subject.shape, using: &findings.random) }

  private var axes: [String] { ["example"] + axisNames(Array(subject.shape.dropFirst())) }

  private mutating func checkShapes() -> Bool {
    let v = randomVectors()
    for (what, found) in [("a product", subject.product(v)), ("a projection", subject.projection(v))]
    where found.shape != subject.shape {
      findings.report(.projection, "\(what) has shape \(found.shape), not \(subject.shape)")
      return false
    }
    return true
  }

  /// A product of one example is the same whatever the others are multiplied with.
  private mutating func checkExamples() {
    guard subject.batch > 1 else {
      return findings.skip(.independentExamples, "it takes two examples, not \(subject.batch)")
    }
    let v = randomVectors()
    let product = subject.product(v)
    let size = magnitude(product.elements.map(Double.init))
    for example in 0..<subject.batch {
      let others = randomVectors()
      let rows = (0..<subject.batch).map {
        ($0 == example ? v : others).sliced(axis: 0, $0..<$0 + 1)
      }
      let found = subject.product(.concatenated(rows, axis: 0))
      findings.compare(
        .independentExamples, "the product of example \(example) when other examples change",
        found.sliced(axis: 0, example..<example + 1), to: product.sliced(axis: 0, example..<example + 1),
        of: "that before", axes: ["its row"] + axes.dropFirst(), scale: size)
    }
  }

  private mutating func checkSymmetry() {
    let (u, v) = (randomVectors(), randomVectors())
    let products = (subject.product(u), subject.product(v))
    findings.compare(
      .symmetricHessian, "⟨u, A v⟩", products.1.exampleProducts(u), to: products.0.exampleProducts(v),
      of: "⟨A u, v⟩", axes: ["example"], scale: largestLength(u) * largestLength(products.1))
  }

  private mutating func checkProjection() {
    let (u, v) = (randomVectors(), randomVectors())
    let (part, other) = (subject.projection(v), subject.projection(u))
    findings.compare(
      .projection, "the projection of a projection", subject.projection(part), to: part,
      of: "that projection", axes: axes)
    findings.compare(
      .projection, "⟨u, P v⟩", part.exampleProducts(u), to: other.exampleProducts(v), of: "⟨P u, v⟩",
      axes: ["example"], scale: largestLength(u) * largestLength(v))
    findings.compare(
      .projection, "A P v", subject.product(part), to: subject.projection(subject.product(v)), of: "P A v",
      axes: axes)
  }

  private func largestLength(_ vectors: Tensor<Scalar>) -> Double {
    magnitude(vectors.exampleProducts(vectors).elements.map { Double($0).squareRoot() })
  }

  // MARK: Eigenvalues

  /// The ends of the spectrum by Lanczos against all eigenvalues of Qᵀ A Q, the columns of Q spanning the projections of the unit
  /// vectors.
  private mutating func checkEigenvalues() {
    guard subject.size <= 64 else {
      return findings.skip(
        .eigenvalues, "the matrix is written out for up to 64 numbers an example, not \(subject.size)")
    }
    let (matrices, projections) = (rows(subject.product), rows(subject.projection))
    let found = subject.extremeEigenvalues(
      smallest: 1, largest: 1, tolerance: findings.tolerance, steps: subject.size + 1,
      random: findings.random.child(1))
    findings.check(.eigenvalues)
    for example in 0..<subject.batch {
      let basis = orthonormalBasis(projections[example])
      let images = basis.map { vector in
        matrices[example].map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      let small = basis.map { left in
        images.map { right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      let all = symmetricEigenvalues(small)
      compare("smallest", found[example].smallest.first, all.first, all, example)
      compare("largest", found[example].largest.first, all.last, all, example)
    }
  }

  private mutating func compare(
    _ which: String, _ found: Eigenpair<Scalar>?, _ expected: Double?, _ all: [Double], _ example: Int
  ) {
    guard let found, let expected else {
      if (found == nil) != (expected == nil) {
        findings.report(
          .eigenvalues, "of example \(example) only one of the two ways finds any eigenvalue at all")
      }
      return
    }
    let allowed = findings.tolerance * max(magnitude(all), 1e-3) * 4
    if !(abs(found.value - expected) <= allowed) {
      findings.report(
        .eigenvalues,
        "the \(which) eigenvalue of example \(example) is \(short(found.value)) by Lanczos and \(short(expected)) "
          + "of the matrix of \(all.count) directions")
    }
  }

  /// For each example the images of the unit vectors, one a row.
  private func rows(_ map: (Tensor<Scalar>) -> Tensor<Scalar>) -> [[[Double]]] {
    let (batch, size) = (subject.batch, subject.size)
    let images = (0..<size).map { index -> [Double] in
      let numbers = (0..<batch * size).map { Scalar($0 % size == index ? 1 : 0) }
      return map(Tensor(shape: subject.shape, elements: numbers)).elements.map(Double.init)
    }
    return (0..<batch).map { example in
      images.map { Array($0[example * size..<(example + 1) * size]) }
    }
  }

  /// Vectors of length 1 at right angles that span the given ones, by Gram and Schmidt, twice for each.
  private func orthonormalBasis(_ vectors: [[Double]]) -> [[Double]] {
    let least = Double(Scalar.ulpOfOne).squareRoot()
    var basis: [[Double]] = []
    for vector in vectors {
      var rest = vector
      for _ in 0..<2 {
        for other in basis {
          let share = zip(rest, other).reduce(0) { $0 + $1.0 * $1.1 }
          rest = zip(rest, other).map { $0 - share * $1 }
        }
      }
      let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > least { basis.append(rest.map { $0 / length }) }
    }
    return basis
  }
}

extension Tensor {
  /// The inner product of each example's numbers with those of another tensor, [batch], in double precision.
  func exampleProducts(_ other: Tensor) -> Tensor {
    let products = (0..<shape[0]).map { example in
      sliced(axis: 0, example..<example + 1).innerProduct(other.sliced(axis: 0, example..<example + 1))
    }
    return Tensor(shape: [shape[0]], elements: products.map { Scalar($0) })
  }
}
