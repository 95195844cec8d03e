import Foundations
import Layers
public import Tensors

/// A decoder layer of a transformer with Hopfield associations instead of attention.
///
///     x <- norm(x + own(x))
///     x <- norm(x + cross(x, memory))
///     x <- norm(x + W_2 activation(W_1 x + b_1) + b_2)
///
/// - Shape: states [batch, n, size] and memory [batch, m, stored size] give [batch, n, size].
/// - Source: `HopfieldDecoderLayer` of the published package.
public struct HopfieldDecoderLayer<Scalar: TensorScalar>: Parameterized {
  /// The association of the states with each other.
  public private(set) var own: HopfieldAssociation<Scalar>
  /// The association of the states with the memory.
  public private(set) var cross: HopfieldAssociation<Scalar>
  private let dropout: Double
  private var ownNorm: LayerNorm<Scalar>
  private var crossNorm: LayerNorm<Scalar>
  private var network: HopfieldNetwork<Scalar>

  /// A layer with random weights.
  ///
  /// - Parameters:
  ///   - own: An association of states with each other: states, stored, value and output patterns have one
  ///     size.
  ///   - cross: An association of such states with the memory; its outputs have the size of states.
  ///   - hiddenSize: The hidden size of the feed-forward network.
  ///   - dropout: The probability with which a number of a sum or of the hidden units is left out in
  ///     training.
  ///   - activation: The function of the hidden units.
  ///   - random: The stream that the weights are drawn from.
  public init(
    own: HopfieldConfiguration, cross: HopfieldConfiguration, hiddenSize: Int = 2_048, dropout: Double = 0.1,
    activation: AssociationActivation = .relu, random: RandomStream
  ) {
    let size = own.stateSize
    let sizes = [own.storedSize, own.valueSize, own.resultSize, cross.stateSize, cross.resultSize]
    require(
      sizes.allSatisfy { $0 == size } && cross.storedSize == cross.valueSize,
      "a decoder's states of \(size) and own stored, value and output, cross state and output sizes \(sizes) "
        + "are one; a memory's stored size \(cross.storedSize) and value size \(cross.valueSize) are one")
    self.own = HopfieldAssociation(own, random: random.child(0))
    self.cross = HopfieldAssociation(cross, random: random.child(1))
    self.dropout = dropout
    ownNorm = LayerNorm(size)
    crossNorm = LayerNorm(size)
    network = HopfieldNetwork(
      size: size, hiddenSize: hiddenSize, activation: activation, dropout: dropout, random: random.child(2))
  }

  /// The decoded states.
  ///
  /// - Parameters:
  ///   - states: [batch, n, size].
  ///   - memory: The output of an encoder, [batch, m, stored size of `cross`].
  ///   - masks: Which states may attend to which; `.causal(n)` where they are decoded one by one.
  ///   - memoryMasks: Which patterns of the memory states may attend to.
  ///   - random: The stream that dropout draws from in training; nil otherwise.
  public func callAsFunction(
    _ states: Tensor<Scalar>, memory: Tensor<Scalar>, masks: AssociationMasks<Scalar> = .none,
    memoryMasks: AssociationMasks<Scalar> = .none, dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let answers = own(HopfieldPatterns(states), masks: masks, dropout: random?.child(0))
    let x = ownNorm(states + answers.withDropout(dropout, random: random?.child(1)))
    let recalled = cross(
      HopfieldPatterns(states: x, stored: memory), masks: memoryMasks, dropout: random?.child(2))
    let y = crossNorm(x + recalled.withDropout(dropout, random: random?.child(3)))
    return network(y, dropout: random?.child(4))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("own", &own)
    visit("cross", &cross)
    visit("ownNorm", &ownNorm)
    visit("crossNorm", &crossNorm)
    visit("network", &network)
  }
}
