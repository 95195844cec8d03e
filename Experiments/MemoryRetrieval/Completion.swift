import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Half-hidden images completed by every memory.
struct Completion {
  /// One memory with one number of stored images.
  private struct Row {
    let kind: MemoryKind
    let count: Int
    /// Chosen on cues with another half hidden; nil for memories without.
    let beta: Float?
    let outcome: PatternCompletion.Outcome
  }

  /// A cue whose state is within this part of its pattern's length from it is recalled.
  private static let tolerance = 0.1

  private let images: ImageSet
  private let rows: [Row]
  private let featureCount: Int
  /// The rows of the picture: the most images stored at which they can be told apart.
  private let pictured: PatternCompletion

  init(_ images: ImageSet, quick: Bool, random: RandomStream) {
    self.images = images
    let featureCount = MemoryKind.featureCount(quick: quick)
    self.featureCount = featureCount
    func task(_ index: Int, hiding half: ImageHalf, _ stream: UInt64) -> PatternCompletion {
      let rows = images.patterns.rows
      let stored = rows.gathered((0..<rows.shape[0]).evenlySpaced(images.counts[index]), axis: 0)
      return PatternCompletion(
        stored: stored, shown: (0..<stored.shape[0]).evenlySpaced(100), hidden: images.patterns.mask(half),
        random: random.child(UInt64(index)).child(stream))
    }
    let choosing = images.counts.indices.map { task($0, hiding: .upper, 0) }
    let judging = images.counts.indices.map { task($0, hiding: .lower, 1) }
    let cases = images.counts.indices.flatMap { index in MemoryKind.allCases.map { (index, $0) } }
    rows = WorkProgress.map(cases, unit: "memories") { index, kind in
      let beta = choosing[index].bestBeta(of: kind, featureCount: featureCount, within: Self.tolerance)
      return Row(
        kind: kind, count: images.counts[index], beta: beta,
        outcome: judging[index].outcome(of: kind, beta: beta ?? 1, featureCount: featureCount))
    }
    pictured = judging[images.counts.lastIndex { $0 <= 100 } ?? 0]
  }

  func section() -> PageSection {
    var section = PageSection("Half-hidden \(images.label)")
    section.addParagraph(
      "Images are stored centred on their mean image and at length 1, for binary memories as 1 where a pixel is above its "
        + "mean and -1 elsewhere. Cues are stored images (100 at most) whose lower half is hidden: set to the mean image, for "
        + "binary memories to random signs. Beta of each continuous memory was chosen for each number of images on cues "
        + "whose upper half was hidden. The first table has the percentage of cues that come to rest within a tenth of the "
        + "pattern's length from it, the second the squared error over the hidden half relative to its square (1 is what "
        + "the mean image would have).")
    func cell(_ row: Row, _ measure: String, _ value: Double?) -> MeasuredCell {
      .number("\(images.key)_\(measure)_\(row.kind.rawValue)_\(row.count)", value)
    }
    func addTable(_ measure: String, digits: Int, best: TableRecipe.Best, value: (Row) -> Double?) {
      section.addTable(
        "\(images.key)_\(measure)", "Memory",
        rows: MemoryKind.allCases.map { kind in (kind.label, rows.filter { $0.kind == kind }) },
        columns: images.counts.enumerated().map { ("\($1) stored", $0) }, digits: digits, best: best
      ) { cell($0[$1], measure, value($0[$1])) }
    }
    addTable("recalled", digits: 0, best: .highest) {
      100 * $0.outcome.errors.share(within: Self.tolerance)
    }
    addTable("hidden_error", digits: 3, best: .lowest, value: \.outcome.hiddenError)
    section.addNumbers(
      rows.flatMap {
        [cell($0, "steps", $0.outcome.meanSteps), cell($0, "beta", $0.beta.map { Double($0) })]
      })
    if rows.contains(where: { $0.outcome.hiddenError == nil }) {
      section.addParagraph(
        "Where the second table has no number the images are alike in the hidden half: it holds nothing to be recalled."
      )
    }
    let count = pictured.stored.shape[0]
    section.addFigure(
      "completed-\(images.key).png", picture,
      caption: "\(count) \(images.label) stored, the lower half hidden")
    let chosen = rows.filter { $0.count == count }.compactMap { row in
      row.beta.map { "\(row.kind.label) \(String(format: "%.3g", $0))" }
    }
    section.addParagraph("Beta in the picture: " + chosen.joined(separator: ", ") + ".")
    return section
  }

  /// The memories of the picture, update by update.
  func viewer() throws -> StepViewer {
    try CompletionViewer(
      images: images, task: pictured, featureCount: featureCount,
      memories: rows.filter { $0.count == pictured.stored.shape[0] }
        .map { ($0.kind, $0.beta ?? 1, $0.outcome.states) }
    ).viewer()
  }

  /// Some images as stored and as shown, and what every memory made of them.
  private var picture: PictureGrid {
    let example = images.patterns.image(of: images.patterns.mean)
    var grid = PictureGrid(
      columns: ["stored", "cue"] + MemoryKind.allCases.map(\.label), scale: example.width > 40 ? 1 : 2,
      textScale: 1)
    let columns =
      [(pictured.patterns, false), (pictured.cues, false)]
      + rows.filter { $0.count == pictured.stored.shape[0] }.map { ($0.outcome.states, $0.kind.isBinary) }
    for index in (0..<pictured.shown.count).evenlySpaced(10) {
      grid.addRow(
        columns.map { rows, isBinary in
          images.picture(rows.sliced(axis: 0, index..<index + 1), isBinary: isBinary)
        })
    }
    return grid
  }
}
