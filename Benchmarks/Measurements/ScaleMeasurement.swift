/// Inference on two graphs that differ in size alone, their nodes numbered in one way.
package struct ScaleMeasurement: Equatable, Sendable {
  /// One of the graphs.
  package struct Graph: Equatable, Sendable {
    package let workload: GraphWorkload
    /// Seconds of every run, round by round.
    package var seconds: [[Double]] = []
    /// The highest resident memory of the process in its whole life, reading and preparing included, in bytes; nil
    /// where the system does not say.
    package var peak: Double?

    package init(_ workload: GraphWorkload) { self.workload = workload }

    /// The median of the medians of the rounds.
    package var median: Double? { Statistics.median(medians) }

    fileprivate var medians: [Double] { seconds.compactMap(Statistics.median) }
  }

  /// How the nodes are numbered, as a part of a summary's names.
  package let order: String
  package var smaller: Graph, larger: Graph

  package init(order: String, smaller: GraphWorkload, larger: GraphWorkload) {
    (self.order, self.smaller, self.larger) = (order, Graph(smaller), Graph(larger))
  }

  /// How many times as long an edge takes in the larger graph: in each round by the medians, then the median over
  /// the rounds.
  package var edgeTimeRatio: Double? {
    let edges = Double(smaller.workload.edges) / Double(larger.workload.edges)
    return Statistics.median(zip(smaller.medians, larger.medians).map { $1 / $0 * edges })
  }

  /// The same by the shortest runs of all rounds.
  package var edgeTimeRatioOfMinima: Double? {
    guard let short = smaller.seconds.joined().min(), let long = larger.seconds.joined().min() else {
      return nil
    }
    return long / short * Double(smaller.workload.edges) / Double(larger.workload.edges)
  }

  /// What the record of a run says: seconds, nanoseconds an edge and gibibytes of each graph, and the ratios.
  package var numbers: [String: Double] {
    var numbers: [String: Double] = [:]
    for graph in [smaller, larger] {
      let name = "\(graph.workload.name)_\(order)"
      numbers["\(name)_seconds"] = graph.median
      numbers["\(name)_min_seconds"] = graph.seconds.joined().min()
      numbers["\(name)_edge_nanoseconds"] = graph.median.map { 1e9 * $0 / Double(graph.workload.edges) }
      numbers["\(name)_peak_gib"] = graph.peak.map { $0 / 0x1p30 }
    }
    numbers["\(larger.workload.name)_edge_time_ratio_\(order)"] = edgeTimeRatio
    numbers["\(larger.workload.name)_edge_time_ratio_\(order)_minima"] = edgeTimeRatioOfMinima
    return numbers
  }
}
