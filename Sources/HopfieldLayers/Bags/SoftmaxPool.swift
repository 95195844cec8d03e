import Foundations
public import Tensors

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
  /// - Parameters:
  ///   - featureCount: The number of features of an instance.
  ///   - headCount: `featureCount`, or 1.
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
    let rowCount = features.shape[0]
    features.withElements { features in
      scores.withElements { scores in
        guard let features = features.baseAddress, let scores = scores.baseAddress else { return }
        Scalar.kernels.pool(
          count: rowCount, columns: featureCount, heads: headCount, x: features, scores: scores,
          largest: &largestScores, weights: &weightSums, values: &valueSums)
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
    let rowCount = scores.shape[0]
    return [Scalar](unsafeUninitializedCapacity: rowCount) { out, filled in
      scores.withElements { scores in
        if let scores = scores.baseAddress, let out = out.baseAddress {
          Scalar.kernels.largestExcess(
            count: rowCount, heads: heads, scores: scores, levels: levels, y: out)
        }
      }
      filled = rowCount
    }
  }

  private static func row(_ values: [Scalar]) -> Tensor<Scalar> {
    Tensor(shape: [1, values.count], elements: values)
  }
}
