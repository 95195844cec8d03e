import Foundations
public import Tensors

/// Plain descent: x <- x - alpha dE/dg.
///
/// - Source: Hoover et al. 2023, equation 6.
public struct GradientUpdate: UpdateRule {
  /// Plain descent.
  public init() {}
  public var isGradientStep: Bool { true }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    gradient * -stepSize
  }
}

extension UpdateRule where Self == GradientUpdate {
  /// Plain descent: x <- x - alpha dE/dg.
  public static var gradient: GradientUpdate { GradientUpdate() }
}

/// Langevin descent: x <- x - alpha dE/dg + sqrt(alpha) n, n ~ N(0, deviation²) for every number.
///
/// Helps to leave saddle points in training; the energy may rise.
///
/// - Source: Energy Transformer for graphs, equation 27 (deviation 0.02).
public struct NoisyUpdate: UpdateRule {
  /// The standard deviation of the noise.
  public let standardDeviation: Double
  private let random: RandomStream

  /// Langevin descent whose noise comes from `random`.
  public init(standardDeviation: Double, random: RandomStream) {
    require(standardDeviation >= 0, "a standard deviation is not negative: \(standardDeviation)")
    self.standardDeviation = standardDeviation
    self.random = random
  }

  public var isGradientStep: Bool { true }

  public func initialState<Scalar>() -> UpdateState<Scalar> { UpdateState(random: random) }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    var random = state.random ?? self.random
    let noise = Tensor<Scalar>.normal(gradient.shape, standardDeviation: standardDeviation, using: &random)
    state.random = random
    return noise * stepSize.squareRoot() - gradient * stepSize
  }
}

extension UpdateRule where Self == NoisyUpdate {
  /// Langevin descent whose noise comes from `random`.
  public static func noisy(standardDeviation: Double, random: RandomStream) -> NoisyUpdate {
    NoisyUpdate(standardDeviation: standardDeviation, random: random)
  }
}
