import Foundation
import Foundations
public import Tensors

/// A memory in which each pattern attracts states within a ball around it, and none outside.
///
///     E = -1/beta log( epsilon + sum_mu max(0, 1 - beta/2 |x - xi_mu|²) )
///     x <- mean of the patterns with |x - xi_mu|² < 2 / beta
///
/// The update is the mean shift of the Epanechnikov kernel: E never rises under it, since the mean is the
/// maximum of the sum over the balls that contain x. With beta = 2 / (r - delta)², r being the smallest
/// distance of two patterns, one update retrieves a pattern exactly from within delta. Larger balls overlap,
/// and the centres of what overlaps are memories too. Outside all balls the state stays and the stop reason
/// is ``RetrievalStop/noMemory``. Where products of patterns and states overflow `Scalar`, and a state
/// is not farther from all patterns than a ball reaches, its energy is NaN and the stop reason
/// ``RetrievalStop/nonFinite``.
///
/// ``Energies/LogSumReLUEnergy`` is the same energy for descents.
///
/// - Source: Hoover et al. 2025, "Dense associative memory with Epanechnikov energy"; the update is its
///   gradient set to 0.
/// - Cost: 2 N D operations per query and update.
public struct LogSumReLUMemory<Scalar: TensorScalar>: AssociativeMemory {
  /// The source of the stored patterns.
  public private(set) var source: any PatternSource<Scalar>
  /// The inverse temperature: 2 / radius².
  public let beta: Scalar
  /// The constant that keeps the energy finite outside the balls.
  public let epsilon: Scalar

  /// A memory of patterns wherever they are; only those of a ``PatternStore`` can be changed.
  public init(source: any PatternSource<Scalar>, beta: Scalar, epsilon: Scalar = 1e-6) {
    require(beta > 0 && beta.isFinite, "beta is a positive number, not \(beta)")
    require(epsilon > 0 && epsilon.isFinite, "epsilon is a positive number, not \(epsilon)")
    require(source.dimension > 0, "patterns of \(source.dimension) numbers")
    self.source = source
    self.beta = beta
    self.epsilon = epsilon
  }

  /// A memory that stores patterns of shape [count, dimension].
  public init(patterns: Tensor<Scalar>, beta: Scalar, epsilon: Scalar = 1e-6) {
    self.init(source: PatternStore(patterns), beta: beta, epsilon: epsilon)
  }

  public var dimension: Int { source.dimension }
  public var patternCount: Int { source.patternCount }
  /// The radius of the ball around a pattern: sqrt(2 / beta).
  public var supportRadius: Double { (2 / Double(beta)).squareRoot() }

  public mutating func store(_ patterns: Tensor<Scalar>) {
    checkRows(patterns, "patterns")
    PatternStore.change(&source) { $0.append(patterns) }
  }

  public mutating func forget(_ patterns: Tensor<Scalar>) throws {
    checkRows(patterns, "patterns")
    try PatternStore.change(&source) { try $0.remove(patterns) }
  }

  public func energy(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    return Tensor(shape: [states.shape[0]], elements: neighbours(of: states).map { Scalar(energy($0)) })
  }

  public func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar> {
    checkRows(queries, "queries")
    var loop = RetrievalLoop(queries, largestNorm: source.largestNorm, options: options)
    loop.run { states in
      let found = neighbours(of: states)
      return UpdateEvaluation(
        next: means(states, found), energies: found.map { energy($0) },
        isReached: found.map { !$0.isKnown || !$0.patterns.isEmpty })
    }
    let last = neighbours(of: loop.tensor(loop.finite))
    loop.leaveOut(last.map { !$0.isKnown })
    let known = last.filter(\.isKnown)
    if options.recordsEnergies { loop.recordLast(known.map { energy($0) }) }
    return loop.retrieval(
      weights: options.weightLimit > 0 ? known.map { $0.weights(limit: options.weightLimit) } : [],
      fixedPoints: options.classifiesFixedPoints ? known.map { fixedPoint($0, options) } : [])
  }
}

extension LogSumReLUMemory {
  /// The patterns whose balls contain a state.
  private struct Neighbours {
    /// Their rows in the store, rising.
    let patterns: [Int]
    /// The sum of 1 - beta/2 |x - xi|² over them.
    let kernelSum: Double
    /// Their numbers, row after row.
    let rows: [Tensor<Scalar>]

    /// No pattern.
    static var none: Neighbours { Neighbours(patterns: [], kernelSum: 0, rows: []) }
    /// Distances that are beyond the numbers of `Scalar`.
    static var unknown: Neighbours { Neighbours(patterns: [], kernelSum: .nan, rows: []) }
    var isKnown: Bool { !kernelSum.isNaN }

    func weights(limit: Int) -> [PatternWeight] {
      patterns.prefix(limit).map { PatternWeight(pattern: $0, weight: 1 / Double(patterns.count)) }
    }
  }

  private func neighbours(of states: Tensor<Scalar>) -> [Neighbours] {
    let count = states.shape[0]
    let (norms, largest) = (norms(states), source.largestNorm)
    let isFar = norms.map { $0 > (largest + supportRadius) * (1 + 1e-6) }
    // Scores round; distances of what they let pass are measured again.
    let rounding = Double(dimension + 8) * Double(Scalar.ulpOfOne)
    let bounds = norms.map { norm in
      let bound = norm * norm / 2 - 1 / Double(beta) - rounding * (norm * norm + largest * largest)
      return bound.isFinite ? bound : .infinity
    }
    let pass = ShortlistPass(PatternPass(source), bound: .fixed(bounds), queryCount: count)
    let lists = pass.run(states, scale: 1, lessHalfSquares: true)
    let most = Double(Scalar.greatestFiniteMagnitude) / 4
    return Parallelism.map(count) { row in
      if isFar[row] { return .none }
      let size = max(norms[row], largest)
      guard size * size < most, let list = lists[row] else { return .unknown }
      return measured(states.sliced(axis: 0, row..<row + 1), list.map(\.pattern).sorted())
    }
  }

  private func norms(_ states: Tensor<Scalar>) -> [Double] {
    states.withElements { elements in
      guard let start = elements.baseAddress else { return [] }
      return (0..<states.shape[0]).map { EuclideanNorm.of(start + $0 * dimension, count: dimension) }
    }
  }

  private func measured(_ state: Tensor<Scalar>, _ candidates: [Int]) -> Neighbours {
    var (patterns, rows, sum) = ([Int](), [Tensor<Scalar>](), 0.0)
    for candidate in candidates {
      let pattern = source.gathered([candidate])
      let difference = pattern - state
      let kernel = 1 - Double(beta) / 2 * difference.innerProduct(difference)
      if kernel > 0 {
        patterns.append(candidate)
        rows.append(pattern)
        sum += kernel
      }
    }
    return Neighbours(patterns: patterns, kernelSum: sum, rows: rows)
  }

  private func energy(_ found: Neighbours) -> Double {
    -log(Double(epsilon) + found.kernelSum) / Double(beta)
  }

  /// The mean of the neighbours of each state; the state itself where it has none, NaN where they are unknown.
  private func means(_ states: Tensor<Scalar>, _ found: [Neighbours]) -> Tensor<Scalar> {
    let rows = found.enumerated().map { row, found -> Tensor<Scalar> in
      if !found.isKnown { return Tensor(repeating: .nan, shape: [1, dimension]) }
      if found.rows.isEmpty { return states.sliced(axis: 0, row..<row + 1) }
      return Tensor.concatenated(found.rows, axis: 0).mean(axes: [0], keepingDimensions: true)
    }
    return rows.isEmpty ? states : .concatenated(rows, axis: 0)
  }

  /// The update is constant near almost every state: its Jacobian is 0 there.
  private func fixedPoint(_ found: Neighbours, _ options: RetrievalOptions) -> FixedPoint? {
    let count = found.patterns.count
    if count == 0 { return nil }
    let dominant = (9 * count + 9) / 10
    return FixedPoint(
      kind: FixedPointKind(dominantCount: dominant, patternCount: patternCount), dominantCount: dominant,
      largestWeight: 1 / Double(count), spectralRadius: options.measuresSpectralRadius ? 0 : nil)
  }
}
