public import Tensors

/// Nodes of a graphical model: the tokens that are descended, or vectors that stay.
public enum NodeSet<Scalar: TensorScalar>: Sendable {
  /// The tokens.
  case tokens
  /// Learned vectors as columns, [dimension, nodes]: the means of a mixture, the patterns of a memory.
  case learned(Tensor<Scalar>)
  /// Vectors that a model has computed, [batch or 1, nodes, dimension]: what a query looks into.
  case given(Tensor<Scalar>)

  var isTokens: Bool { if case .tokens = self { true } else { false } }

  /// The vectors for these tokens, [batch, nodes, dimension].
  func values(_ g: Activations<Scalar>) -> Tensor<Scalar> {
    let batch = g.values.shape[0]
    switch self {
    case .tokens: return g.realValues
    case .learned(let vectors):
      return vectors.transposed.expanded(axis: 0).repeated(to: [batch, vectors.shape[1], vectors.shape[0]])
    case .given(let vectors): return vectors.repeated(to: [batch, vectors.shape[1], vectors.shape[2]])
    }
  }

  mutating func visitLearned(_ name: String, _ visit: ParameterVisitor<Scalar>) {
    guard case .learned(var vectors) = self else { return }
    visit(name, &vectors)
    self = .learned(vectors)
  }

  mutating func visitGiven(_ name: String, _ visit: ParameterVisitor<Scalar>) {
    guard case .given(var vectors) = self else { return }
    visit(name, &vectors)
    self = .given(vectors)
  }

  /// What is wrong with the shape, or nil.
  var fault: String? {
    switch self {
    case .tokens: nil
    case .learned(let vectors):
      vectors.rank == 2 && vectors.shape[1] > 0
        ? nil : "learned nodes have shape [dimension, nodes], not \(vectors.shape)"
    case .given(let vectors):
      vectors.rank == 3 && vectors.shape[1] > 0
        ? nil : "given nodes have shape [batch or 1, nodes, dimension], not \(vectors.shape)"
    }
  }
}
