import EnergyTransformer

/// How gradients agree with the one through all steps that lead to the rest.
///
/// The decoder is left out: it reads the point where the descent ends, and its gradient is the same by every way.
struct GradientAgreement {
  struct Row {
    let label: String
    /// What stands in the names of its numbers.
    let key: String
    /// Nil where one of the gradients is 0.
    let cosine: Double?
    /// |a - b| / |b|, b through all steps.
    let difference: Double?
  }

  private(set) var rows: [Row] = []
  /// The steps that are all taken, and the largest number of the tangential gradient after them.
  let steps: Int
  let residual: Double

  init(of step: GradientStep, _ rest: RestOptions) throws {
    steps = rest.mostSteps
    residual = step.residual(rest.descent(.detached, takingAll: steps))
    let exact = ImplicitGradient(
      tolerance: 1e-6, maximumIterations: 300, acceptedResidual: .infinity, allowsSaddles: true)
    let paths: [(String, String, GradientPath)] =
      [
        ("implicit, within \(exact.maximumIterations) products", "implicit", .implicit(exact)),
        (
          "implicit, within \(rest.solveIterations) products, as in training", "implicit_trained",
          .implicit(rest.solve)
        ),
      ]
      + [20, 5, 1].map { count in
        (
          "truncated to \(count) step\(count == 1 ? "" : "s")", "truncated_\(count)",
          .truncated(steps: count)
        )
      }
    let through = try Self.numbers(step.gradient(rest.descent(.recomputed, takingAll: steps)))
    for (label, key, path) in paths {
      let found = try Self.numbers(step.gradient(rest.descent(path, takingAll: steps)))
      rows.append(Self.row(label, key, found, through))
    }
  }

  private static func numbers(_ gradient: ParameterValues<Float>) -> [Double] {
    zip(gradient.names, gradient.values).filter { !$0.0.hasPrefix("decoder") }
      .flatMap { $0.1.elements.map(Double.init) }
  }

  private static func row(_ label: String, _ key: String, _ a: [Double], _ b: [Double]) -> Row {
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let lengths = (product(a, a).squareRoot(), product(b, b).squareRoot())
    let apart = zip(a, b).map { $0 - $1 }
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    return Row(
      label: label, key: key, cosine: finite(product(a, b) / (lengths.0 * lengths.1)),
      difference: finite(product(apart, apart).squareRoot() / lengths.1))
  }
}
