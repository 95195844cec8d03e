import Foundations
import Layers
public import Tensors

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
