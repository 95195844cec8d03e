public import Tensors

/// A scalar function of all activations of an example, to be descended.
///
/// Laws: one number an example, a sum over its tokens and not a mean; an example's energy depends on no other
/// example; padding changes nothing. It need not be bounded below for arbitrary activations, only for those
/// that the Lagrangian of the descent can produce. A type needs one method; its gradient and all that training
/// needs come from differentiation. `EnergyTesting` checks the laws.
public protocol Energy<Scalar>: Parameterized {
  // Declared again so that a type need not spell it out.
  override associatedtype Scalar

  /// The energy of each example.
  ///
  /// - Shape: activations [batch, tokens, dimension] give [batch].
  func energy(at g: Activations<Scalar>) -> Tensor<Scalar>

  /// The energy of each example by named part; one part named `name` unless the energy is a sum.
  func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar>

  /// dE/dg of every example by differentiation, [batch, tokens, dimension]: the derivative of the sum over examples, and of
  /// each token's own energy where a ``TokenwiseEnergy`` holds the context.
  func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar>

  /// What the energy is called in reports.
  var name: String { get }

  /// The closed forms of this energy, or nil where there are none and differentiation does the work.
  var closedForm: (any ClosedFormEnergy<Scalar>)? { get }

  /// Visits tensors that the energy depends on and that are not its parameters, such as an adjacency bias that a
  /// model computed; gradients flow to them too. There are none unless a type says so.
  mutating func visitContext(_ visit: ParameterVisitor<Scalar>)
}

extension Energy {
  public func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart([(name, energy(at: g))])
  }

  public var name: String { String(describing: Self.self) }

  public var closedForm: (any ClosedFormEnergy<Scalar>)? { self as? any ClosedFormEnergy<Scalar> }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {}

  public func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar> { gradientOfSum(at: g) }

  /// The derivative of the energies' sum over the batch.
  func gradientOfSum(at g: Activations<Scalar>) -> Tensor<Scalar> {
    Tensors.gradient(at: g.values) { energy(at: g.with($0)).sum() }
  }

  /// dE/dg of every example: by the closed form where there is one, otherwise by differentiation.
  ///
  /// The result can itself be differentiated, with respect to g, the parameters and the context.
  public func gradient(at g: Activations<Scalar>) -> Tensor<Scalar> {
    closedForm?.trackedGradient(at: g).gradient ?? differentiatedGradient(at: g)
  }

  /// Parameters and context tensors, in visiting order.
  package var dependencies: ParameterValues<Scalar> {
    var copy = self
    var values = ParameterValues<Scalar>()
    copy.visitDependencies(ParameterVisitor { values.append($0, $1) })
    return values
  }

  package mutating func visitDependencies(_ visit: ParameterVisitor<Scalar>) {
    visitParameters(visit)
    visitContext(visit.prefixed("context"))
  }

  /// A copy with its parameters and context replaced, in visiting order.
  package func replacing(_ values: some Sequence<Tensor<Scalar>>) -> Self {
    var copy = self
    var iterator = values.makeIterator()
    let visit = ParameterVisitor<Scalar> { name, value in
      guard let next = iterator.next() else { fatalError("no value for \(name)") }
      value = next
    }
    copy.visitDependencies(visit)
    return copy
  }
}
