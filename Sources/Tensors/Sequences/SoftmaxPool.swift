import Foundations

/// Softmax pooling of instances that come block after block: z = sum of e^s h / sum of e^s over instances
/// with features h and scores s, one score for each feature (a head of its own) or one for all of them.
///
/// Sums are relative to the largest score so far, so that nothing overflows, and no block is kept.
///
/// - Cost: one exponential a score, in one sweep over a block after one for the largest score.
public struct SoftmaxPool<Scalar: TensorScalar>: Sendable {
  /// The number of instances so far.
  public private(set) var count = 0
  private var largestScores: [Scalar]
  private var weightSums: [Scalar]
  private var valueSums: [Scalar]

  /// A pool without instances.
  ///
  /// - Parameter headCount: `featureCount`, or 1.
  public init(featureCount: Int, headCount: Int) {
    require(
      featureCount > 0 && (headCount == featureCount || headCount == 1),
      "\(headCount) heads for \(featureCount) features, expected as many or 1")
    largestScores = Array(repeating: -.infinity, count: headCount)
    weightSums = Array(repeating: 0, count: headCount)
    valueSums = Array(repeating: 0, count: featureCount)
  }

  /// The largest score of each head, [1, heads].
  public var largest: Tensor<Scalar> { Self.row(largestScores) }
  /// Sum of e^(s - largest), [1, heads].
  public var weightSum: Tensor<Scalar> { Self.row(weightSums) }
  /// Sum of e^(s - largest) h, [1, features].
  public var valueSum: Tensor<Scalar> { Self.row(valueSums) }
  /// z, [1, features].
  public var pooled: Tensor<Scalar> { valueSum / weightSum }
  /// log sum exp of the scores, [1, heads].
  public var logSums: Tensor<Scalar> { largest + weightSum.logarithm() }

  /// Adds a block, without derivatives.
  ///
  /// - Parameters:
  ///   - features: [instances, features].
  ///   - scores: [instances, heads].
  @_specialize(where Scalar == Float)
  public mutating func add(_ features: Tensor<Scalar>, scores: Tensor<Scalar>) {
    let (featureCount, headCount) = (valueSums.count, weightSums.count)
    require(
      features.shape == [features.count / featureCount, featureCount]
        && scores.shape == [features.shape[0], headCount],
      "features of shape \(features.shape) with scores of \(scores.shape), expected \(featureCount) features "
        + "and \(headCount) scores an instance")
    count += features.shape[0]
    largestScores.withUnsafeMutableBufferPointer { largest in
      weightSums.withUnsafeMutableBufferPointer { weights in
        valueSums.withUnsafeMutableBufferPointer { values in
          guard let largest = largest.baseAddress, let weights = weights.baseAddress,
            let values = values.baseAddress
          else { return }
          Scalar.kernels.sequences.pool(
            features.shape[0], featureCount, headCount, features.pointer, scores.pointer, largest, weights,
            values)
        }
      }
    }
  }

  /// For each instance of some scores [instances, heads], how far the score lies above the log-mean-exp of
  /// the instances so far, for the head where that is most.
  @_specialize(where Scalar == Float)
  public func largestExcess(of scores: Tensor<Scalar>) -> [Scalar] {
    let heads = weightSums.count
    require(
      scores.shape == [scores.count / heads, heads], "scores of shape \(scores.shape) of \(heads) heads")
    let levels = (largest + (weightSum / Scalar(max(1, count))).logarithm()).elements
    return [Scalar](unsafeUninitializedCapacity: scores.shape[0]) { out, filled in
      if let out = out.baseAddress {
        Scalar.kernels.sequences.largestExcess(scores.shape[0], heads, scores.pointer, levels, out)
      }
      filled = scores.shape[0]
    }
  }

  private static func row(_ values: [Scalar]) -> Tensor<Scalar> {
    Tensor(shape: [1, values.count], elements: values)
  }
}
