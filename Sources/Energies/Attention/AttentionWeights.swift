import Foundations
public import Tensors

/// What attention learns: the weights of queries and keys and the inverse temperature of each head. They belong to no pairs
/// of tokens in particular; an energy puts them on all pairs of a batch, or on the pairs of a graph.
///
/// - Source: Hoover et al. 2023, equations 3 and 4.
public struct AttentionWeights<Scalar: TensorScalar>: Parameterized {
  /// Wq, [heads, key size, dimension].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension].
  public var keyWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public var beta: Tensor<Scalar>
  /// Whether `beta` is a parameter.
  public var learnsBeta: Bool

  /// Given weights; beta is 1 / sqrt(key size) when nil.
  public init(
    queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, beta: Tensor<Scalar>? = nil,
    learnsBeta: Bool = false
  ) {
    // Checked where they are made, not first where they are used.
    let energy = AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: beta, learnsBeta: learnsBeta)
    self.init(of: energy)
  }

  /// The weights of an energy.
  public init(of energy: AttentionEnergy<Scalar>) {
    (queryWeights, keyWeights) = (energy.queryWeights, energy.keyWeights)
    (beta, learnsBeta) = (energy.beta, energy.learnsBeta)
  }

  /// Normal weights.
  public init(
    headCount: Int, keySize: Int, dimension: Int, standardDeviation: Double, learnsBeta: Bool = false,
    using random: inout RandomStream
  ) {
    let shape = [headCount, keySize, dimension]
    let queries = Tensor<Scalar>.normal(shape, standardDeviation: standardDeviation, using: &random)
    self.init(
      queryWeights: queries,
      keyWeights: .normal(shape, standardDeviation: standardDeviation, using: &random), learnsBeta: learnsBeta
    )
  }

  /// The number of heads.
  public var headCount: Int { queryWeights.shape[0] }
  /// The size of a head's queries and keys.
  public var keySize: Int { queryWeights.shape[1] }
  /// The size of a token.
  public var dimension: Int { queryWeights.shape[2] }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("queryWeights", &queryWeights)
    visit("keyWeights", &keyWeights)
    if learnsBeta { visit("beta", &beta) }
  }

  /// The energy over all pairs of the tokens of an example.
  public func energy(
    bias: AttentionBias<Scalar>? = nil, includesSelf: Bool = true
  ) -> AttentionEnergy<Scalar> {
    AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: beta, learnsBeta: learnsBeta,
      includesSelf: includesSelf, bias: bias)
  }

  /// The energy over the pairs of a graph.
  public func energy(over neighbourhoods: Neighbourhoods) -> NeighbourAttentionEnergy<Scalar> {
    NeighbourAttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, neighbourhoods: neighbourhoods, beta: beta,
      learnsBeta: learnsBeta)
  }
}
