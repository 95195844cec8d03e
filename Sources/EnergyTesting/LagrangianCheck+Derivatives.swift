import Energies
import Tensors

/// Derivatives of a Lagrangian: its activation, its Hessian and its Legendre transform.
extension LagrangianCheck {
  mutating func checkActivation() {
    let (lagrangian, mask) = (lagrangian, x.mask)
    let g = lagrangian.activations(at: x).values
    let differentiated = gradient(at: x.values) { lagrangian.value(at: Tokens($0, mask: mask)).sum() }
    findings.compare(
      .activation, "the activation", g, to: differentiated, of: "the differentiated value", axes: tokenAxes)
    findings.compareWithDifferences(
      .activation, "the activation", g, at: x.values, axes: tokenAxes
    ) { lagrangian.value(at: Tokens($0, mask: mask)).elements.map(Double.init) }
  }

  /// The Hessian M = dg/dx times a direction, from the left: Mᵀ u.
  func product(_ direction: Tensor<Scalar>) -> Tensor<Scalar> {
    let variable = x.values.variable()
    return gradients(of: activations(variable), withRespectTo: [variable], cotangent: direction)[0].detached
  }

  mutating func checkHessian() {
    findings.check(.symmetricHessian)
    let (lagrangian, x) = (lagrangian, x)
    let directions = [randomValues(), randomValues()]
    let products = directions.map(product)
    findings.compareAlongDirection(
      .hessian, "the Hessian-vector product", products[0], axes: tokenAxes
    ) { lagrangian.activations(at: Tokens(x.values + directions[0] * $0, mask: x.mask)).values }
    let a = directions[0].innerProduct(products[1])
    let b = directions[1].innerProduct(products[0])
    let size = directions[0].innerProduct(directions[0]).squareRoot()
    let length = products[1].innerProduct(products[1]).squareRoot()
    if !(abs(a - b) <= findings.tolerance * max(size * length, 1e-3)) {
      findings.report(
        .symmetricHessian,
        "<u, Mv> is \(short(a)) and <v, Mu> is \(short(b)): "
          + "the activation is not the gradient of one function"
      )
    }
    for index in 0..<8 {
      let direction = randomValues()
      let curvature = direction.innerProduct(product(direction))
      let allowed = findings.tolerance * max(1e-3, size * length)
      if !(curvature >= -allowed) {
        return findings.report(
          .semiDefiniteHessian,
          "along random direction \(index), <v, Mv> is \(short(curvature)), below 0: "
            + "a descent along it would climb"
        )
      }
    }
  }

  /// All eigenvalues of the Hessian of one real token.
  mutating func checkEigenvalues() {
    findings.check(.semiDefiniteHessian)
    guard let row = flags.firstIndex(of: true) else {
      return findings.skip(.semiDefiniteHessian, "no token is real")
    }
    guard dimension <= 64 else {
      return findings.skip(.semiDefiniteHessian, "eigenvalues are computed up to a dimension of 64")
    }
    let matrix = (0..<dimension).map { component -> [Double] in
      var unit = [Scalar](repeating: 0, count: x.values.count)
      unit[row * dimension + component] = 1
      let column = product(Tensor(shape: x.values.shape, elements: unit)).elements
      return column[row * dimension..<(row + 1) * dimension].map(Double.init)
    }
    let token = "example \(row / tokenCount), token \(row % tokenCount)"
    let largest = magnitude(matrix.flatMap { $0 })
    for i in 0..<dimension {
      for j in 0..<i where !(abs(matrix[i][j] - matrix[j][i]) <= findings.tolerance * max(largest, 1e-3)) {
        return findings.report(
          .symmetricHessian,
          "at \(token), components \(i) and \(j), \(short(matrix[i][j])) on one side of the diagonal is "
            + "\(short(matrix[j][i])) on the other")
      }
    }
    let smallest = symmetricEigenvalues(matrix).min() ?? 0
    if !(smallest >= -findings.tolerance * max(largest, 1e-3)) {
      findings.report(
        .semiDefiniteHessian,
        "at \(token), the smallest eigenvalue is \(short(smallest)), below 0: a descent along it would climb")
    }
  }

  /// d(<x, g> - L) = <x, dg> along any direction.
  mutating func checkLegendre() {
    let (lagrangian, x) = (lagrangian, x)
    let direction = randomValues()
    let step = findings.steps[findings.steps.count - 1]
    func path(_ offset: Double) -> Tokens<Scalar> {
      Tokens(x.values + direction * Scalar(offset), mask: x.mask)
    }
    let change = CentralDifference(
      step: step, precision: Scalar.self
    ) { lagrangian.activations(at: path($0)).values.elements.map(Double.init) }
    let size = tokenCount * dimension
    let numbers = x.values.elements.map(Double.init)
    let predicted = (0..<batch).map { example in
      (example * size..<(example + 1) * size).reduce(0.0) { $0 + numbers[$1] * change.slopes[$1] }
    }
    findings.compareAlongDirection(
      .legendre, "<x, dg> along a direction",
      Tensor(shape: [batch], elements: predicted.map { Scalar($0) }), axes: ["example"],
      slack: change.rounding * numbers.reduce(0) { $0 + abs($1) } / 4
    ) { lagrangian.legendreTransform(at: path(Double($0))) }
  }

  mutating func checkParameters() {
    let parameters = lagrangian.parameters
    guard parameters.count > 0 else { return }
    let (lagrangian, x) = (lagrangian, x)
    let direction = randomValues()
    func replacing(_ values: [Tensor<Scalar>]) -> Norm {
      lagrangian.with(ParameterValues(names: parameters.names, values: values))
    }
    let first = valueWithGradients(at: parameters.values) { replacing($0).value(at: x).sum() }.gradients
    let mixed = valueWithGradients(at: parameters.values) {
      (replacing($0).activations(at: x).values * direction).sum()
    }.gradients
    for (index, name) in parameters.names.enumerated() {
      func moved(_ value: Tensor<Scalar>) -> Norm {
        var all = parameters.values
        all[index] = value
        return replacing(all)
      }
      let axes = axisNames(parameters.values[index].shape)
      findings.compareWithDifferences(
        .parameterDerivatives, "the derivative of the value by \(name)", first[index],
        at: parameters.values[index], axes: axes
      ) { moved($0).value(at: x).elements.map(Double.init) }
      findings.compareWithDifferences(
        .parameterDerivatives, "the derivative of the activation by \(name)", mixed[index],
        at: parameters.values[index], axes: axes
      ) { (moved($0).activations(at: x).values * direction).sum(axes: [1, 2]).elements.map(Double.init) }
    }
  }
}
