import Foundations
public import Tensors

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

  public func initialMemory<Scalar>() -> UpdateMemory<Scalar> { UpdateMemory(random: random) }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    var random = memory.random ?? self.random
    let noise = Tensor<Scalar>.normal(gradient.shape, standardDeviation: standardDeviation, using: &random)
    memory.random = random
    return noise * stepSize.squareRoot() - gradient * stepSize
  }
}

extension UpdateRule where Self == NoisyUpdate {
  /// Langevin descent whose noise comes from `random`.
  public static func noisy(standardDeviation: Double, random: RandomStream) -> NoisyUpdate {
    NoisyUpdate(standardDeviation: standardDeviation, random: random)
  }
}
