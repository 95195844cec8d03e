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
  package var steps: Int
  /// alpha, the step size.
  package var stepSize = 0.1
  /// The standard deviation of the weights.
  package var weightDeviation: Double
  /// Whether every token descends an energy of its own over the tokens before it, itself left out, which are held.
  package var isCausal: Bool

  /// Sizes of a block that takes steps of 0.1.
  package init(
    name: String, batch: Int, tokens: Int, dimension: Int, heads: Int, keySize: Int, memories: Int,
    steps: Int = 12, weightDeviation: Double, isCausal: Bool = false
  ) {
    self.name = name
    (self.batch, self.tokens, self.dimension) = (batch, tokens, dimension)
    (self.heads, self.keySize, self.memories) = (heads, keySize, memories)
    (self.steps, self.weightDeviation, self.isCausal) = (steps, weightDeviation, isCausal)
  }

  /// Floating-point operations of a forward descent: 2 for each multiplication of its matrix products.
  ///
  ///     T B (8 N D H Y + 6 H N² Y + 4 N D M)
  ///
  /// A step projects to queries and keys and back (8 N D H Y), makes the scores and applies the attention weights
  /// twice (6 H N² Y), and goes to the memories and back (4 N D M). Everything else is not counted.
  ///
  /// A causal step projects back from queries alone and applies the weights once, both over N (N - 1) / 2 pairs:
  ///
  ///     T B (6 N D H Y + 2 H N (N - 1) Y + 4 N D M)
  package var forwardOperations: Double {
    let (n, d) = (Double(tokens), Double(dimension))
    let attention = Double(heads * keySize)
    let ofPairs = isCausal ? 2 * n * (n - 1) * attention : 6 * n * n * attention
    let step = (isCausal ? 6 : 8) * n * d * attention + ofPairs + 4 * n * d * Double(memories)
    return Double(steps) * Double(batch) * step
  }

  /// Operations of the work; training is three times the forward descent where its activations are kept.
  package func operations(of work: Work) -> Double {
    work == .forward ? forwardOperations : 3 * forwardOperations
  }

  /// The sizes in the field's letters, for tables.
  package var sizes: String {
    "B \(batch), N \(tokens), D \(dimension), H \(heads), Y \(keySize), M \(memories), T \(steps)"
      + (isCausal ? ", causal" : "")
  }
}

extension BlockWorkload {
  /// Those that the results are stated for.
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
    BlockWorkload(
      name: "text", batch: 16, tokens: 256, dimension: 256, heads: 8, keySize: 32, memories: 1024, steps: 6,
      weightDeviation: 0.035, isCausal: true),
  ]
}
