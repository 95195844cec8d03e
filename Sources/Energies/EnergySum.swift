import Foundations
public import Tensors

/// The sum of energies, which remembers its parts by name: E = E_1 + E_2 + …
public struct EnergySum<Scalar: TensorScalar>: Energy {
  /// The energies with their names, in the order of reports.
  public private(set) var parts: [(name: String, energy: any Energy<Scalar>)]

  /// A sum of named energies; names differ.
  public init(_ parts: [(name: String, energy: any Energy<Scalar>)]) {
    require(!parts.isEmpty, "a sum of energies needs at least one part")
    require(
      Set(parts.map(\.name)).count == parts.count,
      "parts of a sum need different names: \(parts.map(\.name)); use named(_:)")
    self.parts = parts
  }

  public var name: String { parts.map(\.name).joined(separator: " + ") }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { energyByPart(at: g).total }

  public func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart(parts.map { ($0.name, $0.energy.energy(at: g)) })
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in parts.indices { visit(parts[index].name, &parts[index].energy) }
  }

  public mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    for index in parts.indices {
      let prefix = parts[index].name
      parts[index].energy.visitContext(visit.prefixed(prefix))
    }
  }

  public var closedForm: (any ClosedFormEnergy<Scalar>)? {
    let forms = parts.compactMap { part in part.energy.closedForm.map { (name: part.name, energy: $0) } }
    return forms.count == parts.count ? ClosedFormSum(parts: forms) : nil
  }
}

extension Energy {
  /// The sum of two energies, with the names of the parts kept.
  public static func + (a: Self, b: some Energy<Scalar>) -> EnergySum<Scalar> {
    EnergySum(partList(a) + partList(b))
  }

  /// The same energy under another name.
  public func named(_ name: String) -> EnergySum<Scalar> { EnergySum([(name, self)]) }

  /// The same energy without its closed forms: everything by differentiation.
  public var differentiated: DifferentiatedEnergy<Self> { DifferentiatedEnergy(self) }
}

private func partList<Scalar>(_ energy: some Energy<Scalar>) -> [(name: String, energy: any Energy<Scalar>)] {
  (energy as? EnergySum<Scalar>)?.parts ?? [(energy.name, energy)]
}
