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
      let courses = traces.map { $0[block].trajectory.energies }
      let prefix = model.blocks.count > 1 ? "block \(block + 1) " : ""
      for (part, name) in courses[0][0].parts.map(\.name).enumerated() {
        energies.append((prefix + name, Self.moments(courses) { $0.parts[part].energy }))
      }
      energies.append((prefix + "total", Self.moments(courses) { $0.total }))
    }
    fell = traces.map { trace in
      trace.allSatisfy { result in
        let totals = result.trajectory.energies.map { $0.total.scalar }
        return zip(totals, totals.dropFirst()).allSatisfy { $1 < $0 }
      }
    }
  }

  /// Share of the graphs whose energy fell at every step.
  var shareFell: Double { Double(fell.filter { $0 }.count) / Double(max(1, fell.count)) }

  private static func moments(
    _ courses: [[EnergyByPart<Float>]], _ value: (EnergyByPart<Float>) -> Tensor<Float>
  ) -> [[Double]] {
    courses[0].indices.map { moment in courses.map { Double(value($0[moment]).scalar) } }
  }
}
