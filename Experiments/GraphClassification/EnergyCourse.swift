import EnergyTransformer

/// What the model of the first fold does to the graphs under test there: energy by part at every step, and whether it
/// fell.
struct EnergyCourse {
  /// Energy of each graph by part, [part][moment][graph]; of each block its parts and then their sum.
  private(set) var energies: [(part: String, values: [[Double]])] = []
  /// Whether a graph's energy fell at every step of every block.
  private(set) var fell: [Bool] = []

  init(_ model: GraphEnergyTransformer<Float>, _ graphs: PreparedGraphs, on indices: [Int]) throws {
    let classifier = EnergyClassifier(model: model)
    // One graph at a time: a batch's energy is the sum over its graphs.
    let traces = Parallelism.map(indices.count) { place in
      model.trace(classifier.input(graphs, at: [indices[place]]))
    }
    if let place = traces.firstIndex(where: { $0.contains { !$0.stopReason.isFinite } }) {
      throw ResumeError(description: "graph \(indices[place] + 1): the descent left the finite numbers")
    }
    for block in model.blocks.indices {
      let graphs = traces.map { $0[block].trajectory.series }
      let prefix = model.blocks.count > 1 ? "block \(block + 1) " : ""
      for (term, series) in graphs[0].enumerated() {
        let energiesOfGraphs = graphs.map { $0[term].byStep }
        energies.append(
          (
            prefix + series.name,
            energiesOfGraphs[0].indices.map { step in energiesOfGraphs.map { $0[step][0] } }
          ))
      }
    }
    fell = traces.map { trace in trace.allSatisfy { $0.trajectory.fellAtEveryStep() == [true] } }
  }

  /// Share of the graphs whose energy fell at every step.
  var shareFell: Double { Double(fell.filter { $0 }.count) / Double(max(1, fell.count)) }
}
