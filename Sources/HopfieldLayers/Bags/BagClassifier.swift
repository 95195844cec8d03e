public import Tensors

/// Tells the class of bags of equally many instances: features of the bag, and a linear read-out.
///
///     logit = w · e(bag) + b
///
/// - Shape: [bags, instances, …] to [bags].
public struct BagClassifier<Encoder: BagEncoder>: Parameterized {
  public typealias Scalar = Encoder.Scalar
  /// What makes the features e.
  public private(set) var encoder: Encoder
  private var weight: Tensor<Scalar>
  private var bias: Tensor<Scalar>

  /// A classifier with an encoder; the read-out's weights have variance 1 / features, its bias is 0.
  public init(_ encoder: Encoder, random: RandomStream) {
    self.encoder = encoder
    var stream = random
    weight = .normal(
      [1, encoder.featureCount], standardDeviation: 1 / Double(encoder.featureCount).squareRoot(),
      using: &stream)
    bias = .zeros([1])
  }

  /// The logit of the positive class of each bag.
  ///
  /// - Parameters:
  ///   - bags: The instances of the bags, [bags, instances, …].
  ///   - random: Where training leaves parts out at random; nil otherwise.
  public func logits(_ bags: Tensor<Scalar>, dropout random: RandomStream? = nil) -> Tensor<Scalar> {
    let features = encoder.features(of: bags, dropout: random)
    return features.projected(by: weight, transposed: true).reshaped([bags.shape[0]]) + bias
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("encoder", &encoder)
    visit("weight", &weight)
    visit("bias", &bias)
  }
}
