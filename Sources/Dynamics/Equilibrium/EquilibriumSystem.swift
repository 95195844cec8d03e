import Energies
import Foundations
import Tensors

/// The linear system that says how a descent's rest moves when something that the energy depends on does.
///
/// A descent rests where the part of F = dE/dg [+ x] that moves activations is zero. Seen from the tokens that is a point where
/// the derivative M F of E(g(x)) [+ ⟨x, g⟩ - L(x)] vanishes, M = dg/dx, and its Hessian
///
///     A = M (d²E/dg²) M  [+ M]  + ⟨F, d²g/dx²⟩
///
/// is symmetric. A change of the energy that adds f to F moves the rest by A dx = -M f. So a loss with dL/dx = c has, with
/// A w = c and u = M w, the derivative -⟨u, f⟩.
///
/// Where a descent brings its tokens back after every step, g(x) stands for the activations of the tokens brought back, which no
/// change of mean or length moves: A has then nothing of a norm's epsilon.
///
/// - Source: The implicit function theorem; ⟨F, d²g/dx²⟩ is the curvature of the set of activations.
struct EquilibriumSystem<Function: Energy, Norm: Lagrangian> where Function.Scalar == Norm.Scalar {
  typealias Scalar = Function.Scalar
  let descent: EnergyDescent<Function, Norm>
  let form: any ClosedFormEnergy<Scalar>
  /// The tokens at rest and their activations, constants.
  let tokens: Tokens<Scalar>
  let activations: Activations<Scalar>
  /// F.
  let force: Tensor<Scalar>
  /// 1 where a number of the tokens moves, 0 where it is held; nil where all move.
  let moving: Tensor<Scalar>?

  /// The system at tokens of a descent whose parameters are constants.
  init(_ descent: EnergyDescent<Function, Norm>, at tokens: Tokens<Scalar>) {
    self.descent = descent
    form = descent.energy.derivatives
    self.tokens = descent.bringsTokensBack ? descent.lagrangian.retracted(tokens) : tokens
    let found = descent.evaluate(self.tokens)
    activations = found.activations
    force = found.gradient
    moving = descent.moving
  }

  /// The part of a direction of the tokens that moves activations and is not held.
  func tangent(_ direction: Tensor<Scalar>) -> Tensor<Scalar> {
    let part = descent.lagrangian.tangent(moving.map { direction * $0 } ?? direction, at: tokens)
    return moving.map { part * $0 } ?? part
  }

  /// A w, for a tangent w; the part of it that is a tangent.
  func product(_ direction: Tensor<Scalar>) -> Tensor<Scalar> {
    let change = product(descent.lagrangian, direction, at: tokens.values).detached
    // Nested, since M itself is differentiated.
    let curved = gradient(at: tokens.values) { values in
      (product(descent.lagrangian, direction, at: values) * force).sum()
    }
    let u = activations.masking(change)
    var bent = form.gradientPullback(at: activations, direction: u).hessianVectorProduct
    if descent.includesNeuronEnergy { bent = bent + tangent(direction) }
    return tangent(product(descent.lagrangian, bent, at: tokens.values).detached + curved.detached)
  }

  /// g at tokens, brought back where the descent does that.
  private func activations(_ lagrangian: Norm, at values: Tensor<Scalar>) -> Tensor<Scalar> {
    let x = Tokens(values, mask: tokens.mask)
    return lagrangian.activations(at: descent.bringsTokensBack ? lagrangian.retracted(x) : x).values
  }

  /// M v, which can be differentiated.
  private func product(
    _ lagrangian: Norm, _ direction: Tensor<Scalar>, at values: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    gradient(at: values) { (activations(lagrangian, at: $0) * direction).sum() }
  }

  /// The derivatives of a loss by the first tokens, where they are held, the energy's dependencies and the Lagrangian's
  /// parameters.
  ///
  /// - Parameter cotangent: c, by the tokens at rest.
  func pullback(
    _ cotangent: Tensor<Scalar>, _ solve: ImplicitGradient
  ) -> [Tensor<Scalar>] {
    let right = tangent(cotangent)
    let found = MinimalResidual(
      of: right, tolerance: solve.tolerance, limit: solve.maximumIterations, product: product)
    let worst = found.residuals.max() ?? 0
    require(
      worst <= solve.acceptedResidual,
      "the system of an implicit gradient was left with a residual of \(worst) after \(found.iterations) iterations: the "
        + "rest is not isolated, or more iterations are needed")
    if !solve.allowsSaddles { requireMinimum(found) }
    let w = found.solution
    let change = product(descent.lagrangian, w, at: tokens.values).detached
    requireSeparate(change)
    let through = form.gradientPullback(at: activations, direction: -activations.masking(change))
    // Of the equation M F = 0, once by M and once by g, with the dependencies held still.
    let parameters = descent.lagrangian.parameters
    func lagrangian(_ values: [Tensor<Scalar>]) -> Norm {
      descent.lagrangian.with(ParameterValues(names: parameters.names, values: Array(values.dropFirst())))
    }
    let points = [tokens.values] + parameters.values
    let ofChange = valueWithGradients(at: points) { values in
      (product(lagrangian(values), w, at: values[0]) * force).sum()
    }.gradients
    let ofActivations = valueWithGradients(at: points) { values in
      (activations(lagrangian(values), at: values[0]) * through.hessianVectorProduct).sum()
    }.gradients
    let ofParameters = parameters.values.indices.map { ofActivations[$0 + 1] - ofChange[$0 + 1] }
    return [held(cotangent, ofActivations[0])] + through.dependencies + ofParameters
  }

  /// A negative curvature says that the rest is no minimum; within rounding of 0 it says nothing.
  private func requireMinimum(_ found: MinimalResidual<Scalar>) {
    let rounding = Double(Scalar.ulpOfOne.squareRoot())
    for (example, curvature) in found.curvatures.enumerated() {
      require(
        curvature.lowest >= -rounding * curvature.largest,
        "an implicit gradient at the rest of example \(example), which is no minimum: the energy bends downwards along a "
          + "direction, by \(curvature.lowest). Run to a minimum, or allow saddles in ImplicitGradient")
    }
  }

  /// Held numbers have activations of their own: moving ones do not change them.
  private func requireSeparate(_ change: Tensor<Scalar>) {
    guard let moving else { return }
    let leaked = (change * (1 - moving)).absoluteValue()
    require(
      leaked.elements.allSatisfy {
        $0 <= 1e-3 * change.absoluteValue().reshaped([change.count]).maximum(axis: 0).scalar
      },
      "an implicit gradient needs whole tokens held where the Lagrangian, \(Norm.self), couples a token's numbers"
    )
  }

  /// What reaches the first tokens: nothing but at numbers that stayed where they were.
  private func held(_ cotangent: Tensor<Scalar>, _ through: Tensor<Scalar>) -> Tensor<Scalar> {
    guard let moving else { return .zeros(cotangent.shape) }
    return (cotangent + through).detached * (1 - moving)
  }
}
