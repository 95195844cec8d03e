package import EnergyTransformer
import Reporting

/// The states of a trace that a viewer shows, those of one block after those of the block before: 13 at most.
package struct TracedSteps: Sendable {
  /// The block of each step, from 0, and its state among those recorded of the block.
  package let places: [(block: Int, state: Int)]
  /// The steps by name: their number, behind that of the block where there are several.
  package let names: [String]
  /// What a step is called.
  package let stepName: String
  /// What is to be known of the steps of several blocks; empty of one.
  package let note: String

  /// The steps of a trace in which every state was recorded.
  package init(of trace: [DescentResult<Float>]) {
    let all = trace.enumerated().flatMap { block, result in
      result.trajectory.states.indices.map { (block: block, state: $0) }
    }
    let hasOneBlock = trace.count == 1
    places = StepViewer.shownSteps(upTo: all.count - 1).map { all[$0] }
    names = places.map { block, state in
      let step = trace[block].trajectory.states[state].step
      return hasOneBlock ? "\(step)" : "\(block + 1).\(step)"
    }
    stepName = hasOneBlock ? "step" : "block.step"
    note =
      hasOneBlock
      ? ""
      : " 2.0 is the start of the second block and 2.1 its first step; every block has an energy of its own."
  }

  /// What there is of each state, [block][state], at these steps.
  package func chosen<Value>(_ values: [[Value]]) -> [Value] { places.map { values[$0.block][$0.state] } }

  /// The energy of the one example of a trace by part, and behind the parts their sum, at these steps.
  package func energies(
    of trace: [DescentResult<Float>], dividedBy count: Double = 1
  ) -> [(label: String, values: [Double])] {
    let blocks = trace.map { result in
      result.trajectory.series.map { (name: $0.name, values: $0.byStep.map { $0[0] / count }) }
    }
    return blocks[0].indices.map { part in
      (blocks[0][part].name, chosen(blocks.map { $0[part].values }))
    }
  }
}
