import EnergyTransformer
import Kit
import Reporting

/// The section of the page about the trained model.
struct ImageReport {
  let landscape: ImageLandscape
  let images: PreparedImages

  private var own: LandscapeWalk { landscape.walks[0] }
  private var options: ModelOptions { landscape.options }
  private var count: Int { own.points.count }

  var section: PageSection {
    get throws {
      var section = PageSection("A trained image model")
      let numbers = landscape.trained.model.positions.count
      section.addParagraph(
        "The model of [masked images](../masked-images/README.md) was trained to complete images in \(landscape.trained.steps) "
          + "steps of \(NumberText.roundTrip(landscape.trained.stepSize)). \(count) of \(images.test.name), evenly spaced, masked "
          + "as there, are \(numbers) numbers each, of which \(numbers - 2 * landscape.trained.model.positions.shape[0]) are "
          + "directions that activations have. From each the energy is descended to rest along r, with tokens brought back to "
          + "their sphere: at most \(options.steps) steps of \(NumberText.roundTrip(options.stepSize)), until |r| is at most "
          + "\(NumberText.roundTrip(options.tolerance)). Beside the energy as it was trained stand energies with the first tokens "
          + "as a force of a strength s, -s ⟨x₀, g⟩, which the training did not know. End points count as one where their "
          + "activations differ by no more than 0.001, as the root mean square.")
      addEnds(to: &section)
      addErrors(to: &section)
      try addCurvature(to: &section)
      addBarriers(to: &section)
      addPlane(to: &section)
      return section
    }
  }

  private func label(_ walk: LandscapeWalk) -> String {
    walk.strength == 0 ? "as trained" : "with the input, s = \(NumberText.roundTrip(walk.strength))"
  }

  private func name(_ measure: String, _ walk: LandscapeWalk) -> String {
    "digits_\(measure)" + (walk.strength == 0 ? "" : "_" + summaryName("input", walk.strength))
  }

  private func addEnds(to section: inout PageSection) {
    section.addHeading("Where the descents end")
    section.addTable(
      "ends",
      columns: [
        "Energy", "Steps", "Share at rest", "Share of these at a minimum", "End points",
        "Different energies of these",
        "Largest basin, share of starts", "Smallest eigenvalue", "Largest eigenvalue",
        "Places of an image's tokens",
      ], digits: 3, columnDigits: [0, 3, 3, 0, 0, 3, 2, 2, 1],
      rows: landscape.walks.map { walk in
        let found = walk.settled.compactMap { walk.points[$0].eigenvalues }
        return (
          label(walk),
          [
            .number(name("steps", walk), Double(walk.steps)),
            .number(name("share_settled", walk), Double(walk.settled.count) / Double(count)),
            .number(name("share_minima", walk), walk.shareOfMinima),
            .number(name("end_points", walk), Double(walk.basins.minima.count)),
            .number(name("levels", walk), Double(walk.levelCount)),
            .number(name("largest_basin", walk), walk.basins.minima.map(\.share).max()),
            .number(name("smallest_eigenvalue", walk), found.compactMap { $0.smallest.first?.value }.min()),
            .number(name("largest_eigenvalue", walk), found.compactMap { $0.largest.first?.value }.max()),
            .number(name("places", walk), walk.mean(walk.places.map(Double.init))),
          ]
        )
      })
    section.addParagraph(
      "Eigenvalues are the smallest and the largest at any end point; places are a mean over the images. Without a "
        + "force the energy does not know the order of tokens, so that end points which differ by it alone have one energy. "
        + landscape.walks.map(kinds).joined(separator: " "))
    var known: Set<Int> = []
    let found = own.basins.minimumOfStart.map { place -> Double in
      if let place { known.insert(place) }
      return Double(known.count)
    }
    section.addFigure(
      "end-points.svg",
      LinePlot(
        title: "End points of the energy as trained", xTitle: "images", yTitle: "different end points",
        series: [.init(label: "found", x: found.indices.map { Double($0 + 1) }, y: found)]),
      caption: "Different end points against the images that were descended")
  }

  /// What the end points of a walk are, and what is not settled of them.
  private func kinds(_ walk: LandscapeWalk) -> String {
    let settled = walk.settled
    func count(_ isOne: (PointKind) -> Bool) -> Int { settled.count { isOne(walk.points[$0].kind) } }
    let parts = [
      (count { $0 == .minimum }, "at a minimum"),
      (count { if case .saddle = $0 { true } else { false } }, "at a saddle"),
      (count { if case .flat = $0 { true } else { false } }, "where some direction is flat"),
      (count { $0 == .maximum }, "at a maximum"),
      (count { if case .undecided = $0 { true } else { false } }, "at a point whose kind is not certain"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let rest = self.count - settled.count
    let text = label(walk).prefix(1).uppercased() + label(walk).dropFirst()
    return "\(text): "
      + (parts.isEmpty ? "no descent came to rest" : "of \(self.count) images \(listed(parts))")
      + (rest > 0 && !parts.isEmpty ? ", and \(rest) not at rest." : ".")
  }

  private func addErrors(to section: inout PageSection) {
    section.addHeading("Is rest good for completion?")
    let last = landscape.trainedErrors.count - 1
    section.addTable(
      "rest_errors",
      columns: ["Energy", "Mean squared error at the start", "After the trained steps", "At rest"], digits: 5,
      rows: landscape.walks.map { walk in
        (
          label(walk),
          [
            .number(name("start_mse", walk), walk.mean(landscape.trainedErrors[0])),
            .number(name("trained_steps_mse", walk), walk.mean(landscape.trainedErrors[last])),
            .number(name("rest_mse", walk), walk.mean(walk.errors)),
          ]
        )
      })
    let sentences = landscape.walks.compactMap { walk -> String? in
      guard let trained = walk.mean(landscape.trainedErrors[last]), let rest = walk.mean(walk.errors),
        trained > 0
      else { return nil }
      return "\(NumberText.significant(rest / trained, digits: 3)) times (\(label(walk)))"
    }
    section.addParagraph(
      "Errors are over the hidden pixels of the images whose descents came to rest, pixels in 0 … 1; the trained steps are those "
        + "of the energy as trained in every row."
        + (sentences.isEmpty
          ? ""
          : " The error at rest is " + listed(sentences) + " that after the trained steps."))
  }

  private func addCurvature(to section: inout PageSection) throws {
    guard let first = landscape.densities.first else { return }
    section.addHeading("Curvature at rest")
    let low = landscape.densities.reduce(first.lowest) { min($0, $1.lowest) }
    let high = landscape.densities.reduce(first.highest) { max($0, $1.highest) }
    let width = max(high - low, 1e-6) / 60
    let places = (0...240).map { low - 5 * width + (high - low + 10 * width) * Double($0) / 240 }
    let spreads = try places.map { place in
      try Spread(of: landscape.densities.map { $0.density(at: place, variance: width * width) })
    }
    section.addParagraph(
      "Density of the eigenvalues at the end points of the first \(landscape.densities.count) images that came to rest, by "
        + "stochastic Lanczos quadrature with 2 vectors of 60 steps, each eigenvalue widened to a deviation of "
        + "\(NumberText.significant(width, digits: 2)); the line is their mean, the band one standard deviation between images."
    )
    section.addFigure(
      "density.svg",
      LinePlot(
        title: "Eigenvalues of the Hessian along the activations", xTitle: "eigenvalue", yTitle: "density",
        series: [.init(label: "energy as trained", x: places, spreads: spreads)]),
      caption: "Density of eigenvalues at rest")
  }

  private func addBarriers(to section: inout PageSection) {
    section.addHeading("Barriers between minima")
    guard !landscape.barriers.isEmpty else {
      section.addParagraph(
        "The images reach \(landscape.minimumCount) different \(landscape.minimumCount == 1 ? "minimum" : "minima") of the energy "
          + "as trained, and no barrier was looked for.")
      return
    }
    section.addTable(
      "barriers",
      columns: [
        "Minima", "Barrier over the lower", "Over the higher", "Path over straight line", "|r| at the top",
        "Directions downwards there",
      ], digits: 3, columnDigits: [3, 3, 3, 6, 0],
      rows: landscape.barriers.map { pair in
        let (path, key) = (pair.barrier.path, "\(pair.from)_\(pair.to)")
        return (
          "\(pair.from + 1) and \(pair.to + 1)",
          [
            .number("barrier_\(key)", pair.barrier.height),
            .number("barrier_higher_\(key)", min(path.barrierFromStart, path.barrierFromEnd)),
            .number("barrier_length_\(key)", path.relativeLength),
            .number("barrier_residual_\(key)", pair.barrier.saddle.residual),
            .number("barrier_index_\(key)", pair.barrier.negativeDirections),
          ]
        )
      })
    let heights = landscape.barriers.map(\.barrier.height)
    section.summary["largest_barrier"] = heights.max()
    let settled = landscape.barriers.count { $0.barrier.saddle.eigenvalues != nil }
    let saddles = landscape.barriers.count { $0.barrier.saddle.index == 1 }
    section.addParagraph(
      "Of the \(landscape.minimumCount) minima of the energy as trained that the images reach, the lowest "
        + "and \(landscape.barriers.count) of the others, by their numbers among the end points from the lowest "
        + "on. The largest barrier is "
        + "\(NumberText.significant(heights.max() ?? 0, digits: 4)), the smallest "
        + "\(NumberText.significant(heights.min() ?? 0, digits: 4)). The highest points of \(settled) of the "
        + "\(landscape.barriers.count) paths have settled to |r| at most 0.001, and \(saddles) of these are saddles with one "
        + "direction downwards; paths whose highest point has more of them, or has not settled, can be lowered."
    )
    section.addFigure(
      "barriers.svg",
      LinePlot(
        title: "From one minimum to another", xTitle: "share of the path",
        yTitle: "energy over the lower end",
        series: differentBarriers.map { profileSeries($0.barrier, label: "\($0.from + 1) and \($0.to + 1)") }),
      caption: "Energy along the paths; of paths with the same two heights one")
  }

  /// The first path of each pair of heights: others would lie under it in a plot.
  private var differentBarriers: [(from: Int, to: Int, barrier: FoundBarrier)] {
    var known: Set<[String]> = []
    return landscape.barriers.filter { pair in
      let path = pair.barrier.path
      return known.insert(
        [path.barrierFromStart, path.barrierFromEnd].map { NumberText.significant($0, digits: 3) }
      ).inserted
    }
  }

  private func addPlane(to section: inout PageSection) {
    guard let plane = landscape.plane else { return }
    section.addHeading("One image's descents")
    section.addParagraph(
      "The plane through one image's start, the end of its trained steps and its rest, all on the spheres of the norm. Descents "
        + "are drawn where the plane is nearest to them; the one to rest is up to "
        + "\(NumberText.significant(plane.farthest, digits: 3)) away from it, and its ends are "
        + "\(NumberText.significant(plane.distance, digits: 3)) apart.")
    section.addFigure(
      "plane.svg",
      FieldMap(
        title: "An image's descents", xTitle: "from the start to rest", yTitle: "at right angles to that",
        valueTitle: "energy", columns: plane.slice.columns, rows: plane.slice.rows,
        values: plane.slice.energies,
        paths: [
          fieldPath("to rest", plane.toRest), fieldPath("trained steps", plane.trained),
        ]), caption: "Energy of a plane with an image's descents")
  }
}
