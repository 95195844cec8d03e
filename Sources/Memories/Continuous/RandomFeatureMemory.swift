public import Energies
import Foundation
import Foundations
public import Tensors

/// A memory of constant size: random features of all patterns, added up.
///
///     E = -1/beta log max( Phi(x)·T / F, floor )        T = sum_mu Phi(xi_mu)
///     x <- x - step dE/dx
///
/// It keeps 2 F numbers however many patterns it stores; the energy estimates that of a memory with Gaussian
/// kernels, -1/beta log sum_mu exp(-beta/2 |x - xi_mu|²), with an error that falls as 1 / sqrt(F). A step of
/// 1 is the mean shift of the exact energy; it is halved until the estimated energy does not rise. Where the
/// estimate is at the floor no memory is in reach. Storing adds features and forgetting subtracts them: this
/// memory cannot tell whether a pattern that it is to forget was stored, and its weights and kinds of fixed
/// points are unknown. A state whose angles sqrt(beta) omega_k·x overflow `Scalar` stops as
/// ``RetrievalStop/nonFinite``; a pattern of such angles is not stored.
///
/// - Source: Hoover et al. 2024, "Dense associative memory through the lens of random features".
/// - Cost: 6 D F operations per query and step, whatever the number of patterns.
public struct RandomFeatureMemory<Scalar: TensorScalar>: AssociativeMemory {
  /// The energy with the features of what is stored.
  public private(set) var energyFunction: RandomFeatureEnergy<Scalar>
  public private(set) var patternCount = 0
  private var largestNorm = 0.0
  private static var halvings: Int { 30 }

  /// An empty memory of `featureCount` random frequencies, F.
  public init(
    dimension: Int, featureCount: Int, beta: Scalar, floor: Scalar = 1e-3, using random: inout RandomStream
  ) {
    require(dimension > 0 && featureCount > 0, "\(featureCount) features of patterns of \(dimension) numbers")
    energyFunction = RandomFeatureEnergy(
      frequencies: .normal([dimension, featureCount], using: &random), total: .zeros([2, featureCount]),
      beta: beta, floor: floor)
  }

  public var dimension: Int { energyFunction.frequencies.shape[0] }
  /// F; the memory keeps 2 F numbers, and the frequencies, `dimension` times F.
  public var featureCount: Int { energyFunction.frequencies.shape[1] }

  public mutating func store(_ patterns: Tensor<Scalar>) {
    checkRows(patterns, "patterns")
    let norm = PatternStore(patterns).largestNorm
    add(patterns, times: 1)
    require(
      energyFunction.total.isFinite,
      "patterns of shape \(patterns.shape) and norms up to \(norm): their angles overflow \(Scalar.self)"
    )
    patternCount += patterns.shape[0]
    largestNorm = max(largestNorm, norm)
  }

  /// Subtracts the features of patterns, [count, dimension], which must have been stored: it cannot tell.
  public mutating func forget(_ patterns: Tensor<Scalar>) throws {
    checkRows(patterns, "patterns")
    guard patterns.shape[0] <= patternCount else {
      throw PatternNotStored(row: patternCount, patternCount: patternCount)
    }
    add(patterns, times: -1)
    patternCount -= patterns.shape[0]
    // Nothing is left, not even rounding.
    if patternCount == 0 { energyFunction.total = .zeros([2, featureCount]) }
  }

  private mutating func add(_ patterns: Tensor<Scalar>, times factor: Scalar) {
    for part in parts(of: patterns) {
      energyFunction.total = energyFunction.total + energyFunction.features(of: part) * factor
    }
  }

  /// Some rows at a time, so that their features fit into memory.
  private func parts(of rows: Tensor<Scalar>) -> [Tensor<Scalar>] {
    let length = max(1, (1 << 22) / featureCount)
    return stride(from: 0, to: rows.shape[0], by: length).map {
      rows.sliced(axis: 0, $0..<min($0 + length, rows.shape[0]))
    }
  }

  public func energy(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    return Tensor(shape: [states.shape[0]], elements: energies(at: states).map { Scalar($0) })
  }

  public func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar> {
    checkRows(queries, "queries")
    var loop = RetrievalLoop(queries, largestNorm: largestNorm, options: options)
    loop.run { step(from: $0) }
    if options.recordsEnergies { loop.recordLast(energies(at: loop.tensor(loop.finite))) }
    return loop.retrieval(weights: [], fixedPoints: [])
  }

  private func energies(at states: Tensor<Scalar>) -> [Double] {
    parts(of: states).flatMap { part in energyFunction.kernelSum(at: part).elements.map { energy($0) } }
  }

  /// -1/beta log max(z, floor), in double precision: energies of successive steps are compared.
  private func energy(_ kernelSum: Scalar) -> Double {
    -log(Double(max(kernelSum, energyFunction.floor))) / Double(energyFunction.beta)
  }

  private func step(from states: Tensor<Scalar>) -> UpdateEvaluation<Scalar> {
    let steps = parts(of: states).map { part -> UpdateEvaluation<Scalar> in
      let angles = energyFunction.angles(of: part)
      let (sums, slopes) = energyFunction.kernelSumAndGradient(angles: angles)
      // An estimate that is not a number is no sign that nothing is in reach: its step makes it known.
      let isReached = sums.elements.map { !($0 <= energyFunction.floor) }
      let believed = sums.atLeast(energyFunction.floor).reshaped([part.shape[0], 1])
      // -dE/dx = dz/dx / (beta z)
      let displacements = slopes / believed / energyFunction.beta
      let energies = sums.elements.map { energy($0) }
      let rates = rates(angles, energyFunction.angles(of: displacements), energies)
      return UpdateEvaluation(next: part + displacements * rates, energies: energies, isReached: isReached)
    }
    return UpdateEvaluation(
      next: steps.isEmpty ? states : .concatenated(steps.map(\.next), axis: 0),
      energies: steps.flatMap(\.energies), isReached: steps.flatMap(\.isReached))
  }

  /// The largest of 1, ½, ¼, … times the displacement of each state that does not raise its energy, [states, 1]; 0 where
  /// none is small enough. `turns` are what the displacements add to the angles.
  private func rates(
    _ angles: Tensor<Scalar>, _ turns: Tensor<Scalar>, _ energies: [Double]
  ) -> Tensor<Scalar> {
    var rates = [Scalar](repeating: 1, count: energies.count)
    var higher = Array(energies.indices)
    for _ in 0..<Self.halvings where !higher.isEmpty {
      let tried = Tensor(shape: [higher.count, 1], elements: higher.map { rates[$0] })
      let moved = angles.gathered(higher, axis: 0) + turns.gathered(higher, axis: 0) * tried
      let found = energyFunction.kernelSum(angles: moved).elements.map { energy($0) }
      higher = zip(higher, found).filter { !($1 <= energies[$0]) }.map(\.0)
      for row in higher { rates[row] /= 2 }
    }
    for row in higher { rates[row] = 0 }
    return Tensor(shape: [rates.count, 1], elements: rates)
  }
}
