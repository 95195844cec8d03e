public import Tensors

/// The states where retrieval from some queries comes to rest, and which of them are stored patterns.
///
/// Others are emergent: minima that nobody stored, such as the centre of balls that overlap in a ``LogSumReLUMemory``.
///
/// - Source: for the log-sum-ReLU energy Hoover et al. 2025, "Dense associative memory with Epanechnikov energy".
public struct RestingStates: Sendable {
  /// The different states, [1, dimension] each.
  public let states: [Tensor<Double>]
  /// The number of them that are stored patterns.
  public let storedCount: Int
  /// The number of queries that no pattern reaches.
  public let unreachedCount: Int
  private let energyAround: @Sendable (Tensor<Double>, Tensor<Double>) -> (lowest: Double, around: [Double])

  /// The number of states that are not stored patterns.
  public var emergentCount: Int { states.count - storedCount }

  /// Retrieves until every query rests.
  ///
  /// - Parameters:
  ///   - memory: A memory of `patterns`.
  ///   - patterns: [patterns, dimension].
  ///   - queries: [queries, dimension].
  ///   - stepLimit: The largest number of updates of a query; one that still moves is left out.
  ///   - distance: States no farther apart than this count as one.
  public init(
    of memory: some AssociativeMemory<Double>, storing patterns: Tensor<Double>, from queries: Tensor<Double>,
    stepLimit: Int = 1_000, within distance: Double = 1e-9
  ) {
    let found = memory.retrieve(queries, options: .updates(stepLimit))
    states = found.distinctStates(within: distance, stopped: [.converged])
    storedCount = states.count { state in
      patterns.rowDistances(to: state).contains { $0 < distance }
    }
    unreachedCount = found.stopReasons.count { $0 == .noMemory }
    energyAround = { state, offsets in
      (memory.energy(at: state).elements[0], memory.energy(at: state + offsets).elements)
    }
  }

  /// How many states have a lower energy than every point at some offsets from them, [offsets, dimension].
  public func strictMinimumCount(among offsets: Tensor<Double>) -> Int {
    states.count { state in
      let energies = energyAround(state, offsets)
      return energies.around.allSatisfy { $0 > energies.lowest }
    }
  }
}
