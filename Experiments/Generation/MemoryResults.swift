import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What all methods drew from a memory with all seeds, and the sections of the page about it.
struct MemoryResults {
  private let sampling: MemorySampling
  private var draws: [MemoryMethod: [MemorySampling.Draw]] = [:]
  private let sweep: Sweep

  private var options: MemoryOptions { sampling.options }

  init(_ sampling: MemorySampling, random: RandomStream, _ record: inout RunRecord) throws {
    self.sampling = sampling
    let seeds = sampling.options.seeds
    let methods = MemoryMethod.allCases
    draws = record.timed("memory", total: seeds * methods.count, unit: "draws") { progress in
      var draws: [MemoryMethod: [MemorySampling.Draw]] = [:]
      for seed in 0..<seeds {
        for (index, method) in methods.enumerated() {
          let stream = random.child(0).child(UInt64(seed)).child(UInt64(index))
          draws[method, default: []].append(sampling.draw(method, random: stream))
          progress.advance()
        }
      }
      return draws
    }
    let betas = [3.0, 10, 30, 100, 300, 1_000, 3_000, 10_000]
    sweep = record.timed("sweep", total: betas.count, unit: "temperatures") { progress in
      Sweep(
        points: betas.enumerated().map { index, beta in
          defer { progress.advance() }
          let numbers = sampling.point(beta: beta, random: random.child(1).child(UInt64(index)))
          return .init(label: "\(Int(beta))", name: "beta_\(Int(beta))", x: beta, numbers: numbers)
        })
    }
  }

  func sections() throws -> [PageSection] { try [measures(), samples(), curves(), temperatures()] }

  // MARK: Measures

  /// The name of a measure in the summary; that of the main method has no more to it.
  private func name(_ measure: String, _ method: MemoryMethod) -> String {
    method == .langevin ? measure : "\(measure)_\(method.rawValue)"
  }

  private func spread(_ method: MemoryMethod, _ value: (MemorySampling.Draw) -> Double?) throws -> Spread? {
    let values = (draws[method] ?? []).compactMap(value)
    return values.isEmpty ? nil : try Spread(of: values)
  }

  /// A mean over the seeds, with a deviation where there are several.
  private func cell(
    _ measure: String, _ method: MemoryMethod, _ value: (MemorySampling.Draw) -> Double?
  ) throws -> MeasuredCell {
    guard let found = try spread(method, value) else { return .missing }
    return found.count > 1
      ? .spread(name(measure, method), found) : .number(name(measure, method), found.mean)
  }

  private func measures() throws -> PageSection {
    var section = PageSection("Samples of a memory")
    section.addParagraph(
      "Patterns of length 1 in \(sampling.stored.dimension) dimensions. Novelty is 1 less the cosine with the nearest stored "
        + "pattern, diversity 1 less the cosine of two samples, the mean over all pairs; the energy is "
        + "- 1/β log Σ exp(β g·ξ) + ½ |g|² at the β of the method, at \(text(options.beta)) where it has none. "
        + "\(options.samples) samples of every method; \(options.chains) chains of \(options.steps) steps of size "
        + "\(text(options.stepSize)) start near stored patterns, and samples are taken behind step \(options.burnIn). "
        + (options.seeds > 1
          ? "Means and standard deviations of \(options.seeds) repetitions with other random numbers."
          : "One run of each, without a repetition."))
    let isPublished = options.isPublished
    section.addTable(
      "measures",
      columns: [
        "Method", "Novelty", "Diversity", "Energy", "Accepted, %",
        "Nearest to another pattern than its start, %",
      ] + (isPublished ? ["Novelty, published", "Diversity, published", "Energy, published"] : []),
      digits: 3, columnDigits: [3, 3, 3, 1, 1] + (isPublished ? [3, 3, 3] : []),
      rows: try MemoryMethod.allCases.map { method in
        let figures: [MeasuredCell] = [
          .number(name("published_novelty", method), method.published?.novelty),
          .number(name("published_diversity", method), method.published?.diversity),
          .number(name("published_energy", method), method.published?.energy),
        ]
        return (
          method.label(options),
          try [
            cell("novelty", method, { $0.measures.novelty }),
            cell("diversity", method, { $0.measures.diversity }),
            cell("energy", method, { $0.energy }),
            cell("accepted", method) { $0.acceptance.map { 100 * $0 } },
            cell("left_start", method) { $0.leftStart.map { 100 * $0 } },
          ] + (isPublished ? figures : [])
        )
      })
    if isPublished {
      section.addParagraph(
        "Published figures (arXiv 2603.06875) are for 100 images of class 3 of MNIST by the same protocol. There, a mixture of "
          + "Gaussians on principal components has novelty 0.198 and diversity 0.419, a variational autoencoder 0.214 and "
          + "0.441.")
    }
    section.addParagraph(
      "The noise of one step is \(NumberText.significant(stepNoise, digits: 3)) in every dimension, √(2α/β). "
        + "Convex mixtures have weights uniform over all that add up to 1. The Gaussian is on all principal components of the "
        + "stored patterns. Cooling lets the temperature fall by equal ratios up to step \(options.burnIn), in the energy of "
        + "β \(text(options.beta)).")
    for method in [MemoryMethod.langevin, .warm] { section.addParagraph(try comparison(method)) }
    return section
  }

  /// What chains give beside exact draws, in words that follow from the numbers.
  private func comparison(_ method: MemoryMethod) throws -> String {
    let (exact, beta) = method == .warm ? (MemoryMethod.warmExact, options.warmBeta) : (.exact, options.beta)
    let lengths =
      "For patterns of one length e^(-βE) is a mixture of Gaussians of variance 1/β about them: it can be drawn from "
      + "exactly by taking a stored pattern and adding noise, without a chain. "
    func words(_ measure: String, _ value: (MemorySampling.Draw) -> Double?) throws -> String {
      guard let chains = try spread(method, value), let draws = try spread(exact, value) else { return "" }
      return "\(measure) \(fixed(chains.mean)) beside \(fixed(draws.mean))"
    }
    return (method == .langevin ? lengths : "")
      + "At β \(text(beta)) chains have \(try words("novelty", { $0.measures.novelty })) of exact draws, "
      + "\(try words("diversity", { $0.measures.diversity })) and \(try words("energy", { $0.energy })); "
      + "the noise alone gives a pattern the novelty 1 - 1/√(1 + D/β) = \(fixed(sampling.noiseNovelty(beta: beta)))."
  }

  /// The deviation of the noise of one step.
  private var stepNoise: Double { (2 * options.stepSize / options.beta).squareRoot() }
  private func text(_ value: Double) -> String { NumberText.roundTrip(value) }
  private func fixed(_ value: Double) -> String { NumberText.fixed(value, digits: 3) }

  // MARK: Pictures and curves

  private func samples() throws -> PageSection {
    let count = min(8, options.samples)
    let example = sampling.stored.picture(sampling.stored.patterns.sliced(axis: 0, 0..<1))
    var grid = PictureGrid(
      columns: [String](repeating: "", count: count), scale: example.height > 40 ? 1 : 2, textScale: 1)
    for method in MemoryMethod.allCases {
      guard let draw = draws[method]?.first else { continue }
      let indices = (0..<options.samples).evenlySpaced(count)
      grid.addRow(
        label: method.rawValue.replacingOccurrences(of: "_", with: " "),
        indices.map { sampling.stored.picture(draw.samples.sliced(axis: 0, $0..<$0 + 1)) })
    }
    var section = PageSection("Pictures", level: 3)
    section.addParagraph(
      "Samples of the first repetition, evenly spaced and not chosen, enlarged to the mean length of the images and cut to "
        + "black and white. From the top: "
        + MemoryMethod.allCases.map { $0.label(options) }.joined(separator: "; ") + ".")
    section.addFigure("samples.png", grid, caption: "Samples of every method")
    return section
  }

  /// The methods of many chains.
  private static let chainMethods: [MemoryMethod] = [.langevin, .warm, .adjusted, .cooled]

  /// The samples of some chains of the first repetition, to step through.
  func viewer() throws -> StepViewer {
    let found = Self.chainMethods.compactMap { method in
      draws[method]?.first.map { (label: method.label(options), draw: $0) }
    }
    let sampled = found[0].draw.sampled
    let shown = StepViewer.shownSteps(upTo: sampled.count - 1)
    let numbers = sampling.stored.dimension * shown.count * found.count
    let items = Array((0..<options.chains).prefix(StepViewer.itemCount(numbersEach: numbers)))
    return try ChainViewer(
      title: "Samples of a memory, step by step",
      note:
        "Some chains of the first repetition at the steps that gave samples; each starts near another stored picture.",
      items: items.map { "\($0 + 1)" }, itemName: "chain",
      steps: shown.map { found[0].draw.steps[sampled[$0]] }, groupName: "method",
      chains: found.map { label, draw in
        ChainViewer.Chains(
          label: label,
          pictures: items.map { chain in
            shown.map { sample in
              let row = sample * options.chains + chain
              return sampling.stored.picture(draw.samples.sliced(axis: 0, row..<row + 1))
            }
          }, energies: items.map { chain in shown.map { draw.energies[sampled[$0]][chain] } })
      }
    ).viewer()
  }

  private func curves() throws -> PageSection {
    let series = try Self.chainMethods.compactMap { method -> LinePlot.Series? in
      guard let draw = draws[method]?.first else { return nil }
      return .init(
        label: method.label(options), x: draw.steps.map(Double.init),
        spreads: try draw.energies.map { try Spread(of: $0) })
    }
    var section = PageSection("Energies of the chains", level: 3)
    section.addParagraph(
      "Lines are means over the chains of the first repetition, bands one standard deviation between chains. Each energy is that "
        + "of the β of its chains, of β \(text(options.beta)) where they cool.")
    section.addFigure(
      "energy.svg", LinePlot(title: "Energy against step", xTitle: "step", yTitle: "energy", series: series),
      caption: "Energy of the chains against step")
    return section
  }

  private func temperatures() -> PageSection {
    var section = PageSection("From mixtures to single patterns", level: 3)
    section.addParagraph(
      "Shorter chains at other temperatures, with one repetition. Entropy is that of the weights softmax(β g·ξ) of the stored "
        + "patterns at the samples, as a share of that of equal weights: near 1 a sample belongs to all of them, near 0 to one."
    )
    section.addTable(
      "temperatures", of: sweep, "β",
      columns: [
        ("Novelty", "novelty", 3), ("Novelty of exact draws", "exact_novelty", 3),
        ("Novelty of noise alone", "noise_novelty", 3), ("Entropy of the weights", "entropy", 3),
      ])
    var plot = LinePlot(
      title: "Novelty and entropy against β", xTitle: "inverse temperature β",
      yTitle: "novelty; entropy as a share",
      series: [
        sweep.series("novelty", label: "novelty of chains"),
        sweep.series("exact_novelty", label: "novelty of exact draws"),
        sweep.series("entropy", label: "entropy of the weights"),
        sweep.series("noise_novelty", label: "novelty of noise alone", isReference: true),
      ])
    plot.xScale = .logarithmic
    section.addFigure("temperatures.svg", plot, caption: plot.title)
    return section
  }
}
