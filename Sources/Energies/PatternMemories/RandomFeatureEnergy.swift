import Foundations
public import Tensors

/// The energy of a memory of constant size: kernels between state and patterns, estimated by random features.
///
///     E = sum_B - 1/beta log max( Phi(g_B)·T / F, floor )        T = sum_mu Phi(xi_mu)
///     Phi(x) = [cos(sqrt(beta) omega_k·x), sin(sqrt(beta) omega_k·x)]       omega_k normal, k = 1 … F
///
/// The expectation of Phi(x)·Phi(y) / F is exp(-beta/2 |x - y|²), so E estimates -1/beta log sum_mu
/// exp(-beta/2 |g - xi_mu|²) with an error that falls as 1 / sqrt(F). Where the estimate is below the floor
/// the energy is flat: nothing is known there. Tokens do not interact.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hoover et al. 2024, "Dense associative memory through the lens of random features".
/// - Cost: 2 N D F operations an example, whatever the number of patterns.
public struct RandomFeatureEnergy<Scalar: TensorScalar>: Energy {
  /// omega as columns, [dimension, F].
  public let frequencies: Tensor<Scalar>
  /// T: the cosines, then the sines, of all patterns, [2, F].
  public var total: Tensor<Scalar>
  /// The inverse temperature.
  public let beta: Scalar
  /// The smallest sum of kernels that is believed.
  public let floor: Scalar

  /// An energy of the summed features `total`, [2, F], for frequencies [dimension, F].
  public init(frequencies: Tensor<Scalar>, total: Tensor<Scalar>, beta: Scalar, floor: Scalar) {
    require(
      frequencies.rank == 2 && total.shape == [2, frequencies.shape[1]],
      "features of shape \(total.shape) for frequencies of shape \(frequencies.shape)")
    require(floor > 0 && floor.isFinite, "the floor is a positive number, not \(floor)")
    checkBeta(beta)
    self.frequencies = frequencies
    self.total = total
    self.beta = beta
    self.floor = floor
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("total", &total)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let each = kernelSum(at: g.values).atLeast(floor).logarithm() / -beta
    return (g.mask.map { each * $0.tensor() } ?? each).sum(axes: [1])
  }

  /// Phi(x)·T / F, the estimated sum of kernels, for every row x of the last axis, which is removed.
  public func kernelSum(at x: Tensor<Scalar>) -> Tensor<Scalar> { kernelSum(angles: angles(of: x)) }

  /// The features of every row of [rows, dimension], summed: T of these patterns, [2, F].
  public func features(of patterns: Tensor<Scalar>) -> Tensor<Scalar> {
    let angles = angles(of: patterns)
    let parts = [angles.cosine(), angles.sine()].map { $0.sum(axes: [0], keepingDimensions: true) }
    return .concatenated(parts, axis: 0)
  }
}

extension RandomFeatureEnergy {
  /// sqrt(beta) omega_k·x, [..., F]: linear in x, so that points along a line need one product for all.
  package func angles(of x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.projected(by: frequencies) * beta.squareRoot()
  }

  /// ``kernelSum(at:)`` where the angles are known.
  package func kernelSum(angles: Tensor<Scalar>) -> Tensor<Scalar> {
    let cosines = angles.cosine().projected(by: total.sliced(axis: 0, 0..<1), transposed: true)
    let sines = angles.sine().projected(by: total.sliced(axis: 0, 1..<2), transposed: true)
    return (cosines + sines).reshaped(Array(angles.shape.dropLast())) / Scalar(frequencies.shape[1])
  }

  /// The estimated sum of kernels z and dz/dx at each row of [rows, dimension], whose angles are these, in
  /// closed form.
  package func kernelSumAndGradient(
    angles: Tensor<Scalar>
  ) -> (sum: Tensor<Scalar>, gradient: Tensor<Scalar>) {
    let (cosines, sines) = (angles.cosine(), angles.sine())
    let (forCosines, forSines) = (total.sliced(axis: 0, 0..<1), total.sliced(axis: 0, 1..<2))
    let scale = 1 / Scalar(frequencies.shape[1])
    let sum =
      cosines.projected(by: forCosines, transposed: true)
      + sines.projected(by: forSines, transposed: true)
    let slopes = cosines * forSines - sines * forCosines
    return (
      sum.reshaped([angles.shape[0]]) * scale,
      slopes.projected(by: frequencies, transposed: true) * (scale * beta.squareRoot())
    )
  }
}
