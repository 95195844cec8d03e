public import Energies
public import Landscapes
public import Tensors

/// Checks the landscape of an energy: its slope, its Hessian and its spectrum, each against something that does not use them.
///
/// With x(t) = x + t u, g(t) the activations there, w = dg/dt at t = 0, r the residual and H the Hessian:
///
///     dF/dt = ⟨r, w⟩        H w = P dr/dt        d²/dt² (F - ⟨r, g⟩) = ⟨w, H w⟩ with r held still
///
/// by central differences along the curve, which lies on the set of activations whatever u is. Besides: tangents are what
/// activations can do and nothing else; what is held does not move; an example depends on no other; padding plays no part; and H
/// keeps the laws of ``check(_:options:)``.
///
///     let report = LandscapeLaws.check(EnergyLandscape(of: descent), at: Tokens(values))
///     #expect(report.isSatisfied, "\(report)")
///
/// The epsilon of a norm lets activations move a little along what the landscape takes out: then pass a
/// `differenceTolerance` above epsilon over the variance of a token.
///
/// - Source: Absil, Mahony and Sepulchre, "Optimization algorithms on matrix manifolds", 2008, sections 5.3 and 5.5.
public enum LandscapeLaws {
  /// Checks a landscape at some tokens, at rest or not.
  ///
  /// - Parameters:
  ///   - landscape: The landscape, of an energy and a Lagrangian built in or one's own.
  ///   - x: Tokens that they are meant for; two or more examples, three or more tokens, all sizes different.
  ///   - options: Tolerances; what is declared of tokens plays no part.
  /// - Cost: About thirty energies, gradients and products, and a product and a projection for each number of an example; made for
  ///   small sizes, in double precision.
  public static func check<Function: Energy, Norm: Lagrangian>(
    _ landscape: EnergyLandscape<Function, Norm>, at x: Tokens<Function.Scalar>,
    options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = LandscapeCheck(landscape: landscape, x: x, findings: Findings(options))
    check.run()
    return check.findings.report(on: "landscape of \(landscape.energy.name)")
  }

  /// Checks a symmetric operator, such as one's own whose eigenvalues are asked for.
  ///
  /// It is symmetric, a product of one example depends on no other, its projection is a symmetric one that it commutes with, and
  /// the smallest and largest eigenvalue by Lanczos are those of the matrix that its products with unit vectors make, by Jacobi
  /// rotations.
  ///
  /// - Parameters:
  ///   - subject: The operator, of two or more examples.
  ///   - options: Tolerances.
  /// - Cost: Two products and a projection for each number of an example.
  public static func check<Subject: SymmetricOperator>(
    _ subject: Subject, options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = OperatorCheck(subject: subject, findings: Findings(options))
    check.run()
    return check.findings.report(on: "\(Subject.self)")
  }
}

/// The checks of one landscape at some tokens.
struct LandscapeCheck<Function: Energy, Norm: Lagrangian> where Function.Scalar == Norm.Scalar {
  typealias Scalar = Function.Scalar
  let landscape: EnergyLandscape<Function, Norm>
  let x: Tokens<Scalar>
  var findings: Findings<Scalar>

  var batch: Int { x.values.shape[0] }
  var tokenCount: Int { x.values.shape[1] }

  mutating func run() {
    guard checkValues() else { return }
    checkExamples()
    checkPadding()
    checkHeld()
    // What follows takes one example, and what is held, by itself.
    let broken = Set(findings.violations.map(\.law)).intersection([.independentExamples, .held])
    guard broken.isEmpty else {
      for law in [Law.tangent, .gradient, .hessian, .symmetricHessian, .projection, .eigenvalues] {
        findings.skip(law, "something moves that should not")
      }
      return
    }
    checkTangents()
    checkCurve()
    var check = OperatorCheck(subject: landscape.hessian(at: x), findings: findings)
    check.run()
    findings = check.findings
  }

  mutating func randomValues(scale: Double = 1) -> Tensor<Scalar> {
    .normal(x.values.shape, standardDeviation: scale, using: &findings.random)
  }

  private mutating func checkValues() -> Bool {
    findings.check(.oneNumberPerExample)
    let values = landscape.energies(at: x)
    guard values.shape == [batch] else {
      findings.report(
        .oneNumberPerExample, "the energy has shape \(values.shape), not [\(batch)], the number of examples")
      return false
    }
    findings.check(.finite)
    let residual = landscape.residual(at: x)
    for (what, tensor) in [("the energy", values), ("the residual", residual)]
    where !tensor.elements.allSatisfy(\.isFinite) {
      findings.report(.finite, "\(what) is not finite")
      return false
    }
    return true
  }

  // MARK: What plays no part

  /// The energies, the residual and a product with the Hessian.
  private func readings(
    at x: Tokens<Scalar>, _ direction: Tensor<Scalar>
  ) -> [(what: String, value: Tensor<Scalar>, axes: [String])] {
    [
      ("the energy", landscape.energies(at: x), ["example"]),
      ("the residual", landscape.residual(at: x), tokenAxes),
      ("the Hessian-vector product", landscape.hessian(at: x).product(direction), tokenAxes),
    ]
  }

  private mutating func checkExamples() {
    guard batch > 1 else { return findings.skip(.independentExamples, "it takes two examples, not \(batch)") }
    let direction = randomValues()
    let before = readings(at: x, direction)
    for example in 0..<batch {
      let (others, otherDirections) = (randomValues(), randomValues())
      func keeping(_ kept: Tensor<Scalar>, _ others: Tensor<Scalar>) -> Tensor<Scalar> {
        let rows = (0..<batch).map { ($0 == example ? kept : others).sliced(axis: 0, $0..<$0 + 1) }
        return .concatenated(rows, axis: 0)
      }
      let changed = Tokens(keeping(x.values, others), mask: x.mask)
      let after = readings(at: changed, keeping(direction, otherDirections))
      let row = example..<example + 1
      for (found, expected) in zip(after, before) {
        findings.compare(
          .independentExamples, "\(found.what) of example \(example) when other examples change",
          found.value.sliced(axis: 0, row), to: expected.value.sliced(axis: 0, row), of: "that before",
          axes: ["its row"] + found.axes.dropFirst(),
          scale: magnitude(expected.value.elements.map(Double.init)))
      }
    }
  }

  /// What padding holds does not matter, and nothing moves there.
  private mutating func checkPadding() {
    var real = x.mask?.isReal ?? [Bool](repeating: true, count: batch * tokenCount)
    if !real.contains(false) { real[tokenCount - 1] = false }
    let mask = TokenMask(batch: batch, tokenCount: tokenCount, isReal: real)
    let column: Tensor<Scalar> = mask.tensor().reshaped([batch, tokenCount, 1])
    let direction = randomValues()
    let filled = (0..<2).map { _ in
      (
        tokens: Tokens(x.values * column + randomValues(scale: 3) * (1 - column), mask: mask),
        direction: direction * column + randomValues(scale: 3) * (1 - column)
      )
    }
    let found = filled.map { readings(at: $0.tokens, $0.direction) }
    for (first, second) in zip(found[0], found[1]) {
      findings.compare(
        .padding, "\(second.what) with other values in padding", second.value, to: first.value,
        of: "that before", axes: first.axes)
      guard first.axes == tokenAxes else { continue }
      findings.compare(
        .padding, "\(first.what) at padding", first.value * (1 - column), to: .zeros(x.values.shape),
        of: "nothing", axes: tokenAxes)
    }
  }

  private mutating func checkHeld() {
    guard let moves = landscape.moves else { return }
    let held = 1 - moves
    let direction = randomValues()
    let change = landscape.lagrangian.hessianProduct(mover(), at: x).detached
    let hessian = landscape.hessian(at: x)
    let product = hessian.product(direction)
    for (what, value, scale) in [
      ("what moving tokens change of the activations of held ones", change, change),
      ("the residual of what is held", landscape.residual(at: x), change),
      ("the Hessian-vector product of what is held", product, product),
    ] {
      findings.compare(
        .held, what, value * held, to: .zeros(x.values.shape), of: "nothing", axes: tokenAxes,
        scale: magnitude(scale.elements.map(Double.init)))
    }
    findings.compare(
      .held, "the Hessian along what is held", hessian.product(direction * held), to: .zeros(x.values.shape),
      of: "nothing", axes: tokenAxes, scale: magnitude(product.elements.map(Double.init)))
  }

  /// Random moves of the tokens that are real and not held.
  mutating func mover() -> Tensor<Scalar> {
    let values = randomValues()
    let real = x.mask.map { values * $0.tensor().reshaped([$0.batch, $0.tokenCount, 1]) } ?? values
    return landscape.moves.map { real * $0 } ?? real
  }
}
