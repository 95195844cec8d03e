public import Dynamics
public import Energies
public import Tensors

/// Checks the rest of a descent and its implicit gradient.
///
/// The descent comes to rest, and the derivatives of the rest that the implicit path solves for are those of the rest itself:
/// central differences of a loss at the rest found anew after every change of a parameter or of the context.
///
///     let report = EquilibriumLaws.check(descent, from: Tokens(values))
///     #expect(report.isSatisfied, "\(report)")
public enum EquilibriumLaws {
  /// Checks a descent whose stopping rule ends it at rest.
  ///
  /// - Parameters:
  ///   - descent: The descent, with ``Dynamics/StoppingRule/rest(below:)`` beside a number of steps that is large enough.
  ///   - x: Tokens from which it comes to an isolated rest.
  ///   - options: Tolerances.
  /// - Cost: Eight descents for each tensor it depends on, each from the rest that was found first.
  public static func check<Function: Energy, Norm: Lagrangian>(
    _ descent: EnergyDescent<Function, Norm>, from x: Tokens<Function.Scalar>,
    options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = EquilibriumCheck(descent: descent, x: x, findings: Findings(options))
    check.run()
    return check.findings.report(on: "rest of \(descent.energy.name)")
  }
}

private struct EquilibriumCheck<Function: Energy, Norm: Lagrangian> where Function.Scalar == Norm.Scalar {
  typealias Scalar = Function.Scalar
  let descent: EnergyDescent<Function, Norm>
  let x: Tokens<Scalar>
  var findings: Findings<Scalar>

  mutating func run() {
    findings.check(.rest)
    let result = detached(descent).run(from: x)
    guard result.stopReason.isFinite else {
      return findings.report(.rest, "the descent stopped: \(result.stopReason)")
    }
    let residual = descent.restResiduals(at: result.tokens).max() ?? 0
    let scale = descent.restResiduals(at: x).max() ?? 0
    guard residual <= findings.tolerance * max(scale, 1e-3) else {
      return findings.report(
        .rest,
        "after \(result.steps) steps the tangential gradient still holds \(short(residual)), at the start it held "
          + short(scale))
    }
    checkGradient(at: result.tokens)
  }

  private func detached(_ descent: EnergyDescent<Function, Norm>) -> EnergyDescent<Function, Norm> {
    var copy = descent
    copy.gradientPath = .detached
    return copy
  }

  /// The descent with other dependencies of its energy and parameters of its Lagrangian.
  private func descent(_ inputs: [Tensor<Scalar>], _ path: GradientPath) -> EnergyDescent<Function, Norm> {
    let names = descent.lagrangian.parameters.names
    var copy = descent
    copy.gradientPath = path
    copy.energy = descent.energy.replacing(inputs.dropLast(names.count))
    copy.lagrangian = descent.lagrangian.with(
      ParameterValues(names: names, values: Array(inputs.suffix(names.count))))
    return copy
  }

  private mutating func checkGradient(at rest: Tokens<Scalar>) {
    findings.check(.implicitGradient)
    let (energy, lagrangian) = (descent.energy.dependencies, descent.lagrangian.parameters)
    let names = energy.names + lagrangian.names.map { "lagrangian.\($0)" }
    let points = energy.values + lagrangian.values
    guard !points.isEmpty else {
      return findings.skip(.implicitGradient, "neither energy nor Lagrangian holds a tensor")
    }
    let weights = Tensor<Scalar>.normal(rest.values.shape, using: &findings.random)
    var path = GradientPath.implicit(
      ImplicitGradient(tolerance: findings.tolerance, acceptedResidual: 1, allowsSaddles: true))
    if case .implicit = descent.gradientPath { path = descent.gradientPath }
    let copy = self
    let found = valueWithGradients(at: points) {
      (copy.descent($0, path).run(from: rest).activations.values * weights).sum()
    }.gradients
    for (index, name) in names.enumerated() {
      let direction = Tensor<Scalar>.normal(points[index].shape, using: &findings.random)
      let slope = Tensor<Scalar>(Scalar(found[index].innerProduct(direction)))
      findings.compareAlongDirection(
        .implicitGradient, "the implicit derivative by \(name) along a direction", slope, axes: []
      ) { offset in
        var moved = points
        moved[index] = moved[index] + direction * offset
        return (copy.descent(moved, .detached).run(from: rest).activations.values * weights).sum()
      }
    }
  }
}
