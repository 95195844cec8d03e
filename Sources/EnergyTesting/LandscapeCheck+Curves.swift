import Energies
import Landscapes
import Tensors

/// Tangents, slopes and the Hessian, along curves of activations.
extension LandscapeCheck {
  /// How much of a change may lie where there should be none, for the epsilon of a norm.
  private var slack: Double { max(5e-2, findings.tolerance) }

  /// Tangents are the directions that some move of the tokens reaches, all of them and no others.
  mutating func checkTangents() {
    let (lagrangian, x) = (landscape.lagrangian, x)
    let change = lagrangian.hessianProduct(mover(), at: x).detached
    findings.compare(
      .tangent, "the tangent of a change of activations", landscape.tangent(change, at: x), to: change,
      of: "that change", axes: tokenAxes, tolerance: slack)
    let tangent = landscape.tangent(randomValues(), at: x)
    let move = lagrangian.inverseHessianProduct(tangent, at: x).detached
    findings.compare(
      .tangent, "the change of activations along the move for a tangent",
      lagrangian.hessianProduct(move, at: x).detached, to: tangent, of: "that tangent", axes: tokenAxes,
      tolerance: slack)
  }

  /// F, its residual and its Hessian along x + t u.
  mutating func checkCurve() {
    let (landscape, x) = (landscape, x)
    let u = mover()
    let w = landscape.lagrangian.hessianProduct(u, at: x).detached
    let residual = landscape.residual(at: x)
    func tokens(_ time: Scalar) -> Tokens<Scalar> { Tokens(x.values + u * time, mask: x.mask) }
    findings.compareAlongDirection(
      .gradient, "⟨r, dg/dt⟩ along a curve", residual.exampleProducts(w), axes: ["example"]
    ) { landscape.energies(at: tokens($0)) }
    let product = landscape.hessian(at: x).product(w)
    findings.compareAlongDirection(
      .hessian, "the Hessian-vector product, for the residual along a curve,", product, axes: tokenAxes
    ) { landscape.tangent(landscape.residual(at: tokens($0)), at: x) }
    findings.compareAlongDirection(
      .hessian, "⟨w, H w⟩, for F less its slope along a curve,", product.exampleProducts(w),
      axes: ["example"],
      isSecond: true
    ) { time in
      let there = tokens(time)
      let g = landscape.lagrangian.activations(at: there).values
      return landscape.energies(at: there) - g.exampleProducts(residual)
    }
  }
}
