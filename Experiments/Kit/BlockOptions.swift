import ArgumentParser
package import EnergyTransformer

/// The options of an Energy Transformer's blocks; each experiment has defaults of its own.
package protocol BlockOptions {
  /// Numbers of a token.
  var dimension: Int { get }
  /// Attention heads.
  var heads: Int { get }
  /// Numbers of a head's query or key.
  var keySize: Int { get }
  /// Stored patterns.
  var memories: Int { get }
  /// Blocks, each with its own weights.
  var blocks: Int { get }
  /// Steps of a block's descent.
  var steps: Int { get }
  /// Step size alpha.
  var stepSize: Double { get }
}

extension BlockOptions {
  /// The sizes of a block.
  package var block: EnergyTransformerConfiguration {
    EnergyTransformerConfiguration(
      dimension: dimension, headCount: heads, keySize: keySize, memoryCount: memories)
  }

  /// How a block descends.
  package var descent: DescentSettings { DescentSettings(steps: steps, stepSize: stepSize) }

  /// Checks the ranges of the options, and that a model of these sizes fits into memory.
  ///
  /// - Throws: `ValidationError` that names the option.
  package func checkBlocks() throws {
    let sizes = 1...(1 << 16)
    try checkRanges([
      ("dimension", dimension, sizes), ("heads", heads, sizes), ("key-size", keySize, sizes),
      ("memories", memories, sizes), ("blocks", blocks, sizes), ("steps", steps, sizes),
    ])
    let parameters =
      Double(blocks) * Double(dimension) * (2 * Double(heads) * Double(keySize) + Double(memories))
    if parameters > 1e9 {
      throw ValidationError("these sizes make \(parameters) parameters; the limit is 1,000,000,000")
    }
    try checkRanges([("step-size", stepSize, .above(0, upTo: 1e6))])
  }
}
