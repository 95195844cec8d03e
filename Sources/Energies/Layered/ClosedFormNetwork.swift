import Foundations
package import Tensors

/// The closed forms of a network whose synapses all have them: each adds its derivatives where its layers lie.
struct ClosedFormNetwork<Scalar: TensorScalar>: SummingClosedForm {
  private var network: LayeredNetwork<Scalar> {
    didSet { prepared = nil }
  }
  private var prepared: [Placed]?

  /// Nil where a synapse is left to differentiation.
  init?(_ network: LayeredNetwork<Scalar>) {
    guard network.synapses.allSatisfy({ $0.synapse is any ClosedFormSynapse<Scalar> }) else { return nil }
    self.network = network
  }

  var name: String { network.name }
  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { network.energy(at: g) }
  func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> { network.energyByPart(at: g) }
  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { network.visitParameters(visit) }

  func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    energyAndGradient(at: g, addedTo: nil)
  }

  func energyAndGradient(at g: Activations<Scalar>, addedTo start: Tensor<Scalar>?) -> EnergyAndGradient<
    Scalar
  > {
    let values = network.layout.checked(g.realValues)
    let sum = start.map { MatrixSum(network.layout.checked($0)) } ?? MatrixSum(zeros: values.shape)
    let flags = g.mask.map { $0.tensor(Scalar.self).reshaped([values.shape[0]]) }
    let parts = placed.map { name, ranges, synapse in
      let energy = synapse.addGradient(
        at: ranges.map { MatrixColumns(values, $0) }, to: sum, columns: ranges)
      return (name: name, energy: flags.map { energy * $0 } ?? energy)
    }
    return EnergyAndGradient(
      energy: EnergyByPart(parts.isEmpty ? [(name, .zeros([values.shape[0]]))] : parts),
      gradient: g.masking(sum.tensor(values.shape)))
  }

  func gradientPullback(at g: Activations<Scalar>, direction: Tensor<Scalar>) -> GradientPullback<Scalar> {
    let shapes = dependencies.values.map(\.shape)
    let sums = shapes.map { MatrixSum<Scalar>(zeros: $0) }
    let product = hessianVectorProduct(at: g, direction: direction, addingTo: sums)
    return GradientPullback(
      hessianVectorProduct: product, dependencies: zip(sums, shapes).map { $0.tensor($1) })
  }

  func hessianVectorProduct(
    at g: Activations<Scalar>, direction: Tensor<Scalar>, addingTo sums: [MatrixSum<Scalar>]
  ) -> Tensor<Scalar> {
    let (values, along) = (network.layout.checked(g.realValues), network.layout.checked(direction))
    let sum = MatrixSum<Scalar>(zeros: values.shape)
    // The parameters of the layers come after those of the synapses: the energy does not depend on them.
    var rest = sums[...]
    for (_, ranges, synapse) in placed {
      let count = synapse.parameters.values.count
      synapse.addGradientPullback(
        at: ranges.map { MatrixColumns(values, $0) }, along: ranges.map { MatrixColumns(along, $0) }, to: sum,
        columns: ranges, parameters: Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return g.masking(sum.tensor(values.shape))
  }

  func preparedForSteps() -> any SummingClosedForm<Scalar> {
    var copy = self
    copy.prepared = placed.map { ($0.name, $0.ranges, $0.synapse.preparedForSteps()) }
    return copy
  }

  private typealias Placed = (
    name: String, ranges: [Range<Int>], synapse: any ClosedFormSynapse<Scalar>
  )

  /// The synapses, where each lies; what was prepared, where that has been asked for.
  private var placed: [Placed] {
    prepared
      ?? network.synapses.map { placed in
        guard let synapse = placed.synapse as? any ClosedFormSynapse<Scalar> else {
          fatalError("synapse \(placed.name) has no closed form")
        }
        return (placed.name, placed.indices.map { network.layout.ranges[$0] }, synapse)
      }
  }
}

/// Closed forms that add to sums what other closed forms return, which spares arrays and sweeps over memory.
package protocol SummingClosedForm<Scalar>: ClosedFormEnergy {
  /// The energy by part and `start` plus its gradient, zero at padding.
  func energyAndGradient(at g: Activations<Scalar>, addedTo start: Tensor<Scalar>?) -> EnergyAndGradient<
    Scalar
  >

  /// The same with what many evaluations need once, until its dependencies change; numbers are the same up to rounding.
  func preparedForSteps() -> any SummingClosedForm<Scalar>

  /// The Hessian-vector product of ``ClosedFormEnergy/gradientPullback(at:direction:)``; the derivatives by dependencies are
  /// added to one sum for each, in visiting order.
  func hessianVectorProduct(
    at g: Activations<Scalar>, direction: Tensor<Scalar>, addingTo sums: [MatrixSum<Scalar>]
  ) -> Tensor<Scalar>
}
