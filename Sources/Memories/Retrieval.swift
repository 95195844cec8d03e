public import Tensors

/// The result of a retrieval, query by query.
public struct Retrieval<Scalar: TensorScalar>: Sendable {
  /// The states after the last update, [queries, dimension].
  public let states: Tensor<Scalar>
  /// The number of updates of each query.
  public let steps: [Int]
  /// The reason why each query stopped.
  public let stopReasons: [RetrievalStop]
  /// The energy of each query before each update and after the last, steps + 1 numbers; empty unless
  /// recorded. A query that stopped as ``RetrievalStop/nonFinite`` has none after the last.
  public let energies: [[Double]]
  /// The largest weights of the stored patterns at the last state of each query, falling; empty unless asked
  /// for, for memories without weights, and where a query stopped as ``RetrievalStop/nonFinite``.
  public let weights: [[PatternWeight]]
  /// The fixed point of each query; nil where it was not asked for or the memory cannot tell, and where a query stopped
  /// as ``RetrievalStop/nonFinite``.
  public let fixedPoints: [FixedPoint?]

  /// A retrieval from its parts, for a memory of one's own.
  public init(
    states: Tensor<Scalar>, steps: [Int], stopReasons: [RetrievalStop], energies: [[Double]] = [],
    weights: [[PatternWeight]] = [], fixedPoints: [FixedPoint?]
  ) {
    self.states = states
    self.steps = steps
    self.stopReasons = stopReasons
    self.energies = energies
    self.weights = weights
    self.fixedPoints = fixedPoints
  }
}

/// The reason why a query's retrieval stopped.
public enum RetrievalStop: Sendable, Equatable, CustomStringConvertible {
  /// The last update moved the state by no more than the tolerance, or no neuron changed.
  case converged
  /// It took all the updates that were allowed.
  case stepLimit
  /// A synchronous update led back to the state before the last one, and always will.
  case twoCycle
  /// No stored pattern reaches the state, or none is stored: the energy is flat there, and the state stays.
  case noMemory
  /// The query, what an update made of it, or its scores at the state where it would have stopped are infinite or not
  /// a number; the last state of finite numbers is kept. Weights and kind are not reported.
  case nonFinite

  public var description: String {
    switch self {
    case .converged: "came to rest"
    case .stepLimit: "took all the steps allowed"
    case .twoCycle: "alternates between two states"
    case .noMemory: "is out of reach of every stored pattern"
    case .nonFinite: "became infinite or not a number"
    }
  }
}

/// The share of a stored pattern in a mixture.
public struct PatternWeight: Sendable, Equatable {
  /// The row of the pattern in the store.
  public let pattern: Int
  /// Its weight; those of all patterns add up to 1.
  public let weight: Double

  /// A pattern and its weight.
  public init(pattern: Int, weight: Double) {
    self.pattern = pattern
    self.weight = weight
  }
}

/// The composition of a retrieved state from stored patterns.
public struct FixedPoint: Sendable, Equatable {
  /// The kind, judged by the weights.
  public let kind: FixedPointKind
  /// The smallest number of weights that add up to 90 %; nil for memories of binary states, which have no weights.
  public let dominantCount: Int?
  /// The largest weight; for memories of binary states the largest overlap |xi·s| / d.
  public let largestWeight: Double
  /// The spectral radius of the Jacobian of the update at the state; nil unless asked for. Below 1 the fixed
  /// point attracts its neighbourhood.
  public let spectralRadius: Double?

  /// A fixed point from its parts, for a memory of one's own.
  public init(
    kind: FixedPointKind, dominantCount: Int?, largestWeight: Double, spectralRadius: Double? = nil
  ) {
    self.kind = kind
    self.dominantCount = dominantCount
    self.largestWeight = largestWeight
    self.spectralRadius = spectralRadius
  }
}

/// The kinds of fixed points of a memory. A state whose weights are not numbers has none.
///
/// - Source: Ramsauer et al. 2020, section 2 and appendix A.1.5; the border of an average over half of the
///   patterns is that of their class I of attention heads.
public enum FixedPointKind: Sendable, Equatable {
  /// One pattern: a weight of at least 0.9, or an overlap of at least 0.9.
  case singlePattern
  /// A mixture of several patterns and not of most.
  case metastable
  /// A mixture of most patterns: more than half of them make 90 % of the weight.
  case globalAverage

  /// The kind of a mixture of `patternCount` patterns, `dominantCount` of which make 90 %.
  public init(dominantCount: Int, patternCount: Int) {
    if dominantCount <= 1 {
      self = .singlePattern
    } else {
      self = 2 * dominantCount > patternCount ? .globalAverage : .metastable
    }
  }
}

extension Retrieval {
  /// The mean number of updates of a query.
  public var meanSteps: Double { Double(steps.reduce(0, +)) / Double(steps.count) }

  /// The share of a kind among the reported fixed points; 0 where none was reported.
  public func share(of kind: FixedPointKind) -> Double {
    let reported = fixedPoints.compactMap(\.self)
    return Double(reported.count { $0.kind == kind }) / Double(max(1, reported.count))
  }

  /// The median over fixed points of the number of weights that add up to 90 %, the upper one of two middle ones; nil where
  /// none was reported.
  public var medianDominantCount: Int? {
    let counts = fixedPoints.compactMap { $0?.dominantCount }.sorted()
    return counts.isEmpty ? nil : counts[counts.count / 2]
  }

  /// The largest spectral radius of the update's Jacobian at a fixed point; nil where none was measured.
  public var largestSpectralRadius: Double? { fixedPoints.compactMap { $0?.spectralRadius }.max() }

  /// The different states, [1, dimension] each, of queries that stopped for one of some reasons, or for any where nil:
  /// those that are farther than `distance` from all before them.
  public func distinctStates(within distance: Double, stopped reasons: [RetrievalStop]? = nil) -> [Tensor<
    Scalar
  >] {
    var kept: [Tensor<Scalar>] = []
    for query in stopReasons.indices where reasons?.contains(stopReasons[query]) ?? true {
      let state = states.sliced(axis: 0, query..<query + 1)
      if !kept.contains(where: { $0.rowDistances(to: state)[0] <= distance }) { kept.append(state) }
    }
    return kept
  }
}
