import EnergyTransformer
import Foundation

/// Half-hidden images completed by every memory.
struct Completion: Finding {
  /// One memory with one number of stored images.
  private struct Row {
    let kind: MemoryKind
    let count: Int
    /// Chosen on cues with another half hidden; nil for memories without.
    let beta: Float?
    let outcome: CompletionTask.Outcome
  }

  private let images: ImageSet
  private let rows: [Row]
  private let pictured: (task: CompletionTask, places: [Int])
  private static let (chosenOn, judgedOn) = (ImageHalf.upper, ImageHalf.lower)

  init(_ images: ImageSet, random: RandomStream) {
    self.images = images
    let cases = images.counts.enumerated().flatMap { number, count in
      MemoryKind.allCases.map { (number, count, $0) }
    }
    rows = CountedWork.map(cases, unit: "memories") { number, count, kind in
      let own = random.child(UInt64(number))
      let choosing = CompletionTask(images, count: count, hiding: Self.chosenOn, random: own.child(0))
      let judging = CompletionTask(images, count: count, hiding: Self.judgedOn, random: own.child(1))
      let beta = Self.betas(kind).map { ($0, choosing.outcome(kind, beta: $0)) }
        .min { ($0.1.recalled, $1.1.hiddenError ?? 0) > ($1.1.recalled, $0.1.hiddenError ?? 0) }?.0
      return Row(kind: kind, count: count, beta: beta, outcome: judging.outcome(kind, beta: beta ?? 1))
    }
    // The most stored at which rows can be told apart in a picture.
    let place = images.counts.lastIndex { $0 <= 100 } ?? 0
    let task = CompletionTask(
      images, count: images.counts[place], hiding: Self.judgedOn,
      random: random.child(UInt64(place)).child(1))
    pictured = (task, RandomPatterns.spaced(10, of: task.shown.count))
  }

  /// What beta is chosen from.
  private static func betas(_ kind: MemoryKind) -> [Float] {
    switch kind {
    case .softmax, .entmax, .sparsemax: [5, 10, 20, 40, 80, 160, 320]
    case .logSumReLU: stride(from: Float(0.5), through: 1.2, by: 0.1).map { 2 / ($0 * $0) }
    case .randomFeatures: [4, 8, 12, 16, 20]
    default: []
    }
  }

  private func name(_ row: Row, _ measure: String) -> String {
    "\(images.key)_\(measure)_\(row.kind.key)_\(row.count)"
  }

  /// The name of a number, empty where there is none.
  private func key(_ row: Row, _ measure: String) -> String {
    measure == "hidden_error" && row.outcome.hiddenError == nil ? "" : name(row, measure)
  }

  var summary: [String: Double] {
    var summary: [String: Double] = [:]
    for row in rows {
      summary[name(row, "recalled")] = 100 * row.outcome.recalled
      if let error = row.outcome.hiddenError { summary[name(row, "hidden_error")] = error }
      summary[name(row, "steps")] = row.outcome.meanSteps
      if let beta = row.beta { summary[name(row, "beta")] = Double(beta) }
    }
    return summary
  }

  var tables: [TableRecipe] {
    [("recalled", 0), ("hidden_error", 3)].map { measure, digits in
      TableRecipe(
        name: "\(images.key)_\(measure)", columns: ["Memory"] + images.counts.map { "\($0) stored" },
        rows: MemoryKind.allCases.map { kind in
          .init(
            label: kind.label,
            summaryKeys: rows.filter { $0.kind == kind }.map { key($0, measure) })
        }, digits: digits, best: measure == "recalled" ? .highest : .lowest)
    }
  }

  func writeFiles(to folder: String) throws {
    let scale = images.patterns.image(of: images.patterns.mean).width > 40 ? 1 : 2
    var grid = PictureGrid(
      columns: ["stored", "cue"] + MemoryKind.allCases.map(\.label), scale: scale, textScale: 1)
    let count = pictured.task.stored.shape[0]
    let truth = pictured.task.stored.gathered(pictured.task.shown, axis: 0)
    let outcomes = MemoryKind.allCases.compactMap { kind in
      rows.first { $0.kind == kind && $0.count == count }
    }
    for place in pictured.places {
      func row(_ rows: Tensor<Float>) -> Tensor<Float> { rows.sliced(axis: 0, place..<place + 1) }
      let shown = [row(truth), row(pictured.task.cues)].map { picture($0, isBinary: false) }
      grid.addRow(shown + outcomes.map { picture(row($0.outcome.states), isBinary: $0.kind.isBinary) })
    }
    try grid.write(to: "\(folder)/completed-\(images.key).png")
  }

  private func picture(_ row: Tensor<Float>, isBinary: Bool) -> Picture {
    let image = images.patterns.image(of: row)
    let levels =
      isBinary ? row.elements.map { ($0 + 1) / 2 } : image.bytes.map { Float($0) / 255 }
    return Picture(width: image.width, height: image.height, channels: image.channels, values: levels)
  }

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("Half-hidden \(images.label)")
    page.addParagraph(
      "Images are stored centred on their mean image and at length 1, for binary memories as 1 where a pixel is above its "
        + "mean and -1 elsewhere. Cues are stored images (100 at most) whose lower half is hidden: set to the mean image, for "
        + "binary memories to random signs. Beta of each continuous memory was chosen for each number of images on cues "
        + "whose upper half was hidden. The first table has the percentage of cues that come to rest within a tenth of the "
        + "pattern's length from it, the second the squared error over the hidden half relative to its square (1 is what "
        + "the mean image would have).")
    try add("\(images.key)_recalled", to: &page, summary)
    try add("\(images.key)_hidden_error", to: &page, summary)
    if rows.contains(where: { $0.outcome.hiddenError == nil }) {
      page.addParagraph(
        "Where the second table has no number the images are alike in the hidden half: it holds nothing to be recalled."
      )
    }
    let count = pictured.task.stored.shape[0]
    page.addImage(
      "completed-\(images.key).png",
      caption:
        "\(images.label.prefix(1).uppercased())\(images.label.dropFirst()): \(count) stored, the lower half hidden"
    )
    let chosen = rows.filter { $0.count == count }.compactMap { row in
      row.beta.map { "\(row.kind.label) \(String(format: "%.3g", $0))" }
    }
    page.addParagraph("Beta in the picture: " + chosen.joined(separator: ", ") + ".")
  }
}
