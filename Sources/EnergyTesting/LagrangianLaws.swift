public import Energies
public import Tensors

/// Checks a Lagrangian against the laws of Lagrangians.
///
/// One finite number per example, the sum over its tokens; the activation is its gradient; the Hessian is
/// symmetric and has no negative eigenvalue, so that a descent goes down; padding counts as nothing; the
/// gradient of the Legendre transform by the activation is the token.
///
///     let report = LagrangianLaws.check(LayerNormLagrangian(dimension: 5), at: Tokens(values))
///     #expect(report.isSatisfied, "\(report)")
public enum LagrangianLaws {
  /// Checks a Lagrangian at some tokens.
  ///
  /// - Parameters:
  ///   - lagrangian: The Lagrangian, built in or one's own.
  ///   - x: Tokens that it is meant for; two or more examples, three or more tokens, all sizes different.
  ///   - options: Tolerances; what is declared of tokens plays no part.
  public static func check<Norm: Lagrangian>(
    _ lagrangian: Norm, at x: Tokens<Norm.Scalar>, options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = LagrangianCheck(lagrangian: lagrangian, x: x, findings: Findings(options))
    check.run()
    return check.findings.report(on: "\(Norm.self)")
  }
}

/// The checks of one Lagrangian at some tokens.
struct LagrangianCheck<Norm: Lagrangian> {
  typealias Scalar = Norm.Scalar
  let lagrangian: Norm
  let x: Tokens<Scalar>
  var findings: Findings<Scalar>

  var batch: Int { x.values.shape[0] }
  var tokenCount: Int { x.values.shape[1] }
  var dimension: Int { x.values.shape[2] }

  /// Whether each token is real, example by example.
  var flags: [Bool] { x.mask?.isReal ?? [Bool](repeating: true, count: batch * tokenCount) }

  mutating func run() {
    guard checkValues() else { return }
    findings.check(.visiting)
    let visits = TensorVisits<Scalar>(lagrangian, constants: findings.options.constants) {
      $0.visitParameters($1)
    }
    for problem in visits.problems { findings.report(.visiting, problem) }
    checkTokens()
    checkPadding()
    checkActivation()
    checkHessian()
    checkEigenvalues()
    checkLegendre()
    checkTangents()
    checkCurvature()
    if visits.areSound { checkParameters() }
  }

  func moved(_ values: Tensor<Scalar>) -> Tokens<Scalar> { Tokens(values, mask: x.mask) }

  func activations(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    lagrangian.activations(at: moved(values)).values
  }

  mutating func randomValues(scale: Double = 1) -> Tensor<Scalar> {
    .normal(x.values.shape, standardDeviation: scale, using: &findings.random)
  }

  private mutating func checkValues() -> Bool {
    findings.check(.oneNumberPerExample)
    let value = lagrangian.value(at: x)
    guard value.shape == [batch] else {
      findings.report(
        .oneNumberPerExample, "the value has shape \(value.shape), not [\(batch)], the number of examples")
      return false
    }
    let g = lagrangian.activations(at: x).values
    guard g.shape == x.values.shape else {
      findings.report(.activation, "the activation has shape \(g.shape), not \(x.values.shape)")
      return false
    }
    findings.check(.finite)
    for (what, tensor, axes) in [("the value", value, ["example"]), ("the activation", g, tokenAxes)] {
      guard let position = tensor.elements.firstIndex(where: { !$0.isFinite }) else { continue }
      let words = positionWords(position, shape: tensor.shape, axes: axes)
      findings.report(.finite, "\(what) is \(tensor.elements[position]) at \(words)")
      return false
    }
    return true
  }

  /// The value is a sum over tokens, and each activation is its token's own.
  private mutating func checkTokens() {
    findings.check(.independentTokens)
    var sum = Tensor<Scalar>.zeros([batch])
    var rows: [Tensor<Scalar>] = []
    for token in 0..<tokenCount {
      let isReal = (0..<batch).map { flags[$0 * tokenCount + token] }
      let alone = Tokens(
        x.values.sliced(axis: 1, token..<token + 1),
        mask: TokenMask(batch: batch, tokenCount: 1, isReal: isReal))
      sum = sum + lagrangian.value(at: alone)
      rows.append(lagrangian.activations(at: alone).values)
    }
    findings.compare(
      .sumOfTokens, "the value", lagrangian.value(at: x), to: sum, of: "the sum over tokens given one by one",
      axes: ["example"])
    findings.compare(
      .independentTokens, "the activation", lagrangian.activations(at: x).values,
      to: .concatenated(rows, axis: 1), of: "that of tokens given one by one", axes: tokenAxes)
    guard batch > 1 else { return findings.skip(.independentExamples, "it takes two examples, not \(batch)") }
    let parts = (0..<batch).map { x.examples($0..<$0 + 1) }
    findings.compare(
      .independentExamples, "the value", lagrangian.value(at: x),
      to: .concatenated(parts.map { lagrangian.value(at: $0) }, axis: 0),
      of: "that of examples given one by one", axes: ["example"])
  }

  private mutating func checkPadding() {
    var real = flags
    if !real.contains(false) { real[tokenCount - 1] = false }
    let mask = TokenMask(batch: batch, tokenCount: tokenCount, isReal: real)
    let column: Tensor<Scalar> = mask.tensor().reshaped([batch, tokenCount, 1])
    let filled = (0..<2).map { _ in
      Tokens(x.values * column + randomValues(scale: 3) * (1 - column), mask: mask)
    }
    findings.compare(
      .padding, "the value with other numbers in padding", lagrangian.value(at: filled[1]),
      to: lagrangian.value(at: filled[0]), of: "that before", axes: ["example"])
    let g = filled.map { lagrangian.activations(at: $0) }
    findings.compare(
      .padding, "the activation with other numbers in padding", g[1].values, to: g[0].values,
      of: "that before", axes: tokenAxes)
    if g[0].mask != mask { findings.report(.padding, "the activations do not carry the mask of the tokens") }
    let elements = g[0].values.elements
    findings.expectZero(
      .padding, "the activation of padding",
      elements.indices.filter { !real[$0 / dimension] }.map {
        (positionWords($0, shape: x.values.shape, axes: tokenAxes), Double(elements[$0]))
      })
    checkPaddingOnly(column: 1 - column, x.values, real)
  }

  /// An example of nothing but padding has the value 0.
  private mutating func checkPaddingOnly(column: Tensor<Scalar>, _ values: Tensor<Scalar>, _ real: [Bool]) {
    let none = TokenMask(
      batch: batch, tokenCount: tokenCount, isReal: [Bool](repeating: false, count: real.count))
    let found = lagrangian.value(at: Tokens(values, mask: none)).elements
    findings.expectZero(
      .padding, "the value of padding alone", found.enumerated().map { ("example \($0)", Double($1)) })
  }
}
