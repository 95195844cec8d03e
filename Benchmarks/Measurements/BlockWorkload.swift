/// The sizes of one block and of its descent, which every system computes alike.
package struct BlockWorkload: Workload, Equatable {
  /// What summaries call it, in lower case.
  package var name: String
  /// B, the examples.
  package var batch: Int
  /// N, the tokens of an example.
  package var tokens: Int
  /// D, the numbers of a token.
  package var dimension: Int
  /// H, the attention heads.
  package var heads: Int
  /// Y, the numbers of a head's query or key.
  package var keySize: Int
  /// M, the stored patterns.
  package var memories: Int
  /// T, the steps.
  package var steps = 12
  /// alpha, the step size.
  package var stepSize = 0.1
  /// The standard deviation of the weights.
  package var weightDeviation: Double

  /// Sizes of a block that takes 12 steps of 0.1.
  package init(
    name: String, batch: Int, tokens: Int, dimension: Int, heads: Int, keySize: Int, memories: Int,
    weightDeviation: Double
  ) {
    self.name = name
    (self.batch, self.tokens, self.dimension) = (batch, tokens, dimension)
    (self.heads, self.keySize, self.memories) = (heads, keySize, memories)
    self.weightDeviation = weightDeviation
  }

  /// Floating-point operations of a forward descent: 2 for each multiplication of its matrix products.
  ///
  ///     T B (8 N D H Y + 6 H N² Y + 4 N D M)
  ///
  /// A step projects to queries and keys and back (8 N D H Y), makes the scores and applies the attention weights
  /// twice (6 H N² Y), and goes to the memories and back (4 N D M). Everything else is not counted.
  package var forwardOperations: Double {
    let (n, d) = (Double(tokens), Double(dimension))
    let attention = Double(heads * keySize)
    let step = 8 * n * d * attention + 6 * n * n * attention + 4 * n * d * Double(memories)
    return Double(steps) * Double(batch) * step
  }

  /// Operations of the work; training is three times the forward descent where its activations are kept.
  package func operations(of work: Work) -> Double {
    work == .forward ? forwardOperations : 3 * forwardOperations
  }

  /// The sizes in the field's letters, for tables.
  package var sizes: String {
    "B \(batch), N \(tokens), D \(dimension), H \(heads), Y \(keySize), M \(memories), T \(steps)"
  }
}

extension BlockWorkload {
  /// The five that the results are stated for.
  package static let standard = [
    BlockWorkload(
      name: "paper", batch: 1, tokens: 197, dimension: 768, heads: 12, keySize: 64, memories: 3072,
      weightDeviation: 0.02),
    BlockWorkload(
      name: "paperb4", batch: 4, tokens: 197, dimension: 768, heads: 12, keySize: 64, memories: 3072,
      weightDeviation: 0.02),
    BlockWorkload(
      name: "small", batch: 64, tokens: 50, dimension: 128, heads: 4, keySize: 32, memories: 512,
      weightDeviation: 0.05),
    BlockWorkload(
      name: "tiny", batch: 32, tokens: 17, dimension: 64, heads: 4, keySize: 16, memories: 256,
      weightDeviation: 0.1),
    BlockWorkload(
      name: "graph", batch: 64, tokens: 100, dimension: 128, heads: 4, keySize: 32, memories: 512,
      weightDeviation: 0.05),
  ]
}
