import Foundations
import Layers
public import Tensors

/// What decides how much each instance of a bag counts when the bag is pooled.
///
/// A bag of features h is pooled to z = sum over instances x of p(x) h(x), with p the softmax of scores over
/// the instances: one score for each feature, or one for all of them.
public protocol InstanceScores<Scalar>: Parameterized {
  /// The scores of instances: [instances, features] gives [instances, features] or [instances, 1].
  ///
  /// Each instance is scored by itself.
  func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar>

  /// Whether instances differ in weight, so that those with the largest weights stand for a bag.
  var ranksInstances: Bool { get }
}

extension InstanceScores {
  public var ranksInstances: Bool { true }
}

/// Maximum pooling of each feature, as the softmax of a score that is very large: score_k = sharpness h_k.
///
/// The pooled feature lies at most log(instances) / sharpness below the largest. Scores are constants for
/// differentiation, so that the derivative goes to the instance with the largest feature, as that of a
/// maximum.
public struct MaximumScores<Scalar: TensorScalar>: InstanceScores {
  /// What features are multiplied by.
  public let sharpness: Double

  /// Maximum pooling has no parameters.
  public init(sharpness: Double = 1e5) {
    require(sharpness > 0, "sharpness \(sharpness), expected a positive number")
    self.sharpness = sharpness
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    features.detached * Scalar(sharpness)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
}

/// Mean pooling: every instance scores 0.
public struct MeanScores<Scalar: TensorScalar>: InstanceScores {
  /// Mean pooling has no parameters.
  public init() {}

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    .zeros([features.shape[0], 1])
  }

  public var ranksInstances: Bool { false }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
}

/// Hopfield pooling with a head for each feature: score_k = β_k h_k, the overlap of a state of one number
/// with the instance's own feature as stored pattern.
///
/// Every head looks for its instances by itself, and is answered with the same feature of those: z_k is one
/// update of a modern Hopfield network of patterns of size 1. Many small heads are many independent searches,
/// which is what rare instances need.
///
/// - Source: Ramsauer et al. 2021, section 3 (`HopfieldPooling` with heads of size 1, patterns as they are).
public struct HopfieldHeadScores<Scalar: TensorScalar>: InstanceScores {
  /// β of each head times its learned state, [features].
  public private(set) var states: Tensor<Scalar>

  /// Heads that all start at one `beta`.
  public init(featureCount: Int, beta: Double) {
    require(featureCount > 0 && beta > 0, "\(featureCount) heads with beta \(beta)")
    states = Tensor(repeating: Scalar(beta), shape: [featureCount])
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    features * states
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("states", &states)
  }
}

/// Attention pooling with a gate: score = w · (tanh(V h + a) ⊙ sigmoid(U h + b)), one for all features.
///
/// - Source: Ilse, Tomczak, Welling, "Attention-based Deep Multiple Instance Learning", ICML 2018, equation
///   9; without the gate equation 8.
public struct GatedAttentionScores<Scalar: TensorScalar>: InstanceScores {
  private var values: Linear<Scalar>
  private var gate: Linear<Scalar>?
  private var weights: Tensor<Scalar>

  /// Weights of variance 2 / (inputs + outputs), biases 0.
  ///
  /// - Parameters:
  ///   - featureCount: The number of features of an instance.
  ///   - hiddenSize: The size of the hidden layer.
  ///   - isGated: Whether the sigmoid is there.
  ///   - random: The stream that weights are drawn from.
  public init(featureCount: Int, hiddenSize: Int, isGated: Bool = true, random: RandomStream) {
    require(min(featureCount, hiddenSize) > 0, "\(hiddenSize) units of \(featureCount) features")
    values = Linear(inputs: featureCount, outputs: hiddenSize, random: random.child(0))
    gate =
      isGated
      ? Linear(inputs: featureCount, outputs: hiddenSize, random: random.child(1)) : nil
    var stream = random.child(2)
    weights = .normal(
      [1, hiddenSize], standardDeviation: (2 / Double(hiddenSize + 1)).squareRoot(), using: &stream)
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    // tanh x = 2 sigmoid(2 x) - 1, whose exponential is vectorised.
    let hidden = (values(features) * 2).sigmoid() * 2 - 1
    return (gate.map { hidden * $0(features).sigmoid() } ?? hidden).projected(by: weights, transposed: true)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("values", &values)
    visit("gate", &gate)
    visit("weights", &weights)
  }
}

/// Hopfield pooling with keys from a network of their own: score = β q · k(h), with k layers of SELU units
/// and the learned state q.
///
/// - Source: Widrich et al. 2020, section 3: two layers of 32 SELU units, one state.
public struct HopfieldKeyScores<Scalar: TensorScalar>: InstanceScores {
  private var layers: [Linear<Scalar>]
  private var state: Tensor<Scalar>
  private let beta: Scalar

  /// Layers whose weights have variance 1 / inputs and biases 0, and a state of variance 1.
  public init(
    featureCount: Int, layerCount: Int = 2, keySize: Int = 32, beta: Double, random: RandomStream
  ) {
    require(
      min(featureCount, keySize) > 0 && layerCount >= 0 && beta > 0,
      "keys of \(keySize) in \(layerCount) layers of \(featureCount) features, beta \(beta)")
    layers = (0..<layerCount).map { layer in
      let inputs = layer == 0 ? featureCount : keySize
      var stream = random.child(UInt64(layer))
      return Linear(
        inputs: inputs, outputs: keySize, standardDeviation: 1 / Double(inputs).squareRoot(), using: &stream)
    }
    var stream = random.child(UInt64(layerCount))
    state = .normal([1, layerCount == 0 ? featureCount : keySize], using: &stream)
    self.beta = Scalar(beta)
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    let keys = layers.reduce(features) { $1($0).scaledExponentialLinearUnit() }
    return keys.projected(by: state, transposed: true) * beta
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in layers.indices { visit("key\(index + 1)", &layers[index]) }
    visit("state", &state)
  }
}

/// The scores of another kind times a factor: the same pooling at another inverse temperature.
///
/// With a factor of 0 every instance weighs the same, with a large one nothing counts but the largest score.
public struct TemperedScores<Base: InstanceScores>: InstanceScores {
  public typealias Scalar = Base.Scalar
  /// The scores that are multiplied.
  public private(set) var base: Base
  /// What they are multiplied by, at least 0.
  public let factor: Scalar

  /// Scores times a factor.
  public init(_ base: Base, factor: Scalar) {
    require(factor >= 0 && factor.isFinite, "a factor of \(factor), expected a finite number of at least 0")
    (self.base, self.factor) = (base, factor)
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> { base(features) * factor }

  public var ranksInstances: Bool { factor > 0 && base.ranksInstances }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { base.visitParameters(visit) }
}
