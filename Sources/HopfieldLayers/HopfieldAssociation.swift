public import Tensors

/// The Hopfield layer: states retrieve stored patterns in the spaces of several heads and are answered with a mixture of
/// values.
///
///     q = W_Q norm(r) + b_Q,   K = W_K norm(y) + b_K,   V = W_V norm(v) + b_V
///     q <- Kᵀ softmax(β K q), as often as `updates` says
///     output = activation(W_O (Vᵀ softmax(β K q) of all heads) + b_O)
///
/// r are the states, y the stored patterns, v the values, which are y where no others are given.
/// Every part can be switched off in the ``HopfieldConfiguration``. With no update it is multi-head
/// attention; without projections and norms it is the modern Hopfield network.
///
/// - Shape: states [batch, n, state size], stored patterns [batch, m, stored size], values [batch, m, value
///   size] give [batch, n, output size].
/// - Source: Ramsauer et al. 2021, equations 3 and 10, and the switches of their package.
/// - Cost: an example takes 2 n D H d + 2 m D H (d + p) operations for the projections, 4 n m H d for each
///   update and 2 n m H (d + p) for the association, and memory for H n m numbers (times updates while a
///   gradient is taken). A few states that make no updates take the projections of stored patterns and values
///   on their own side: then it is about 4 n m H D.
public struct HopfieldAssociation<Scalar: TensorScalar>: Parameterized {
  /// The sizes and choices of the layer.
  public let configuration: HopfieldConfiguration
  /// The inverse temperature of each head, [heads]; a parameter where the configuration says so.
  public private(set) var beta: Tensor<Scalar>

  private(set) var stateNorm: AssociationNorm<Scalar>
  private(set) var storedNorm: AssociationNorm<Scalar>
  private(set) var valueNorm: AssociationNorm<Scalar>
  private(set) var headNorm: AssociationNorm<Scalar>
  private(set) var query: AssociationProjection<Scalar>?
  private(set) var key: AssociationProjection<Scalar>?
  private(set) var value: AssociationProjection<Scalar>?
  private(set) var output: AssociationProjection<Scalar>?
  private(set) var biasKey: Tensor<Scalar>?
  private(set) var biasValue: Tensor<Scalar>?

  /// A layer whose weights are drawn with the configuration's deviation; biases start at 0, gains at 1.
  public init(_ configuration: HopfieldConfiguration, random: RandomStream) {
    configuration.check()
    self.configuration = configuration
    let c = configuration
    func norm(_ kind: PatternNorm, _ size: Int) -> AssociationNorm<Scalar> {
      AssociationNorm(kind, size: size, epsilon: c.normEpsilon)
    }
    func projection(_ inputs: Int, _ outputs: Int, _ index: UInt64) -> AssociationProjection<Scalar> {
      AssociationProjection(
        inputs: inputs, outputs: outputs, hasBias: c.hasBias, deviation: c.deviation,
        random: random.child(index))
    }
    func pattern(_ size: Int, _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal([size], standardDeviation: c.deviation, using: &stream)
    }
    beta = Tensor(
      shape: [c.headCount],
      elements: c.beta.numbers(headCount: c.headCount, headSize: c.headSize).map { Scalar($0) })
    stateNorm = norm(c.stateNorm, c.stateSize)
    storedNorm = norm(c.storedNorm, c.storedSize)
    valueNorm = norm(c.valueNorm, c.valueSize)
    headNorm = norm(c.headNorm, c.headSize)
    query = c.projectsStates ? projection(c.stateSize, c.width, 0) : nil
    key = c.projectsStored ? projection(c.storedSize, c.width, 1) : nil
    let hasValueWeights = c.values == .independent || c.values == .connected
    value = hasValueWeights ? projection(c.valueInputSize, c.valueWidth, 2) : nil
    output = c.outputSize.map { projection(c.valueWidth, $0, 3) }
    biasKey = c.hasBiasPattern ? pattern(c.width, 4) : nil
    biasValue = c.hasBiasPattern ? pattern(c.valueWidth, 5) : nil
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("stateNorm", &stateNorm)
    visit("storedNorm", &storedNorm)
    visit("valueNorm", &valueNorm)
    visit("headNorm", &headNorm)
    visit("query", &query)
    visit("key", &key)
    visit("value", &value)
    visit("biasPattern.key", &biasKey)
    visit("biasPattern.value", &biasValue)
    if configuration.beta.isLearned { visit("beta", &beta) }
    visit("output", &output)
  }
}

/// The result of a Hopfield association.
public struct AssociationResult<Scalar: TensorScalar>: Sendable {
  /// The output, [batch, states, output size].
  public var output: Tensor<Scalar>
  /// The association: the weight of each stored pattern for each state, [batch, heads, states, stored patterns].
  ///
  /// A row adds up to 1, or to 0 where all stored patterns are masked. Bias and zero pattern are the last ones.
  /// Dropout is not in it.
  public var weights: Tensor<Scalar>
  /// The number of updates of each state, [batch, heads, states]; a constant for differentiation.
  public var updateCounts: Tensor<Scalar>
  /// 1 where a state settled, 0 where it met the limit first; nil where there was no tolerance to settle
  /// within.
  public var settled: Tensor<Scalar>?
}
