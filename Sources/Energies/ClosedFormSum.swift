import Tensors

/// The closed forms of a sum whose parts all have them: derivatives add up.
struct ClosedFormSum<Scalar: TensorScalar>: ClosedFormEnergy {
  var parts: [(name: String, energy: any ClosedFormEnergy<Scalar>)]

  var name: String { sum.name }
  private var sum: EnergySum<Scalar> { EnergySum(parts.map { ($0.name, $0.energy) }) }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { sum.energy(at: g) }
  func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> { sum.energyByPart(at: g) }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in parts.indices { visit(parts[index].name, &parts[index].energy) }
  }

  mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    for index in parts.indices {
      let prefix = parts[index].name
      parts[index].energy.visitContext(visit.prefixed(prefix))
    }
  }

  func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let results = parts.map { ($0.name, $0.energy.energyAndGradient(at: g)) }
    return EnergyAndGradient(
      energy: EnergyByPart(results.map { ($0.0, $0.1.energy.total) }),
      gradient: results.dropFirst().reduce(results[0].1.gradient) { $0 + $1.1.gradient })
  }

  func gradientPullback(at g: Activations<Scalar>, direction: Tensor<Scalar>) -> GradientPullback<Scalar> {
    let results = parts.map { $0.energy.gradientPullback(at: g, direction: direction) }
    // Parameters of all parts come before the context of all parts, as they are visited.
    let counts = parts.map { $0.energy.parameters.count }
    let parameters = zip(results, counts).flatMap { $0.dependencies.prefix($1) }
    let context = zip(results, counts).flatMap { $0.dependencies.dropFirst($1) }
    return GradientPullback(
      hessianVectorProduct: results.dropFirst().reduce(results[0].hessianVectorProduct) {
        $0 + $1.hessianVectorProduct
      },
      dependencies: parameters + context)
  }
}
