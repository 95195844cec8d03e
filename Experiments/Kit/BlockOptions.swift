import ArgumentParser

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
  /// Deviation of the noise of training.
  var noise: Double { get }
}

extension BlockOptions {
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
    if !(stepSize > 0 && stepSize <= 1e6) {
      throw ValidationError("--step-size must lie between 0 and 1e6, not \(stepSize)")
    }
    if !(noise >= 0 && noise <= 1e6) { throw ValidationError("--noise must lie in 0 ... 1e6, not \(noise)") }
  }

  /// Sizes and descent by name, for the record of a run.
  package var recordedBlocks: [String: String] {
    [
      "dimension": "\(dimension)", "heads": "\(heads)", "key-size": "\(keySize)", "memories": "\(memories)",
      "blocks": "\(blocks)", "steps": "\(steps)", "step-size": "\(stepSize)",
    ]
  }
}
