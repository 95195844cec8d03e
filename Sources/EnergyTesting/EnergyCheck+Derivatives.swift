import Energies
import Tensors

/// First and second derivatives, in every way there is.
extension EnergyCheck {
  mutating func checkGradient() {
    if let held = heldByToken { return checkGradient(holdingContexts: held) }
    let (energy, g) = (energy, g)
    let differentiated = gradient(g)
    findings.compareWithDifferences(
      .gradient, "the gradient", differentiated, at: g.values, axes: tokenAxes
    ) { energy.energy(at: g.with($0)).elements.map(Double.init) }
    compareClosedForm(with: differentiated)
  }

  mutating func compareClosedForm(with differentiated: Tensor<Scalar>) {
    guard let closed else { return }
    let found = closed.energyAndGradient(at: g)
    findings.compare(
      .closedForm, "the closed-form energy", found.energy.total, to: energy.energy(at: g), of: "the energy",
      axes: ["example"])
    findings.compare(
      .closedForm, "the closed-form gradient", found.gradient, to: differentiated, of: "differentiation",
      axes: tokenAxes)
  }

  mutating func checkHessian() {
    if heldByToken != nil { return checkJacobian() }
    let directions = [g.masking(randomValues()), g.masking(randomValues())]
    let (energy, g) = (energy, g)
    let products = directions.map { hessianVectorProduct($0) }
    findings.compareAlongDirection(
      .hessian, "the Hessian-vector product", products[0], axes: tokenAxes
    ) { energy.differentiatedGradient(at: g.with(g.values + directions[0] * $0)) }
    compareSymmetry("by differentiation", directions, products)
    guard let closed else { return }
    let found = directions.map { closed.gradientPullback(at: g, direction: $0).hessianVectorProduct }
    findings.compare(
      .closedForm, "the closed-form Hessian-vector product", found[0], to: products[0], of: "differentiation",
      axes: tokenAxes)
    compareSymmetry("of the closed form", directions, found)
    let slopes = directions.map { direction in
      CentralDifference(
        step: findings.steps[findings.steps.count - 1], precision: Scalar.self
      ) {
        closed.energyAndGradient(at: g.with(g.values + direction * Scalar($0))).gradient.elements.map(
          Double.init)
      }
    }
    compareSymmetry(
      "of the closed-form gradient, by central differences", directions,
      slopes.map { Tensor(shape: g.values.shape, elements: $0.slopes.map { Scalar($0) }) },
      tolerance: findings.differenceTolerance + slopes[0].rounding)
  }

  private func hessianVectorProduct(_ direction: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensors.gradient(at: g.values) { values in
      (energy.differentiatedGradient(at: g.with(values)) * direction).sum()
    }
  }

  /// <u, H v> = <v, H u>: only the derivative of one energy has a symmetric derivative.
  private mutating func compareSymmetry(
    _ which: String, _ directions: [Tensor<Scalar>], _ products: [Tensor<Scalar>], tolerance: Double? = nil
  ) {
    findings.check(.symmetricHessian)
    guard products.allSatisfy({ $0.shape == g.values.shape }) else { return }
    let a = directions[0].innerProduct(products[1])
    let b = directions[1].innerProduct(products[0])
    let sizes = (0..<2).map { directions[$0].innerProduct(directions[$0]).squareRoot() }
    let lengths = (0..<2).map { products[$0].innerProduct(products[$0]).squareRoot() }
    let allowed = (tolerance ?? findings.tolerance) * max(sizes[0] * lengths[1], sizes[1] * lengths[0], 1e-3)
    if !(abs(a - b) <= allowed) {
      findings.report(
        .symmetricHessian,
        "\(which), <u, Hv> is \(short(a)) and <v, Hu> is \(short(b)): "
          + "the gradient is not the derivative of one energy"
      )
    }
  }

  // MARK: Parameters and context

  mutating func checkDependencies() {
    guard !dependencies.isEmpty else { return }
    findings.check(.parameterDerivatives)
    let direction = g.masking(randomValues())
    let values = dependencies.map(\.value)
    let first = valueWithGradients(at: values) { energy.replacing($0).energy(at: g).sum() }.gradients
    let mixed = mixedDerivatives(energy, values, direction)
    for index in values.indices {
      compareWithDifferences(index, first[index], mixed[index], direction)
    }
    guard let closed else { return }
    let found = closed.gradientPullback(at: g, direction: direction).dependencies
    guard found.count == values.count else {
      return findings.report(
        .closedForm,
        "gradientPullback returns \(found.count) derivatives for \(values.count) parameters and "
          + "context tensors: "
          + "\(dependencies.map(\.name))")
    }
    for (index, derivative) in found.enumerated() {
      findings.compare(
        .closedForm, "the closed-form mixed derivative by \(dependencies[index].name)", derivative,
        to: mixed[index], of: "differentiation", axes: axisNames(values[index].shape))
    }
  }

  private func mixedDerivatives(
    _ energy: Function, _ values: [Tensor<Scalar>], _ direction: Tensor<Scalar>
  ) -> [Tensor<Scalar>] {
    valueWithGradients(at: values) { (energy.replacing($0).differentiatedGradient(at: g) * direction).sum() }
      .gradients
  }

  private mutating func compareWithDifferences(
    _ index: Int, _ first: Tensor<Scalar>, _ mixed: Tensor<Scalar>, _ direction: Tensor<Scalar>
  ) {
    let (energy, g, values) = (energy, g, dependencies.map(\.value))
    let (name, value) = dependencies[index]
    func replacing(_ moved: Tensor<Scalar>) -> Function {
      var all = values
      all[index] = moved
      return energy.replacing(all)
    }
    let axes = axisNames(value.shape)
    let skippingZeros = options.switchesAtZero.contains(name)
    findings.compareWithDifferences(
      .parameterDerivatives, "the derivative by \(name)", first, at: value, axes: axes,
      skippingZeros: skippingZeros
    ) { replacing($0).energy(at: g).elements.map(Double.init) }
    findings.compareWithDifferences(
      .parameterDerivatives, "the mixed derivative by activations and \(name)", mixed, at: value, axes: axes,
      skippingZeros: skippingZeros
    ) { moved in
      let product = replacing(moved).differentiatedGradient(at: g) * direction
      return product.sum(axes: [1, 2]).elements.map(Double.init)
    }
  }
}
