public import ArgumentParser
public import EnergyTransformer
import Kit

extension LearnedStepKind: ExpressibleByArgument {}

/// The sizes of the energy model, which those of the others follow from, and how it descends.
struct ModelOptions: ParsableArguments, BlockOptions {
  @Option(help: "The most symbols that a model looks back on.") var context = 256
  @Option(help: "Numbers of a token.") var dimension = 256
  @Option(help: "Attention heads.") var heads = 8
  @Option(help: "Numbers of a head's query or key.") var keySize = 32
  @Option(help: "Stored patterns.") var memories = 1024
  @Option(help: "Blocks, each with its own weights.") var blocks = 2
  @Option(help: "Steps of a block's descent.") var steps = 3
  @Option(help: "Step size alpha.") var stepSize = 1.0
  @Option(
    help: "What is learned of the steps: constant for nothing, per-step, diagonal, positive-definite or free."
  )
  var learnedSteps = LearnedStepKind.constant
  @Flag(
    help: "A token attends to itself too; without, no step of any size raises its own energy but by rounding."
  )
  var selfKey = false
  @Flag(help: "Heads have a matrix of D x D numbers each in place of queries and keys, as in NRGPT.")
  var bilinear = false
  @Flag(help: "The inverse temperatures of the heads are learned.") var learnedBeta = false
  @Flag(help: "Logits are products with the embedding, in all transformers.") var tiedHead = false
  @Option(help: "Share that training leaves out of tokens, in all networks.") var dropout = 0.0
  @Option(help: "Deviation of the first queries, keys and memories.") var weightDeviation = 0.03
  @Option(
    help: "Deviation of the first embedding of the energy model; when left out 1, with --tied-head 1/sqrt(D)."
  )
  var embeddingDeviation: Double?
  @Option(help: "Deviation of its first positions; half of the embedding's when left out.")
  var positionDeviation: Double?

  func validate() throws {
    try checkBlocks()
    try checkRanges([("context", context, 2...(1 << 16))])
    try checkShares([("dropout", dropout)])
    try checkRanges([
      ("weight-deviation", weightDeviation, .above(0, upTo: 100)),
      ("embedding-deviation", embeddingDeviation, .above(0, upTo: 100)),
      ("position-deviation", positionDeviation, .range(0...100)),
    ])
    if bilinear && learnedBeta {
      throw ValidationError("--learned-beta has no meaning with --bilinear, whose matrices scale as well")
    }
  }

  /// A model that learns nothing in a moment.
  mutating func makeQuick() {
    (context, dimension, heads) = (min(context, 32), min(dimension, 16), min(heads, 2))
    (keySize, memories, steps) = (min(keySize, 4), min(memories, 32), min(steps, 3))
  }
}
