import EnergyTransformer
import Foundation
import Reporting

/// The section of the page about repertoires.
struct RepertoireSection {
  let data: DataOptions
  let options: RepertoireOptions
  let results: [RepertoireResult]

  func section() throws -> PageSection {
    var section = PageSection("Immune repertoires")
    guard let first = results.first else { return section }
    let methods = first.methods.enumerated().map { (label: $1.method.title, value: $0) }
    let columns = results.map { (title: $0.data.title, value: $0) }
    for result in results { try add(numbersOf: result, to: &section) }
    section.addParagraph(introduction(first.data))
    section.addComparisons(
      try results.map { ($0.data.title, try $0.comparison()) },
      names: ("repertoires", "repertoire-advantages"), label: "AUC", digits: 3, best: .highest)
    section.addParagraph(choices)
    try addFigures(to: &section)
    if results.contains(where: { $0.data.witnessRate != nil }) {
      section.addHeading("Where the weight lies")
      section.addParagraph(
        "The part of a positive test repertoire's weight that lies on sequences with an implanted motif, "
          + "mean over \(NetworkTraining.shownRepertoires) repertoires of each fold. Heads count as much as "
          + "they move the result. Sequences that carry the motif by chance draw weight too, but are no "
          + "witnesses.")
      let networks = methods.filter { first.methods[$0.value].method != .kmers }
      try section.addTable(
        "witness-shares", "share of the weight on witnesses", rows: networks, columns: columns, digits: 4
      ) { index, result in
        let method = result.methods[index]
        return .spread(
          "repertoire_\(method.method.rawValue)_witness_share_\(result.data.name)",
          try Spread(of: method.folds.compactMap { $0.contributions?.witnessShare }))
      }
    }
    addContributors(to: &section)
    section.addHeading("What it took")
    section.addParagraph(
      "Seconds of training and judging, all folds together. Generating or reading the repertoires comes before: "
        + results.map { String(format: "%@ %.0f s", $0.data.title, $0.data.preparation) }
        .joined(separator: ", ") + ".")
    section.addTable(
      "repertoire-seconds", "seconds of training", rows: methods, columns: columns, digits: 0
    ) { index, result in
      let method = result.methods[index]
      return .number("repertoire_\(method.method.rawValue)_seconds_\(result.data.name)", method.seconds)
    }
    return section
  }

  private func add(numbersOf result: RepertoireResult, to section: inout PageSection) throws {
    let name = result.data.name
    for method in result.methods {
      let prefix = "repertoire_\(method.method.rawValue)"
      section.summary["\(prefix)_validation_auc_\(name)"] =
        try Spread(of: method.folds.map(\.validationAUC)).mean
      if method.method != .kmers {
        section.summary["\(prefix)_parameter_count"] = Double(method.folds.last?.parameterCount ?? 0)
      }
    }
    section.summary["repertoire_best_baseline_auc_\(name)"] =
      try result.methods.filter { PoolingMethod.baselines.contains($0.method) }
      .map { try Spread(of: $0.aucs).mean }.max()
    section.summary["repertoire_preparation_seconds_\(name)"] = result.data.preparation
  }

  private func addFigures(to section: inout PageSection) throws {
    if results.count > 1 {
      var plot = LinePlot(
        title: "The rarer the witnesses, the harder the bag", xTitle: "witnesses, % of a positive bag",
        yTitle: "area under the ROC curve", xScale: .logarithmic,
        series: LinePlot.Series.methods(
          try results.map { (x: 100 * ($0.data.witnessRate ?? 0), comparison: try $0.comparison()) }),
        references: [.init(label: "chance", y: 0.5)])
      plot.bounds = 0...1
      section.addFigure(
        "auc.svg", plot, caption: "Area under the ROC curve against witness rate")
    }
    guard let last = results.last else { return }
    let series = last.methods.compactMap { method -> LinePlot.Series? in
      guard let found = method.folds.first?.epochAUCs, found.count > 1 else { return nil }
      return .init(label: method.method.title, x: found.indices.map { Double($0 + 1) }, y: found)
    }
    if series.isEmpty { return }
    var plot = LinePlot(
      title: "Validation repertoires, first fold, \(last.data.title)", xTitle: "epoch",
      yTitle: "area under the ROC curve", series: series)
    plot.bounds = 0...1
    section.addFigure(
      "training.svg", plot,
      caption: "Validation AUC after each epoch, lowest witness rate, first fold")
  }

  private func addContributors(to section: inout PageSection) {
    guard let result = results.last, let method = result.methods.first(where: { $0.method == .hopfield }),
      let found = method.folds.first?.contributions
    else { return }
    section.addHeading("The strongest contributors")
    section.addParagraph(
      "The sequences with the largest weights in a positive repertoire that the first fold tests on, "
        + "\(result.data.title).")
    let repertoire = result.data.all[result.data.folds[0].test[found.firstBag]]
    section.addTable(
      MarkdownTable(
        columns: ["sequence", "letters", "weight", "motif"],
        rows: found.strongest.map { strongest in
          [
            .text("\(repertoire.name), sequence \(strongest.instance + 1)"),
            .code(repertoire.text(of: strongest.instance)), .number(strongest.weight, digits: 4),
            .text(motifWords(repertoire, strongest.instance)),
          ]
        }))
  }

  func motifWords(_ repertoire: Repertoire, _ sequence: Int) -> String {
    guard let witnesses = repertoire.witnesses else { return "not known" }
    if witnesses.contains(Int32(sequence)) { return "implanted" }
    let letters = repertoire.sequences[sequence]
    let motifs = data.motifs.compactMap { try? SequenceMotif($0) }
    return motifs.contains { $0.occurs(in: letters) } ? "by chance" : "none"
  }

  // MARK: Words

  private func introduction(_ first: Repertoires) -> String {
    let sequences = first.all.reduce(0) { $0 + $1.sequences.count }
    let notes = first.contents.notes.map { "\($0.prefix(1).uppercased())\($0.dropFirst()). " }.joined()
    let source =
      first.witnessRate == nil
      ? "\(first.all.count) repertoires of \(first.title) with \(sequences) sequences. \(notes)"
      : "\(first.all.count) generated repertoires of \(sequences / first.all.count) sequences for each witness rate, "
        + "half of them positive; the given share of a positive one's sequences has a motif implanted "
        + "(\(data.motifs.joined(separator: ", ")), a dot standing for any amino acid). Published sets have 785 to "
        + "5,000 repertoires; these are as many as two cores train on in a reasonable time. "
    let share = Int((100 * options.share).rounded())
    let trials =
      "\(first.folds.count) of \(options.folds) folds; \(Int(100 * options.validationShare)) % of what is not under test "
      + "are the validation part. Every network embeds a sequence by \(options.kernels) kernels of "
      + "\(options.width) letters; derivatives go through \(share) % of a bag's sequences, those with the largest "
      + "weights (any, where all weigh the same). Training ends where the validation part is in order, clearly or "
      + "twice in a row, or its loss has not fallen for \(options.patience) epochs. "
    if options.pairWeight == 0 { return source + trials + "All kernels begin at random." }
    return source + trials
      + "The kernels of Hopfield pooling are the states of its heads, what they look for, and begin at the "
      + "\(options.kernels) pairs of letters by which the positive training repertoires exceed the negative ones "
      + "most; the baselines have random kernels, as published. The last rows, where there are any, exchange the "
      + "starts, to tell what is the start's merit and what the pooling's."
  }

  /// What each method could choose among, and what was chosen beforehand.
  private var choices: String {
    "Trials are the same for every method, choices are not. Each network has one setting, that of the options, and "
      + "the validation part chooses among its at most \(options.epochs) epochs; for the regression it chooses among "
      + "\(KmerRegression.settingCount) settings of words and ridge in every fold. Rate, decay, share and epochs are "
      + "the same for all networks. The inverse temperature and the kernels' start (weight \(options.pairWeight), "
      + "variance \(options.pairVariance)) are Hopfield pooling's own, set by hand while the program was written, on "
      + "generated repertoires like these and without a record of the trials: no other network had as much care."
  }
}
