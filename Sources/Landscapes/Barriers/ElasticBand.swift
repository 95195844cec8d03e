import Foundations

/// How a path between two minima is relaxed: by a nudged elastic band, whose pivots slide down across the path while they are kept
/// apart along it.
///
///     force on a pivot = - (dF/dx - ⟨dF/dx, tau⟩ tau)  [ + k (distance ahead - distance behind) tau ]
///
/// tau, the direction of the path, points to the neighbour of higher energy, and at a highest or lowest pivot is the mean of both
/// sides weighted by the differences of energy. In place of springs pivots may be put back to their places along the path after
/// every step, as springs without end would do. In a climbing round the highest pivot is left alone by both: it climbs along the
/// path and slides down across it, to the saddle.
///
/// - Source: Jónsson, Mills and Jacobsen 1998; Henkelman and Jónsson 2000 (tangent), Henkelman, Uberuaga and Jónsson 2000
///   (climbing); Draxler et al. 2018, "Essentially no barriers in neural network energy landscapes" (AutoNEB: pivots put back,
///   pivots put in where the energy between two exceeds the line between theirs).
public struct ElasticBand: Sendable {
  /// What keeps pivots apart.
  public enum Spacing: Sendable, Equatable {
    /// Pivots go back to their shares of the path's length after every step.
    case redistributed
    /// Springs between neighbours, of a stiffness k.
    case springs(stiffness: Double)
  }

  /// Steps of one size, with what happens before them.
  public struct Round: Sendable, Equatable {
    /// The most steps.
    public var steps: Int
    /// What a force is multiplied by; a step moves no pivot farther than half of the way to its nearer neighbour.
    public var stepSize: Double
    /// How many pivots are put in before the steps: in as many gaps at most, those of the largest excess first.
    public var newPivots: Int
    /// Whether the highest pivot climbs.
    public var climbs: Bool

    /// A round of steps.
    public init(steps: Int, stepSize: Double, newPivots: Int = 0, climbs: Bool = false) {
      require(
        steps >= 0 && stepSize > 0 && stepSize.isFinite && newPivots >= 0,
        "a round of \(steps) steps of \(stepSize) with \(newPivots) new pivots")
      self.steps = steps
      self.stepSize = stepSize
      self.newPivots = newPivots
      self.climbs = climbs
    }
  }

  /// The pivots between the ends at the start, where no path is given.
  public var pivotCount: Int
  /// The rounds, one after the other.
  public var rounds: [Round]
  /// What keeps pivots apart.
  public var spacing: Spacing
  /// The points between two pivots at which the energy is read for the profile.
  public var pointsBetween: Int
  /// A round ends when no pivot feels a force across the path longer than this.
  public var tolerance: Double

  /// A band.
  ///
  /// - Parameters:
  ///   - pivotCount: The pivots between the ends at the start.
  ///   - rounds: The rounds, one at least.
  ///   - spacing: What keeps pivots apart.
  ///   - pointsBetween: The points between two pivots at which the energy is read.
  ///   - tolerance: The longest force across the path that ends a round.
  public init(
    pivotCount: Int = 7, rounds: [Round], spacing: Spacing = .redistributed, pointsBetween: Int = 9,
    tolerance: Double = 1e-6
  ) {
    require(
      pivotCount > 0 && !rounds.isEmpty && pointsBetween >= 0 && tolerance >= 0,
      "a band of \(pivotCount) pivots, \(rounds.count) rounds and \(pointsBetween) points between two pivots")
    self.pivotCount = pivotCount
    self.rounds = rounds
    self.spacing = spacing
    self.pointsBetween = pointsBetween
    self.tolerance = tolerance
  }

  /// A band with steps of one size: three rounds, pivots put in before the second and the third, then a round that climbs.
  public init(stepSize: Double, pivotCount: Int = 7, steps: Int = 500) {
    self.init(
      pivotCount: pivotCount,
      rounds: [
        Round(steps: steps, stepSize: stepSize), Round(steps: steps, stepSize: stepSize, newPivots: 3),
        Round(steps: steps, stepSize: stepSize, newPivots: 2),
        Round(steps: steps, stepSize: stepSize, climbs: true),
      ])
  }
}
