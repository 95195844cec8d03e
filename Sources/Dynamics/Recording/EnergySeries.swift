import Energies
import Foundations
public import Tensors

/// An energy along a descent: of one part or of all, for each example, before each step and after the last.
///
/// Without the energy after the last step where only `.energiesBeforeSteps` was recorded.
public struct EnergySeries<Scalar: TensorScalar>: Sendable {
  /// The part's name, or "total".
  public let name: String
  /// The energies, [steps + 1, batch].
  public let values: Tensor<Scalar>

  /// For each step the energy of each example.
  public var byStep: [[Double]] {
    let (batch, elements) = (values.shape[1], values.elements)
    return (0..<values.shape[0]).map { step in
      elements[step * batch..<(step + 1) * batch].map(Double.init)
    }
  }

  /// For each step the mean over the examples.
  public var means: [Double] {
    require(values.shape[1] > 0, "a mean over no examples")
    return byStep.map { $0.reduce(0, +) / Double($0.count) }
  }

  /// For each example, whether its energy fell at every step.
  ///
  /// - Parameter tolerance: By what share of its absolute value an energy may rise in a step that still counts as a
  ///   fall. With 0, the default, the energy must become less, which at rest it no longer does; to look past rounding
  ///   take some units in the last place, 1e-6 in single precision and 1e-14 in double precision.
  public func fellAtEveryStep(tolerance: Double = 0) -> [Bool] {
    let energies = byStep
    return (0..<values.shape[1]).map { example in
      zip(energies, energies.dropFirst()).allSatisfy { steps in
        let (before, after) = (steps.0[example], steps.1[example])
        return after < before || (tolerance > 0 && after <= before + tolerance * abs(before))
      }
    }
  }
}

/// Which energy a series is of.
public enum EnergyTerm: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The sum of all parts.
  case total
  /// A part, by its name.
  case part(String)

  /// A part, by its name.
  public init(stringLiteral name: String) { self = .part(name) }
}

extension Trajectory {
  /// The energies of the descent, which must have been recorded: each part in the order of the sum, then the total.
  ///
  /// So the energies of every step of a `run` come into a table:
  ///
  ///     var table = CSVTable(columns: ["step"] + run.series.map(\.name))
  ///     for step in run.energies.indices { table.addRow([Double(step)] + run.series.map { $0.means[step] }) }
  ///     try table.write(to: "energies.csv")
  public var series: [EnergySeries<Scalar>] {
    recordedParts.enumerated().map { index, name in
      series(name) { $0.parts[index].energy }
    } + [series(of: .total)]
  }

  /// The energy of a part or the total along the descent, which must have been recorded.
  public func series(of term: EnergyTerm) -> EnergySeries<Scalar> {
    switch term {
    case .total: return series("total") { $0.total }
    case .part(let name):
      let index = recordedParts.firstIndex(of: name)
      require(index != nil, "no part of the energy is called \(name): \(recordedParts)")
      return series(name) { $0.parts[index ?? 0].energy }
    }
  }

  /// For each example, whether its energy fell at every step; energies must have been recorded.
  ///
  /// - Parameter tolerance: See ``EnergySeries/fellAtEveryStep(tolerance:)``; 0 asks for a strict fall.
  public func fellAtEveryStep(tolerance: Double = 0) -> [Bool] {
    series(of: .total).fellAtEveryStep(tolerance: tolerance)
  }

  private var recordedParts: [String] {
    requireEnergies()
    return energies[0].parts.map(\.name)
  }

  private func series(
    _ name: String, _ energy: (EnergyByPart<Scalar>) -> Tensor<Scalar>
  ) -> EnergySeries<Scalar> {
    requireEnergies()
    let rows = energies.map { energy($0).reshaped([1, $0.parts[0].energy.count]) }
    return EnergySeries(name: name, values: .concatenated(rows, axis: 0))
  }

  private func requireEnergies() {
    require(!energies.isEmpty, "no energies were recorded: run(from: …, recording: [.energies])")
  }
}
