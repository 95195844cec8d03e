import Foundations
public import Tensors

/// Parameters that are updated by one optimiser.
///
/// ```swift
/// ParameterGroup("matrices", ["attention.queries", "memory.patterns"], Muon(), learningRateFactor: 0.03)
/// ```
public struct ParameterGroup<Scalar: TensorScalar>: Sendable {
  /// The name of the group in errors and in saved state.
  public let name: String
  /// The parameters of the group.
  public let selection: ParameterSelection
  /// The factor of the schedule's rate, at least 0.
  public let learningRateFactor: Double
  var optimizer: any Optimizer<Scalar>

  /// A group of the selected parameters.
  ///
  /// - Parameters:
  ///   - name: Unique among the groups, without a dot.
  ///   - selection: The parameters of the group.
  ///   - optimizer: The rule by which they learn.
  ///   - learningRateFactor: The factor of the schedule's rate; with a schedule whose peak is 1, the group's own
  ///     peak rate.
  public init(
    _ name: String, _ selection: ParameterSelection, _ optimizer: any Optimizer<Scalar>,
    learningRateFactor: Double = 1
  ) {
    require(
      learningRateFactor >= 0 && learningRateFactor.isFinite,
      "group \(name): learningRateFactor must be at least 0, not \(learningRateFactor)")
    self.name = name
    self.selection = selection
    self.optimizer = optimizer
    self.learningRateFactor = learningRateFactor
  }

  /// A group of parameters that keep their values, such as those of a published model under a new read-out.
  public static func frozen(_ selection: ParameterSelection, name: String = "frozen") -> ParameterGroup {
    ParameterGroup(name, selection, FrozenParameters<Scalar>())
  }
}

/// The rule that leaves parameters as they are.
private struct FrozenParameters<Scalar: TensorScalar>: Optimizer {
  var state: ParameterValues<Scalar> { ParameterValues() }

  mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> { parameters }

  mutating func restore(_ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>) throws {
    if let entry = state.names.first {
      throw StateMismatch(owner: "frozen parameters", entry: entry, expected: "no state", found: "an entry")
    }
  }
}

/// Options of an optimiser that do not fit the parameters; one line naming the parameter or the group.
public struct ParameterGroupError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The one line: which parameter or group, and what does not fit.
  public let description: String

  /// An error with this one line as its description.
  public init(description: String) {
    self.description = description
  }
}
