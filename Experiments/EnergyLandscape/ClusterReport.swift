import EnergyTransformer
import Kit
import Reporting

/// The section of the page about the two clusters.
struct ClusterReport {
  let network: TwoClusters
  let measurements: [ClusterMeasurement]

  private var options: ClusterOptions { network.options }
  private var main: ClusterMeasurement? { measurements.first { $0.beta == options.mainBeta } }

  /// The measurements that are drawn: the first, the main one and the last.
  var drawn: [ClusterMeasurement] {
    measurements.indices.filter {
      $0 == 0 || $0 == measurements.count - 1 || measurements[$0].beta == options.mainBeta
    }.map { measurements[$0] }
  }

  var section: PageSection {
    var section = PageSection("A modern Hopfield network on two clusters")
    section.addParagraph(
      "Two clusters of \(options.patterns) patterns lie on the unit circle about opposite points, each over an angle of "
        + "\(NumberText.significant(options.arc, digits: 3)) radians. The energy of a state g is "
        + "½ |g|² - 1/β log Σ exp(β ξ·g) but for a constant. At each β \(options.starts) starts from the normal distribution "
        + "descend to |r| at most 1e-9. " + convexity)
    section.addTable("clusters", of: sweep, "β", columns: columns)
    section.addParagraph(counts + " " + settled)
    section.summary["two_cluster_minima"] = main.map { Double($0.minima.count) }
    section.addNumbers([.number("two_cluster_convex_below_beta", network.convexBelow)])
    for measurement in drawn {
      let text = NumberText.roundTrip(measurement.beta)
      section.addFigure(
        "clusters-\(text).svg", map(measurement),
        caption:
          "Energy of the plane at β = \(text), with descents and, where there are two sides, the path between them"
      )
    }
    if let profiles {
      section.addFigure(
        "clusters-profile.svg", profiles,
        caption: "Energy along the paths between the clusters")
    }
    return section
  }

  private var convexity: String {
    let bound = network.convexBelow
    let below = measurements.filter { $0.beta < bound }
    let text =
      "Below β = \(NumberText.significant(bound, digits: 3)) the energy is proven to be strictly convex"
    guard !below.isEmpty else { return text + "." }
    return text
      + (below.allSatisfy { $0.minima.count <= 1 }
        ? "; no more than one minimum was found there."
        : "; more than one minimum was found there, against the proof.")
  }

  /// At which inverse temperatures how many minima were found.
  private var counts: String {
    let counts = Set(measurements.map(\.minima.count)).sorted()
    let parts = counts.map { count in
      let betas = measurements.filter { $0.minima.count == count }.map { NumberText.roundTrip($0.beta) }
      let all = count > 2 && count == 2 * options.patterns ? " (as many as patterns)" : ""
      return "\(count)\(all) at β = \(listed(betas))"
    }
    return "Minima found: " + parts.joined(separator: "; ") + "."
  }

  private var settled: String {
    let (unsettled, others) = (
      measurements.reduce(0) { $0 + $1.unsettledCount }, measurements.reduce(0) { $0 + $1.otherCount }
    )
    let passes = measurements.flatMap { [$0.betweenClusters, $0.withinCluster] }.compactMap { $0 }
    let saddles = passes.count { $0.saddle.index == 1 }
    let all = measurements.count * options.starts
    return
      (unsettled == 0
      ? "All \(all) descents came to rest" : "\(unsettled) of \(all) descents did not come to rest")
      + (others == 0 ? ", none at a point that is no minimum. " : ", \(others) end points are no minima. ")
      + "Of the \(passes.count) highest points of paths \(saddles) are saddles with one direction downwards."
  }

  private var columns: [(title: String, measure: String, digits: Int)] {
    [
      ("Minima found", "cluster_minima", 0), ("Largest basin, share of starts", "cluster_largest_basin", 3),
      ("Smallest eigenvalue at a minimum", "cluster_smallest_eigenvalue", 4),
      ("Barrier between the clusters", "cluster_barrier_between", 5),
      ("Directions downwards at its top", "cluster_index_between", 0),
      ("Barrier within a cluster", "cluster_barrier_within", 5),
    ]
  }

  private var sweep: Sweep {
    Sweep(
      points: measurements.map { measurement in
        let text = NumberText.roundTrip(measurement.beta)
        var numbers = ["cluster_minima": Double(measurement.minima.count)]
        numbers["cluster_largest_basin"] = measurement.minima.map(\.share).max()
        numbers["cluster_smallest_eigenvalue"] = measurement.smallestEigenvalue
        numbers["cluster_barrier_between"] = measurement.betweenClusters?.height
        numbers["cluster_index_between"] = measurement.betweenClusters?.negativeDirections
        numbers["cluster_barrier_within"] = measurement.withinCluster?.height
        return Sweep.Point(
          label: text, name: summaryName("beta", measurement.beta), x: measurement.beta, numbers: numbers)
      })
  }

  private func map(_ measurement: ClusterMeasurement) -> FieldMap {
    let plane = network.plane
    let slice = network.slice(measurement.beta)
    let ways = network.descent(measurement.beta)
      .run(from: network.picturedStarts, recording: [.states(every: 1)]).trajectory
    var paths = plane.coordinates(of: ways).map { fieldPath("descent", $0) }
    let points = network.patterns.transposed.reshaped([network.patterns.shape[1], 1, 2])
    paths += plane.coordinates(of: points).map { fieldPath("pattern", [$0]) }
    if let barrier = measurement.betweenClusters {
      paths.append(fieldPath("path between the clusters", plane.coordinates(of: barrier.path.path.values)))
      paths.append(fieldPath("its highest point", plane.coordinates(of: barrier.path.saddle.values)))
    }
    return FieldMap(
      title: "β = \(NumberText.roundTrip(measurement.beta))", xTitle: "first number of the state",
      yTitle: "second number", valueTitle: "energy", columns: slice.columns, rows: slice.rows,
      values: slice.energies, paths: paths)
  }

  private var profiles: LinePlot? {
    let series = drawn.compactMap { measurement -> LinePlot.Series? in
      guard let barrier = measurement.betweenClusters else { return nil }
      return profileSeries(barrier, label: "β = \(NumberText.roundTrip(measurement.beta))")
    }
    guard !series.isEmpty else { return nil }
    return LinePlot(
      title: "From one cluster to the other", xTitle: "share of the path",
      yTitle: "energy over the lower end", series: series)
  }
}
