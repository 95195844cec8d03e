import Foundations
import Layers
public import Tensors

/// An encoder layer of a transformer with a Hopfield association instead of attention.
///
///     x <- norm(x + association(x))
///     x <- norm(x + W_2 activation(W_1 x + b_1) + b_2)
///
/// - Shape: [batch, n, size] to the same.
/// - Source: `HopfieldEncoderLayer` of the published package; norms stand after the sums, as in Vaswani et
///   al. 2017.
public struct HopfieldEncoderLayer<Scalar: TensorScalar>: Parameterized {
  /// The association of the patterns with each other.
  public private(set) var association: HopfieldAssociation<Scalar>
  private let dropout: Double
  private var norm: LayerNorm<Scalar>
  private var network: HopfieldNetwork<Scalar>

  /// A layer with random weights.
  ///
  /// - Parameters:
  ///   - association: An association whose states, stored, value and output patterns have one size.
  ///   - hiddenSize: The hidden size of the feed-forward network.
  ///   - dropout: The probability with which a number of a sum or of the hidden units is left out in
  ///     training.
  ///   - activation: The function of the hidden units.
  ///   - random: The stream that the weights are drawn from.
  public init(
    _ association: HopfieldConfiguration, hiddenSize: Int = 2_048, dropout: Double = 0.1,
    activation: AssociationActivation = .relu, random: RandomStream
  ) {
    let size = association.stateSize
    require(
      association.storedSize == size && association.valueSize == size && association.resultSize == size,
      "an encoder's states of \(size), stored patterns of \(association.storedSize), values of "
        + "\(association.valueSize) and outputs of \(association.resultSize) have one size")
    self.association = HopfieldAssociation(association, random: random.child(0))
    self.dropout = dropout
    norm = LayerNorm(size)
    network = HopfieldNetwork(
      size: size, hiddenSize: hiddenSize, activation: activation, dropout: dropout, random: random.child(1))
  }

  /// The encoded patterns.
  ///
  /// - Parameters:
  ///   - patterns: [batch, n, size].
  ///   - masks: Which patterns may attend to which.
  ///   - random: The stream that dropout draws from in training; nil otherwise.
  public func callAsFunction(
    _ patterns: Tensor<Scalar>, masks: AssociationMasks<Scalar> = .none, dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let answers = association(HopfieldPatterns(patterns), masks: masks, dropout: random?.child(0))
    let x = norm(patterns + answers.withDropout(dropout, random: random?.child(1)))
    return network(x, dropout: random?.child(2))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("association", &association)
    visit("norm", &norm)
    visit("network", &network)
  }
}
