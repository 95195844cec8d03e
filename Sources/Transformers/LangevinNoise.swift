import Energies
public import Tensors

/// The noise that training adds after every step: x <- x - alpha dE/dg + sqrt(alpha) n, n ~ N(0, deviation²).
///
/// It depends on neither tokens nor weights, so the steps themselves run in the fused kernels of plain descent.
///
/// - Source: Hoover et al. 2023, equation 27 (deviation 0.02).
public struct LangevinNoise: Sendable {
  /// The standard deviation of n.
  public let standardDeviation: Double
  private let random: RandomStream
  private let order: Order

  /// The order in which numbers are drawn.
  private enum Order { case oneAfterAnother, inPieces }

  /// Noise drawn sequentially: block b draws from child b + 1 of the stream.
  public init(standardDeviation: Double, random: RandomStream) {
    self.init(standardDeviation, random, .oneAfterAnother)
  }

  /// Noise drawn by all threads at once, for many tokens. The number of threads does not change it.
  public static func inPieces(standardDeviation: Double, random: RandomStream) -> LangevinNoise {
    LangevinNoise(standardDeviation, random, .inPieces)
  }

  private init(_ standardDeviation: Double, _ random: RandomStream, _ order: Order) {
    (self.standardDeviation, self.random, self.order) = (standardDeviation, random, order)
  }

  /// The draws of a block's descent.
  func draws(ofBlock block: Int, settings: DescentSettings) -> Draws {
    let first = block * settings.steps
    return Draws(
      deviation: settings.stepSize.squareRoot() * standardDeviation,
      random: order == .inPieces ? random : random.child(1 + UInt64(block)), isInPieces: order == .inPieces,
      step: first)
  }

  /// Noise for one step after the other.
  struct Draws {
    let deviation: Double
    var random: RandomStream
    let isInPieces: Bool
    var step: Int

    /// Tokens with the noise of the next step; padding has none.
    mutating func added<Scalar>(to tokens: Tokens<Scalar>) -> Tokens<Scalar> {
      let shape = tokens.values.shape
      let noise: Tensor<Scalar> =
        isInPieces
        ? .normal(shape, standardDeviation: deviation, inPiecesFrom: random.child(UInt64(step)))
        : .normal(shape, standardDeviation: deviation, using: &random)
      step += 1
      guard let mask = tokens.mask else { return Tokens(tokens.values + noise) }
      let real = mask.tensor(Scalar.self).reshaped([mask.batch, mask.tokenCount, 1])
      return Tokens(tokens.values + noise * real, mask: mask)
    }
  }
}

extension Tensor {
  /// Independent draws from a normal distribution; the same for the same stream on any number of threads.
  fileprivate static func normal(
    _ shape: [Int], standardDeviation: Double, inPiecesFrom random: RandomStream
  ) -> Tensor {
    let (piece, count) = (4_096, shape.reduce(1, *))
    return Tensor(shape: shape) { out in
      Parallelism.forEach((count + piece - 1) / piece) { index in
        var stream = random.child(UInt64(index))
        let start = index * piece
        stream.fillNormal(
          out + start, count: Swift.min(piece, count - start), standardDeviation: standardDeviation)
      }
    }
  }
}
