import EnergyTransformer
import Foundation

extension Report {
  func page(
    _ record: RunRecord, figures: [(file: String, caption: String)]
  ) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    page.addParagraph(
      "A bag of instances has one label, and few of the instances, the witnesses, bear it. Hopfield pooling "
        + "lets a "
        + "learned state look for them among all instances: one update of a modern Hopfield network in "
        + "which the bag "
        + "is stored.")
    if isQuick { page.addParagraph("A quick run, to see that everything works: its figures mean nothing.") }
    try addRepertoires(to: &page, record, figures)
    for task in tasks {
      page.addHeading(Self.titles[task.measure] ?? task.measure)
      page.addParagraph(words(task))
      page.addParagraph(try comparison(task).sentence(digits: 3))
      if let recipe = record.tables.first(where: { $0.name == task.measure }) {
        try page.addTable(recipe, summary: record.summary)
      }
    }
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    let memory =
      record.summary["peak_memory_gib"].map { String(format: ", %.1f GiB of memory at most", $0) } ?? ""
    page.addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(Parallelism.threadCount) threads, "
        + String(format: "%.0f s in all", record.timings["total"] ?? 0) + memory
        + ". Everything is in run.json, the course of training in metrics.csv, the scores of all "
        + "repertoires under test "
        + "in scores.csv.")
    return page
  }

  private static let titles = [
    "bit_pattern_accuracy": "Bit patterns", "latch_accuracy": "Latch sequences",
    "mnist_bags_auc": "Bags of digits",
  ]

  private func addRepertoires(
    to page: inout MarkdownPage, _ record: RunRecord, _ figures: [(file: String, caption: String)]
  ) throws {
    guard let first = repertoires.first else { return }
    page.addHeading("Immune repertoires")
    page.addParagraph(introduction(first))
    for name in ["repertoires", "repertoire-advantages"] {
      guard let recipe = record.tables.first(where: { $0.name == name }) else { continue }
      try page.addTable(recipe, summary: record.summary)
    }
    page.addParagraph(
      "Means and standard deviations over the folds. "
        + (try repertoires.map {
          "\($0.witnessRate == nil ? $0.title : Self.capitalized($0.title)): \(try comparison($0).sentence(digits: 3))"
        })
        .joined(separator: " "))
    page.addParagraph(
      try comparison(first).explanation
        + " Folds share training repertoires, which the interval takes into account.")
    page.addParagraph(choices)
    for figure in figures { page.addImage(figure.file, caption: figure.caption) }
    if let recipe = record.tables.first(where: { $0.name == "witness-shares" }) {
      page.addHeading("Where the weight lies", level: 3)
      page.addParagraph(
        "The part of a positive test repertoire's weight that lies on sequences with an implanted motif, "
          + "mean over \(NetworkTraining.shownRepertoires) repertoires of each fold. Heads count as much as "
          + "they move the result. Sequences that carry the motif by chance draw weight too, but are no "
          + "witnesses.")
      try page.addTable(recipe, summary: record.summary)
    }
    addContributors(to: &page)
    page.addHeading("What it took", level: 3)
    page.addParagraph(
      "Seconds of training and judging, all folds together. Generating or reading the repertoires comes before: "
        + repertoires.map { String(format: "%@ %.0f s", $0.title, $0.preparation) }.joined(separator: ", ")
        + ".")
    if let recipe = record.tables.first(where: { $0.name == "repertoire-seconds" }) {
      try page.addTable(recipe, summary: record.summary)
    }
  }

  private func addContributors(to page: inout MarkdownPage) {
    guard let result = repertoires.last, let method = result.methods.first(where: { $0.method == .hopfield }),
      !method.strongest.isEmpty
    else { return }
    page.addHeading("The strongest contributors", level: 3)
    page.addParagraph(
      "The sequences with the largest weights in a positive repertoire that the first fold tests on, "
        + "\(result.title).")
    var table = MarkdownTable(columns: ["sequence", "letters", "weight", "motif"])
    for contributor in method.strongest {
      table.addRow([
        .text(contributor.name), .code(contributor.text), .number(contributor.weight, digits: 4),
        .text(motifText(contributor)),
      ])
    }
    page.addTable(table)
  }

  private func motifText(_ contributor: WitnessWeights.Contributor) -> String {
    guard let isWitness = contributor.isWitness else { return "not known" }
    if isWitness { return "implanted" }
    let letters = AminoAcids.letters(of: contributor.text) ?? []
    let isThere = data.motifs.contains { ((try? SequenceMotif($0))?.occurs(in: letters)) ?? false }
    return isThere ? "by chance" : "none"
  }

  private func introduction(_ result: RepertoireResult) -> String {
    let source =
      result.witnessRate == nil
      ? "\(result.repertoireCount) repertoires of \(result.title) with \(result.sequenceCount) sequences"
      : "\(result.repertoireCount) generated repertoires of \(result.sequenceCount / result.repertoireCount) "
        + "sequences for each witness rate, half of them positive; in the given share of a positive one's "
        + "sequences "
        + "a motif is implanted (\(data.motifs.joined(separator: ", ")), a dot standing for any amino acid)"
    return
      "\(source). \(result.witnessRate == nil ? Self.remarks(result.notes) : Self.size)\(result.foldCount) of \(options.folds) folds; in each, "
      + "\(Int(100 * options.validation)) % "
      + "of what is not under test chooses the epoch, and for the regression words and ridge. "
      + "Every network embeds a sequence by \(options.kernels) kernels of \(options.width) letters; "
      + "derivatives go through \(Int((100 * options.share).rounded())) % of a bag's sequences, those with "
      + "the largest weights (any, where all weigh the same). " + starts
  }

  /// Where kernels begin.
  private var starts: String {
    if options.pairWeight == 0 { return "All kernels begin at random." }
    return
      "The kernels of Hopfield pooling are the states of its heads, what they look for, and begin at the "
      + "\(options.kernels) pairs of letters by which the positive training repertoires exceed the negative "
      + "ones most; the baselines have random kernels, as published. The last rows, where there are any, "
      + "exchange the starts, to tell what is the start's merit and what the pooling's. Training ends where the "
      + "validation part is in order, clearly or twice in a row, or its loss has not fallen for "
      + "\(options.patience) epochs."
  }

  private static let size =
    "Published sets have more repertoires, 785 to 5,000; these are as many as two cores train on in a reasonable "
    + "time. "

  private static func remarks(_ notes: [String]) -> String {
    notes.map { capitalized($0) + ". " }.joined()
  }

  /// What each method could choose among, and what was chosen beforehand.
  private var choices: String {
    "Trials are the same for every method, choices are not. Each network has one setting, that of the options, and "
      + "the validation part chooses among its at most \(options.epochs) epochs; the regression's chooses among "
      + "\(KmerRegression.settingCount) settings in every fold. Rate, decay, share and epochs are the same for all "
      + "networks. The inverse temperature and the kernels' start (weight \(options.pairWeight), variance "
      + "\(options.pairVariance)) are Hopfield pooling's own, set by hand while the program was written, on generated "
      + "repertoires like these and without a record of the trials: no other network had as much care."
  }

  private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  private func words(_ task: SmallTaskResult) -> String {
    let adapted =
      task.measure == "latch_accuracy" ? "" : ", of which only Hopfield pooling's is adapted to the task"
    let runs =
      "\(small.runs) runs, each with data and weights of its own, the same data for every method; each method has "
      + "one setting\(adapted)."
    switch task.measure {
    case "bit_pattern_accuracy":
      return
        "2,048 bags of 16 patterns of 8 bits; positive ones hold one of 8 signals. The middle three "
        + "quarters are learned "
        + "from, \(small.bitEpochs) epochs, the others are under test. \(runs)"
    case "latch_accuracy":
      return
        "4,096 sequences of 32 among 20 characters, of which the first alone tells the class; a quarter is "
        + "under test. "
        + "\(small.latchEpochs) epochs. \(runs)"
    default:
      return
        "Bags of about 10 digits, positive where one is a 9; \(DigitTask.trainingBags) bags to learn from, "
        + "\(DigitTask.testBags) of other images under test, \(small.digitEpochs) epochs. Hopfield pooling has "
        + "no norms here and weights that begin with a deviation of 0.1: with those of the published package, "
        + "0.02 after norms, training hardly begins in twelve epochs. \(runs)"
    }
  }
}
