import Energies
import Tensors

/// What a Lagrangian says of the set of its activations: tangents, curvature, retraction.
extension LagrangianCheck {
  /// How much of a change may lie where there should be none: the epsilon of a norm lets activations move a little along what
  /// it takes out.
  private var slack: Double { max(5e-2, findings.tolerance) }

  mutating func checkTangents() {
    let (lagrangian, x) = (lagrangian, x)
    let mask = lagrangian.activations(at: x)
    let directions = (0..<2).map { _ in mask.masking(randomValues()) }
    let parts = directions.map { lagrangian.tangent($0, at: x) }
    guard parts[0].shape == x.values.shape else {
      return findings.report(.tangent, "a tangent has shape \(parts[0].shape), not \(x.values.shape)")
    }
    findings.compare(
      .tangent, "the tangent of a tangent", lagrangian.tangent(parts[0], at: x), to: parts[0],
      of: "that tangent",
      axes: tokenAxes)
    let (a, b) = (directions[0].innerProduct(parts[1]), directions[1].innerProduct(parts[0]))
    let size = directions[0].innerProduct(directions[0])
    if !(abs(a - b) <= findings.tolerance * max(size, 1e-3)) {
      findings.report(
        .tangent, "⟨u, P v⟩ is \(short(a)) and ⟨v, P u⟩ is \(short(b)): the projector is not symmetric")
    }
    let changes = [parts[0], directions[0] - parts[0]].map(product)
    findings.compare(
      .tangent, "the change of activations along a direction", lagrangian.tangent(changes[0], at: x),
      to: changes[0],
      of: "its tangent", axes: tokenAxes, tolerance: slack)
    let scale = max(magnitude(changes[0].elements.map(Double.init)), 1e-3)
    findings.compare(
      .tangent, "the change of activations along what is no tangent", changes[1], to: .zeros(x.values.shape),
      of: "nothing", axes: tokenAxes, tolerance: slack, scale: scale)
    let retracted = lagrangian.retracted(x)
    findings.compare(
      .tangent, "the activations of retracted tokens", lagrangian.activations(at: retracted).values,
      to: lagrangian.activations(at: x).values, of: "those before", axes: tokenAxes, tolerance: slack)
  }

  /// d²/dt² ⟨n, g(x + t w)⟩ = kappa |M w|² for every n without a part along tangents.
  mutating func checkCurvature() {
    findings.check(.curvature)
    let (lagrangian, x) = (lagrangian, x)
    let direction = randomValues()
    let normal = lagrangian.activations(at: x).masking(randomValues())
    let part = normal - lagrangian.tangent(normal, at: x)
    let second = Double(
      gradient(at: Tensor<Scalar>(0)) { time in
        gradient(at: time) { time in
          let moved = Tokens(x.values + direction * time, mask: x.mask)
          return (lagrangian.activations(at: moved).values * part).sum()
        }
      }.scalar)
    let change = product(direction)
    let kappa = lagrangian.curvature(along: part, at: x)
    let expected = kappa.map { Double((change.squared() * $0).sum().scalar) } ?? 0
    let size = part.innerProduct(part).squareRoot() * change.innerProduct(change).squareRoot()
    if !(abs(second - expected) <= slack * max(size, abs(second), 1e-3)) {
      findings.report(
        .curvature,
        "along a random direction the activations bend by \(short(second)), and the curvature says \(short(expected))"
      )
    }
  }
}
