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
  /// Whether `queryWeights` is a parameter; not where it stands for the identity of a bilinear form.
  public private(set) var learnsQueryWeights = true

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
    learnsQueryWeights = energy.learnsQueryWeights
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

  /// The full form of a head's scores, g_C · J g_B for a matrix J of each head: queries are the activations themselves, keys
  /// J g. Inverse temperatures are 1, which J scales as well.
  ///
  /// - Parameter matrices: J, [heads, dimension, dimension].
  /// - Source: NRGPT, arXiv 2512.16762. H D² parameters where queries and keys of size Y have 2 H Y D.
  public init(bilinear matrices: Tensor<Scalar>) {
    require(
      matrices.rank == 3 && matrices.shape[1] == matrices.shape[2],
      "the matrices of a bilinear form have shape [heads, dimension, dimension], not \(matrices.shape)")
    let (heads, dimension) = (matrices.shape[0], matrices.shape[1])
    let identity = Tensor<Scalar>(
      shape: [1, dimension, dimension],
      elements: (0..<dimension * dimension).map { $0 / dimension == $0 % dimension ? 1 : 0 })
    self.init(
      queryWeights: identity.repeated(to: matrices.shape), keyWeights: matrices, beta: .ones([heads]))
    learnsQueryWeights = false
  }

  /// The number of heads.
  public var headCount: Int { queryWeights.shape[0] }
  /// The size of a head's queries and keys.
  public var keySize: Int { queryWeights.shape[1] }
  /// The size of a token.
  public var dimension: Int { queryWeights.shape[2] }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    if learnsQueryWeights { visit("queryWeights", &queryWeights) }
    visit("keyWeights", &keyWeights)
    if learnsBeta { visit("beta", &beta) }
  }

  /// The energy over all pairs of the tokens of an example.
  public func energy(
    bias: AttentionBias<Scalar>? = nil, includesSelf: Bool = true
  ) -> AttentionEnergy<Scalar> {
    var energy = AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: beta, learnsBeta: learnsBeta,
      includesSelf: includesSelf, bias: bias)
    energy.learnsQueryWeights = learnsQueryWeights
    return energy
  }

  /// The energies of tokens over the tokens before them, whose contexts are held: what a language model descends.
  ///
  /// - Parameter includesSelf: Whether a token sees itself.
  public func causalEnergy(includesSelf: Bool = true) -> AttentionEnergy<Scalar> {
    var energy = energy(includesSelf: includesSelf)
    (energy.isCausal, energy.holdsContext) = (true, true)
    return energy
  }

  /// The energy over the pairs of a graph.
  public func energy(over neighbourhoods: Neighbourhoods) -> NeighbourAttentionEnergy<Scalar> {
    require(learnsQueryWeights, "a bilinear form has no energy over the pairs of a graph")
    return NeighbourAttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights, neighbourhoods: neighbourhoods, beta: beta,
      learnsBeta: learnsBeta)
  }
}
