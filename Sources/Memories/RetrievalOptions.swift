import Foundations
import Tensors

/// How far a retrieval goes and what it reports.
///
/// The steps themselves need no reports: without energies, weights and kinds a retrieval of a continuous
/// memory goes over the patterns once per step.
public struct RetrievalOptions: Sendable, Equatable {
  /// The largest number of updates; for asynchronous binary memories, of sweeps over all neurons.
  public var stepLimit = 100
  /// A continuous state rests when its last update moved it by no more than this times the largest norm of a
  /// pattern.
  public var tolerance = 1e-5
  /// Whether the energy before each update and after the last is recorded.
  public var recordsEnergies = true
  /// Whether the kind of each query's fixed point is reported.
  public var classifiesFixedPoints = true
  /// Whether the spectral radius of the update's Jacobian is measured where there is one: up to 200 passes.
  public var measuresSpectralRadius = false
  /// How many of the largest weights of each query are kept; 0 for none, `Int.max` for all that are not 0.
  /// Of thousands of patterns and more, softmax weights below rounding may be left out.
  public var weightLimit = 8

  /// The defaults: up to 100 updates until a query rests, with all reports but the spectral radius.
  public init() {}

  /// Updates alone, without reports: `count` of them unless one changes nothing.
  public static func updates(_ count: Int) -> RetrievalOptions {
    var options = RetrievalOptions()
    options.stepLimit = count
    options.tolerance = 0
    options.recordsEnergies = false
    options.classifiesFixedPoints = false
    options.weightLimit = 0
    return options
  }

  func check() {
    require(stepLimit >= 0, "a step limit of at least 0, not \(stepLimit)")
    require(tolerance >= 0, "a tolerance of at least 0, not \(tolerance)")
    require(weightLimit >= 0, "a weight limit of at least 0, not \(weightLimit)")
  }
}
