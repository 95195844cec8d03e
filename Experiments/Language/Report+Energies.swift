import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What falls on the way, and what attention retrieves.
extension Report {
  func energies(_ analysis: EnergyAnalysis) throws -> PageSection {
    if let energies = analysis.windowEnergies { return try section(of: energies, analysis) }
    guard let constant = analysis.constant, let backtracking = analysis.backtracking else {
      return PageSection("What falls")
    }
    return try section(of: constant, backtracking, analysis)
  }

  // MARK: The energy of a window

  private func section(of energies: BlockEnergies, _ analysis: EnergyAnalysis) throws -> PageSection {
    let share = energies.shareFell
    var section = try energies.section(
      "The energy of a window, one number, fell at every one of the steps for "
        + "\(NumberText.percent(share, digits: 1)) of \(analysis.windows.count) windows of \(analysis.length) \(task.unit)s, with "
        + "the constant step of training. Lines are means over the windows, bands one standard deviation between them.",
      title: "Energy of a window by part", yTitle: "energy", steps: sizes.model.steps)
    section.summary["share_masked_fell"] = share
    return section
  }

  // MARK: The energies of tokens

  private func section(
    of constant: TokenMoves, _ backtracking: TokenMoves, _ analysis: EnergyAnalysis
  ) throws -> PageSection {
    var section = PageSection("What falls")
    let count = analysis.windows.count * analysis.length * constant.steps.count
    section.addParagraph(
      "Two numbers tell what a step does to the energy of a token. Its own move, with its context held where it was, is a step down "
        + "the token's own energy: it cannot rise by a step that is short enough, and under backtracking, which shortens the "
        + "step of each token until it does not, it never does. The net change counts what the moves of the others do to it "
        + "too, and may be a rise. \(analysis.windows.count) windows of \(analysis.length) \(task.unit)s that nothing was learned "
        + "from, \(count) steps of tokens. An energy that stayed where it was to the last digit did not rise and counts as one that "
        + "fell; the second column is the share of these." + concavity)
    section.addTable(
      "falls",
      columns: [
        "Step", "own moves that fell", "of all, stayed", "largest own rise, share of an energy",
        "net changes that fell", "mean own change", "mean net change", "nats a \(task.unit) of these windows",
      ], digits: 6, columnDigits: [6, 6, 8, 6, 4, 4, 4],
      rows: [
        ("the constant step of training", cells(of: constant, "")),
        ("backtracking from it, each token by itself", cells(of: backtracking, "_backtracking")),
      ])
    section.addFigure("falls.svg", falls(constant, backtracking), caption: "Shares of tokens by step")
    section.addParagraph(
      "Where a token stands matters: the later, the more keys its query has. Means over the windows, with the constant step."
    )
    section.addFigure(
      "energy.svg", energyBySteps(constant),
      caption: "Energy of a token in its context against step, by its position")
    for (block, steps) in constant.energies.enumerated() {
      let several = constant.energies.count > 1
      section.addFigure(
        several ? "positions-\(block + 1).svg" : "positions.svg", energyByPosition(steps),
        caption: "Energy of a token in its context against its position"
          + (several ? ", block \(block + 1)" : ""))
    }
    section.addFile("energies.csv", table(constant))
    return section
  }

  /// What is known of own moves beforehand.
  private var concavity: String {
    let isPlain = [.constant, .perStep].contains(sizes.model.learnedSteps)
    guard !sizes.model.selfKey, isPlain else { return "" }
    return
      " Without a key of its own a token's energy is concave in its activations, and these move with the tokens: no step of any "
      + "size raises it by its own move by more than rounding."
  }

  private func cells(of moves: TokenMoves, _ suffix: String) -> [MeasuredCell] {
    [
      .number("share_own_moves_fell\(suffix)", moves.shareOwnFell),
      .number("share_own_moves_stayed\(suffix)", moves.shareOwnStayed),
      .number("largest_own_rise\(suffix)", moves.largestOwnRise),
      .number("share_net_fell\(suffix)", moves.shareNetFell),
      .number("own_change\(suffix)", moves.meanOwnChange),
      .number("net_change\(suffix)", moves.meanNetChange),
      .number("windows_nats\(suffix)", moves.nats),
    ]
  }

  private func falls(_ constant: TokenMoves, _ backtracking: TokenMoves) -> LinePlot {
    func series(_ label: String, _ moves: TokenMoves, _ part: (TokenMoves.Step) -> Int) -> LinePlot.Series {
      .init(
        label: label, x: moves.steps.indices.map { Double($0 + 1) },
        y: moves.steps.map { Double(part($0)) / Double(max(1, $0.count)) })
    }
    var plot = LinePlot(
      title: "What falls", xTitle: "step", yTitle: "share of tokens whose energy did not rise",
      series: [
        series("own moves, constant step", constant, \.ownFell),
        series("own moves, backtracking", backtracking, \.ownFell),
        series("net, constant step", constant, \.netFell),
        series("net, backtracking", backtracking, \.netFell),
      ])
    plot.bounds = 0...1
    return plot
  }

  /// Lines over the steps of all blocks, one behind the other, for bands of positions that are four times as wide each.
  private func energyBySteps(_ moves: TokenMoves) -> LinePlot {
    let length = moves.energies[0][0].count
    var bands: [Range<Int>] = []
    while (bands.last?.upperBound ?? 0) < length {
      let start = bands.last?.upperBound ?? 0
      bands.append(start..<min(length, max(1, 4 * start)))
    }
    let series = moves.energies.enumerated().flatMap { block, steps in
      bands.map { band in
        let first = block * (steps.count - 1)
        return LinePlot.Series(
          label: band.count == 1
            ? "position \(band.lowerBound + 1)" : "positions \(band.lowerBound + 1) to \(band.upperBound)",
          x: steps.indices.map { Double(first + $0) },
          y: steps.map { $0[band].reduce(0, +) / Double(band.count) })
      }
    }
    return LinePlot(title: "Energy by step", xTitle: "step", yTitle: "energy of a token", series: series)
  }

  private func energyByPosition(_ steps: [[Double]]) -> LinePlot {
    let last = steps.count - 1
    let shown = [0, (last + 1) / 2, last].reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
    return LinePlot(
      title: "Energy by position", xTitle: "position", yTitle: "energy of a token",
      series: shown.map { step in
        .init(
          label: step == 0 ? "before the first step" : "after step \(step)",
          x: steps[step].indices.map { Double($0 + 1) }, y: steps[step])
      })
  }

  private func table(_ moves: TokenMoves) -> CSVTable {
    var table = CSVTable(columns: ["block", "step", "position", "energy"])
    for (block, steps) in moves.energies.enumerated() {
      for (step, values) in steps.enumerated() {
        for (position, energy) in values.enumerated() {
          table.addRow([Double(block + 1), Double(step), Double(position + 1), energy])
        }
      }
    }
    return table
  }

  // MARK: Attention

  func attention(_ analysis: EnergyAnalysis) throws -> PageSection {
    var section = PageSection("Attention as retrieval")
    let found = analysis.attention
    section.addParagraph(
      "Each head's query retrieves from the keys \(task.options.masked ? "of its window" : "of its past"). How many it looks at is "
        + "exp of the entropy of its weights; how far they lie from it is their mean distance. Means over the queries of the "
        + "second half of \(analysis.windows.count) windows, at the first tokens and after the last step.")
    let last = found.blocks.count - 1
    let heads = found.effectiveKeys[0].indices
    let severalBlocks = sizes.model.blocks > 1
    let rows = (0..<sizes.model.blocks).flatMap { block in
      // Its descent starts at the last frame of the block before it, whose energy that frame is looked at with.
      let frames = found.blocks.indices.filter { found.blocks[$0] == block }
      return heads.map { head in
        let name = (severalBlocks ? "block_\(block + 1)_" : "") + "head_\(head + 1)"
        let (first, end) = (frames.first ?? 0, frames.last ?? last)
        return (
          label: (severalBlocks ? "block \(block + 1), " : "") + "head \(head + 1)",
          cells: [
            MeasuredCell.number("\(name)_keys_first", found.effectiveKeys[first][head]),
            .number("\(name)_keys_last", found.effectiveKeys[end][head]),
            .number("\(name)_distance_first", found.distances[first][head]),
            .number("\(name)_distance_last", found.distances[end][head]),
          ]
        )
      }
    }
    section.addTable(
      "heads",
      columns: ["Head", "keys, at first", "keys, at last", "distance, at first", "distance, at last"],
      digits: 1, rows: rows)
    section.addFigure(
      "keys.svg",
      LinePlot(
        title: "What heads look at", xTitle: "step", yTitle: "effective number of keys",
        yScale: .logarithmic,
        series: heads.map { head in
          .init(
            label: "head \(head + 1)", x: found.blocks.indices.map(Double.init),
            y: found.effectiveKeys.map { $0[head] })
        }), caption: "Effective number of keys of each head against step")
    section.addFigure(
      "attention.png", try maps(analysis.shown),
      caption:
        "Attention of each head in one short window, row attends to column; shades are square roots of weights"
    )
    return section
  }

  private func maps(_ descent: TextDescent) throws -> PictureGrid {
    let last = descent.frameCount - 1
    let frames = [0, (last + 1) / 2, last].reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
    let weights = frames.map { descent.attention($0) }
    let (heads, length) = (weights[0].shape[0], weights[0].shape[1])
    var grid = PictureGrid(columns: frames.map { "step \($0)" }, scale: max(1, 192 / length))
    for head in 0..<heads {
      grid.addRow(
        label: "head \(head + 1)",
        weights.map { weights in
          let own = weights.sliced(axis: 0, head..<head + 1).elements
          return Picture(width: length, height: length, values: own.map { $0.squareRoot() })
        })
    }
    return grid
  }
}
