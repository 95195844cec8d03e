public import Tensors

/// What makes features of fixed number of a bag: a pooling of its instances, or their answers side by side.
public protocol BagEncoder<Scalar>: Parameterized {
  /// The features of a bag.
  var featureCount: Int { get }

  /// The features of each bag, [bags, instances, …] to [bags, features].
  ///
  /// - Parameters:
  ///   - bags: Bags of equally many instances.
  ///   - random: Where training leaves parts out at random; nil otherwise.
  func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar>
}

extension HopfieldPooling: BagEncoder {
  public var featureCount: Int { queries.shape[0] * association.configuration.resultSize }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    self(bags, dropout: random)
  }
}

/// The mean of a bag's instances.
///
/// - Shape: [bags, instances, size] to [bags, size].
public struct InstanceMean<Scalar: TensorScalar>: BagEncoder {
  public let featureCount: Int

  /// The mean of instances of `size` numbers.
  public init(size: Int) { featureCount = size }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    bags.mean(axes: [1])
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
}

/// Every instance of a bag looks at every other: the answers of all, side by side.
///
/// - Shape: [bags, instances, size] to [bags, instances * output size].
public struct AssociatedInstances<Scalar: TensorScalar>: BagEncoder {
  private var association: HopfieldAssociation<Scalar>
  public let featureCount: Int

  /// An association of bags of `instanceCount` instances.
  public init(_ association: HopfieldAssociation<Scalar>, instanceCount: Int) {
    self.association = association
    featureCount = instanceCount * association.configuration.resultSize
  }

  /// The same with an association whose weights are drawn.
  public init(_ association: HopfieldConfiguration, instanceCount: Int, random: RandomStream) {
    self.init(HopfieldAssociation(association, random: random), instanceCount: instanceCount)
  }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    association(HopfieldPatterns(bags), dropout: random).reshaped([bags.shape[0], featureCount])
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("association", &association)
  }
}

/// Every instance of a bag is looked up in a table of patterns: the answers of all, side by side.
///
/// - Shape: [bags, instances, size] to [bags, instances * output size].
public struct LookedUpInstances<Scalar: TensorScalar>: BagEncoder {
  private var lookup: HopfieldLookup<Scalar>
  public let featureCount: Int

  /// A lookup for bags of `instanceCount` instances.
  public init(_ lookup: HopfieldLookup<Scalar>, instanceCount: Int) {
    self.lookup = lookup
    featureCount = instanceCount * lookup.association.configuration.resultSize
  }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    lookup(bags, dropout: random).reshaped([bags.shape[0], featureCount])
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("lookup", &lookup)
  }
}

/// The mean of a bag's instances with the weights of attention: softmax over the instances of their scores.
///
/// - Shape: [bags, instances, size] to [bags, size].
/// - Source: Ilse, Tomczak, Welling, ICML 2018, equations 7 to 9.
public struct AttentionPooling<Scalar: TensorScalar>: BagEncoder {
  private var scores: GatedAttentionScores<Scalar>
  public let featureCount: Int

  /// Attention over instances of `size` numbers.
  public init(_ scores: GatedAttentionScores<Scalar>, size: Int) {
    self.scores = scores
    featureCount = size
  }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    let (count, instances) = (bags.shape[0], bags.shape[1])
    let weights = scores(bags.reshaped([count * instances, featureCount])).reshaped([count, 1, instances])
    return weights.softmax().matrixProduct(bags).reshaped([count, featureCount])
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("scores", &scores)
  }
}

/// Features of each image of a bag, and an encoder of these.
///
/// - Shape: [bags, images, height, width] to the features of the encoder.
/// - Source: with ``AttentionPooling`` the network of the MNIST bags of Ilse, Tomczak, Welling, ICML 2018.
public struct ImageBagEncoder<Encoder: BagEncoder>: BagEncoder {
  public typealias Scalar = Encoder.Scalar
  private var images: DigitFeatures<Scalar>
  private var encoder: Encoder

  /// An encoder of the features that each image has.
  public init(_ images: DigitFeatures<Scalar>, _ encoder: Encoder) {
    (self.images, self.encoder) = (images, encoder)
  }

  public var featureCount: Int { encoder.featureCount }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    let shape = bags.shape
    let found = images(bags.reshaped([shape[0] * shape[1], shape[2], shape[3]]))
    return encoder.features(of: found.reshaped([shape[0], shape[1], found.shape[1]]), dropout: random)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("images", &images)
    visit("encoder", &encoder)
  }
}

/// Features of bags by any model, such as a recurrent network that reads the instances in their order.
///
/// ```swift
/// let encoder = ModelBagEncoder(network, featureCount: 4) { network, bags in network(bags) }
/// ```
public struct ModelBagEncoder<Model: Parameterized>: BagEncoder {
  public typealias Scalar = Model.Scalar
  private var model: Model
  public let featureCount: Int
  private let features: @Sendable (Model, Tensor<Model.Scalar>) -> Tensor<Model.Scalar>

  /// An encoder by a function of a model, [bags, instances, …] to [bags, features].
  public init(
    _ model: Model, featureCount: Int,
    features: @escaping @Sendable (_ model: Model, _ bags: Tensor<Model.Scalar>) -> Tensor<Model.Scalar>
  ) {
    (self.model, self.featureCount, self.features) = (model, featureCount, features)
  }

  public func features(of bags: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    features(model, bags)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("model", &model) }
}
