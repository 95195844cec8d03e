public import Dynamics
public import Energies
public import Tensors

/// Checks a descent against the laws of descents.
///
/// The energy falls at every small step, at the rate (dE/dg)ᵀ M (dE/dg) that its gradient and the Hessian M
/// of the Lagrangian predict; with backtracking it never rises. Where contexts are held that is said of each token's own energy
/// in the context that a step starts in. All gradient paths agree with each other and
/// with central differences. Examples do not depend on each other, padding stays and changes nothing, tokens
/// move with their order, and the bits do not depend on the number of threads.
///
///     let report = DescentLaws.check(descent, from: Tokens(values))
///     #expect(report.isSatisfied, "\(report)")
public enum DescentLaws {
  /// Checks a descent that starts at some tokens.
  ///
  /// - Parameters:
  ///   - descent: The descent. Its energy and Lagrangian are also descended in plain steps of other sizes.
  ///   - x: Tokens; two or more examples, three or more tokens, all sizes different.
  ///   - options: What is declared of the energy, and tolerances.
  /// - Cost: About two hundred runs of the descent for each tensor it depends on; made for small sizes and
  ///   few steps.
  public static func check<Function: Energy, Norm: Lagrangian>(
    _ descent: EnergyDescent<Function, Norm>, from x: Tokens<Function.Scalar>,
    options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = DescentCheck(descent: descent, x: x, options: options, findings: Findings(options))
    check.run()
    return check.findings.report(on: "descent of \(descent.energy.name)")
  }
}

/// The checks of one descent from some tokens.
struct DescentCheck<Function: Energy, Norm: Lagrangian> where Function.Scalar == Norm.Scalar {
  typealias Scalar = Function.Scalar
  typealias Descent = EnergyDescent<Function, Norm>
  let descent: Descent
  let x: Tokens<Scalar>
  let options: LawOptions
  var findings: Findings<Scalar>

  var batch: Int { x.values.shape[0] }
  var tokenCount: Int { x.values.shape[1] }
  var dimension: Int { x.values.shape[2] }

  mutating func run() {
    guard checkFinite() else { return }
    checkDescent()
    checkFirstOrder()
    checkBacktracking()
    checkGradientPaths()
    checkThreads()
    let updateState: UpdateState<Scalar> = descent.updateRule.initialState()
    if updateState.random != nil {
      for law in [Law.independentExamples, .padding, .tokenOrder] {
        findings.skip(law, "noise is drawn for the whole batch")
      }
    } else {
      checkExamples()
      checkPadding()
      checkAddedPadding()
      checkTokenOrder()
    }
  }

  /// dE/dg at the start, zero at padding.
  var gradient: Tensor<Scalar> {
    let g = descent.lagrangian.activations(at: x)
    return g.masking(descent.energy.gradient(at: g))
  }

  /// A step size that moves the tokens by about `share` of their size.
  func stepSize(moving share: Double) -> Double {
    let length = gradient.innerProduct(gradient).squareRoot()
    return length > 0 ? share * x.values.innerProduct(x.values).squareRoot() / length : share
  }

  /// Plain steps of the same energy and Lagrangian.
  func plain(_ stepSize: any StepSizeRule, steps: Int) -> Descent {
    Descent(
      of: descent.energy, lagrangian: descent.lagrangian, stepSize: stepSize, stop: .after(steps: steps))
  }

  /// The energy of each example before each step and after the last.
  func energies(_ descent: Descent) -> [[Double]] {
    descent.run(from: x, recording: [.energies]).trajectory.series(of: .total).byStep
  }

  /// How much of a difference of energies may be rounding.
  func rounding(_ energies: [[Double]]) -> Double {
    64 * Double(Scalar.ulpOfOne) * max(magnitude(energies.flatMap { $0 }), 1e-3)
  }

  private mutating func checkFinite() -> Bool {
    findings.check(.finite)
    let result = descent.run(from: x)
    if !result.stopReason.isFinite || !result.tokens.values.isFinite {
      findings.report(.finite, "the descent stopped: \(result.stopReason)")
      return false
    }
    return true
  }

  // MARK: Energies along the way

  private mutating func checkDescent() {
    findings.check(.descent)
    let alpha = stepSize(moving: 1e-3)
    if holdsContexts {
      return expectNoOwnRise(
        .descent, plain(.constant(alpha), steps: 20), "with steps of alpha = \(short(alpha))")
    }
    expectNoRise(
      .descent, energies(plain(.constant(alpha), steps: 20)), "with steps of alpha = \(short(alpha))")
  }

  private mutating func checkBacktracking() {
    findings.check(.backtracking)
    let alpha = stepSize(moving: 10)
    if holdsContexts {
      return expectNoOwnRise(
        .backtracking, plain(.backtracking(from: alpha), steps: 8),
        "with backtracking from alpha = \(short(alpha))")
    }
    expectNoRise(
      .backtracking, energies(plain(.backtracking(from: alpha), steps: 8)),
      "with backtracking from alpha = \(short(alpha))")
  }

  private mutating func expectNoRise(_ law: Law, _ energies: [[Double]], _ occasion: String) {
    let slack = rounding(energies)
    for step in energies.indices.dropFirst() {
      for example in 0..<batch {
        let rise = energies[step][example] - energies[step - 1][example]
        if !(rise <= slack) {
          return findings.report(
            law, "\(occasion), the energy of example \(example) rises by \(short(rise)) at step \(step - 1)")
        }
      }
    }
  }

  /// (E_0 - E_1) / alpha tends to (dE/dg)ᵀ M (dE/dg), with an error proportional to alpha.
  private mutating func checkFirstOrder() {
    findings.check(.firstOrder)
    let variable = x.values.variable()
    let g = descent.lagrangian.activations(at: Tokens(variable, mask: x.mask)).values
    let moved = gradients(of: g, withRespectTo: [variable], cotangent: gradient)[0].detached
    let predicted = (gradient * moved).sum(axes: holdsContexts ? [2] : [1, 2]).elements.map(Double.init)
    let isDouble = Scalar.significandBitCount > 30
    let first = stepSize(moving: isDouble ? 1e-3 : 1e-1)
    let alphas = [first, first / 2, first / 4]
    var slack = 0.0
    let rates = alphas.map { alpha -> [Double] in
      if holdsContexts {
        let own = ownChanges(plain(.constant(alpha), steps: 1))
        slack = max(slack, own.rounding / alpha)
        return own.changes[0].map { -$0 / alpha }
      }
      let found = energies(plain(.constant(alpha), steps: 1))
      slack = max(slack, rounding(found) / alpha)
      return (0..<batch).map { (found[0][$0] - found[1][$0]) / alpha }
    }
    for example in predicted.indices {
      let r = rates.map { $0[example] }
      // Two steps of Richardson extrapolation to alpha = 0.
      let limit = (8 * r[2] - 6 * r[1] + r[0]) / 3
      let expected = predicted[example]
      let allowed = (isDouble ? 1e-4 : 5e-2) * max(abs(expected), magnitude(predicted)) + 8 * slack
      if !(abs(limit - expected) <= allowed) {
        findings.report(
          .firstOrder,
          "\(holdsContexts ? "token" : "example") \(example): the energy falls at the rates \(r.map(short)) "
            + "for alpha = \(alphas.map(short)), "
            + "which tend to \(short(limit)); the gradient predicts \(short(expected))")
      }
    }
  }
}
