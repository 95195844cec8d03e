/// A causal model of text that continues one sequence, symbol by symbol, from caches of the keys of its steps.
package struct GenerationWorkload: Workload, Equatable {
  package let name = "text_generation"
  /// The block, on one sequence of N symbols.
  package let block: BlockWorkload
  /// V, the different symbols.
  package var symbols = 65

  /// A model with a block of the sizes of a causal workload.
  package init(_ block: BlockWorkload) {
    var one = block
    one.batch = 1
    self.block = one
  }

  package var steps: Int { block.steps }
  package var stepSize: Double { block.stepSize }
  package var isCausal: Bool { true }

  package var sizes: String {
    "one sequence of N \(block.tokens) symbols of V \(symbols), D \(block.dimension), H \(block.heads), Y \(block.keySize), "
      + "M \(block.memories), T \(block.steps), causal"
  }

  /// Operations of the whole sequence, the read-out's 2 N D V with those of the block: caches spare none of them.
  package func operations(of work: Work) -> Double {
    let readOut = 2 * Double(block.tokens * block.dimension * symbols)
    return block.operations(of: work) + (work == .forward ? readOut : 3 * readOut)
  }
}
