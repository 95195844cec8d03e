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
    for result in results { try add(numbersOf: result, to: &section) }
    let comparisons = try results.map { (title: $0.data.title, comparison: try $0.comparison()) }
    section.addParagraph(introduction(first.data))
    section.addMeans(of: comparisons, name: "repertoires", label: "AUC", digits: 3, best: .highest)
    if first.methods.count > 1, first.data.folds.count > 1 {
      section.addAdvantages(
        of: comparisons, name: "repertoire-advantages",
        label: "advantage of Hopfield pooling over (95 % interval)", digits: 3)
    }
    section.addParagraph(
      "Means and standard deviations over the folds. "
        + zip(results, comparisons).map { result, compared in
          let title = result.data.witnessRate == nil ? compared.title : Self.capitalized(compared.title)
          return "\(title): \(compared.comparison.sentence(digits: 3))"
        }.joined(separator: " "))
    section.addParagraph(
      comparisons[0].comparison.explanation
        + " Folds share training repertoires, which the interval takes into account.")
    section.addParagraph(choices)
    try addFigures(to: &section)
    if results.contains(where: { $0.data.witnessRate != nil }) {
      section.addHeading("Where the weight lies")
      section.addParagraph(
        "The part of a positive test repertoire's weight that lies on sequences with an implanted motif, "
          + "mean over \(Witnesses.shownRepertoires) repertoires of each fold. Heads count as much as "
          + "they move the result. Sequences that carry the motif by chance draw weight too, but are no "
          + "witnesses.")
      try addTable(
        "witness-shares", "share of the weight on witnesses", digits: 4, leavingOut: .kmers, to: &section
      ) { result, data in
        let shares = result.folds.compactMap { $0.witnesses?.share }
        return .spread(
          "repertoire_\(result.method.rawValue)_witness_share_\(data.name)", try Spread(of: shares))
      }
    }
    addContributors(to: &section)
    section.addHeading("What it took")
    section.addParagraph(
      "Seconds of training and judging, all folds together. Generating or reading the repertoires comes before: "
        + results.map { String(format: "%@ %.0f s", $0.data.title, $0.data.preparation) }
        .joined(separator: ", ") + ".")
    addTable("repertoire-seconds", "seconds of training", digits: 0, to: &section) { result, data in
      .number("repertoire_\(result.method.rawValue)_seconds_\(data.name)", result.seconds)
    }
    return section
  }

  private func add(numbersOf result: RepertoireResult, to section: inout PageSection) throws {
    let data = result.data
    for method in result.methods {
      let prefix = "repertoire_\(method.method.rawValue)"
      section.summary["\(prefix)_validation_auc_\(data.name)"] =
        try Spread(of: method.folds.map(\.validationAUC)).mean
      if method.method != .kmers {
        section.summary["\(prefix)_parameter_count"] = Double(method.folds.last?.parameterCount ?? 0)
      }
    }
    let others = result.methods.filter { PoolingMethod.baselines.contains($0.method) }
    section.summary["repertoire_best_baseline_auc_\(data.name)"] =
      try others.map { try Spread(of: $0.aucs).mean }.max()
    section.summary["repertoire_preparation_seconds_\(data.name)"] = data.preparation
  }

  /// A table with a row for each method and a column for each result.
  private func addTable(
    _ name: String, _ title: String, digits: Int, leavingOut: PoolingMethod? = nil,
    to section: inout PageSection, cell: (MethodResult, Repertoires) throws -> MeasuredCell
  ) rethrows {
    let methods = results[0].methods.map(\.method)
    section.addTable(
      name, columns: [title] + results.map(\.data.title), digits: digits,
      rows: try methods.indices.filter { methods[$0] != leavingOut }.map { index in
        (methods[index].title, try results.map { try cell($0.methods[index], $0.data) })
      })
  }

  private func addFigures(to section: inout PageSection) throws {
    if results.count > 1 {
      section.addFigure(
        "auc.svg",
        LinePlot(
          title: "The rarer the witnesses, the harder the bag", xTitle: "witnesses, % of a positive bag",
          yTitle: "area under the ROC curve", xScale: .logarithmic,
          series: try results[0].methods.indices.map { index in
            .init(
              label: results[0].methods[index].method.title,
              x: results.map { 100 * ($0.data.witnessRate ?? 0) },
              spreads: try results.map { try Spread(of: $0.methods[index].aucs) })
          }, references: [.init(label: "chance", y: 0.5)]),
        caption: "Area under the ROC curve against witness rate")
    }
    guard let last = results.last else { return }
    let courses = last.methods.filter { $0.course.count > 1 }
    if courses.isEmpty { return }
    section.addFigure(
      "training.svg",
      LinePlot(
        title: "Validation repertoires, first fold, \(last.data.title)", xTitle: "epoch",
        yTitle: "area under the ROC curve",
        series: courses.map { result in
          .init(
            label: result.method.title, x: result.course.indices.map { Double($0 + 1) }, y: result.course)
        }), caption: "Validation AUC after each epoch, lowest witness rate, first fold")
  }

  private func addContributors(to section: inout PageSection) {
    guard let result = results.last, let method = result.methods.first(where: { $0.method == .hopfield }),
      let strongest = method.folds.first?.witnesses?.strongest, !strongest.isEmpty
    else { return }
    section.addHeading("The strongest contributors")
    section.addParagraph(
      "The sequences with the largest weights in a positive repertoire that the first fold tests on, "
        + "\(result.data.title).")
    var table = MarkdownTable(columns: ["sequence", "letters", "weight", "motif"])
    for contributor in strongest {
      table.addRow([
        .text(contributor.name), .code(contributor.text), .number(contributor.weight, digits: 4),
        .text(motifWords(contributor)),
      ])
    }
    section.addTable(table)
  }

  private func motifWords(_ contributor: Witnesses.Contributor) -> String {
    guard let isWitness = contributor.isWitness else { return "not known" }
    if isWitness { return "implanted" }
    let letters = AminoAcids.letters(of: contributor.text) ?? []
    let isThere = data.motifs.contains { ((try? SequenceMotif($0))?.occurs(in: letters)) ?? false }
    return isThere ? "by chance" : "none"
  }

  // MARK: Words

  private func introduction(_ first: Repertoires) -> String {
    let sequences = first.all.reduce(0) { $0 + $1.sequences.count }
    let source =
      first.witnessRate == nil
      ? "\(first.all.count) repertoires of \(first.title) with \(sequences) sequences. "
        + first.notes.map { Self.capitalized($0) + ". " }.joined()
      : "\(first.all.count) generated repertoires of \(sequences / first.all.count) sequences for each witness rate, "
        + "half of them positive; in the given share of a positive one's sequences a motif is implanted "
        + "(\(data.motifs.joined(separator: ", ")), a dot standing for any amino acid). Published sets have more "
        + "repertoires, 785 to 5,000; these are as many as two cores train on in a reasonable time. "
    return source
      + "\(first.folds.count) of \(options.folds) folds; in each, \(Int(100 * options.validation)) % of what is not "
      + "under test chooses the epoch, and for the regression words and ridge. Every network embeds a sequence by "
      + "\(options.kernels) kernels of \(options.width) letters; derivatives go through "
      + "\(Int((100 * options.share).rounded())) % of a bag's sequences, those with the largest weights (any, where "
      + "all weigh the same). "
      + (options.pairWeight == 0
        ? "All kernels begin at random."
        : "The kernels of Hopfield pooling are the states of its heads, what they look for, and begin at the "
          + "\(options.kernels) pairs of letters by which the positive training repertoires exceed the negative "
          + "ones most; the baselines have random kernels, as published. The last rows, where there are any, "
          + "exchange the starts, to tell what is the start's merit and what the pooling's. Training ends where the "
          + "validation part is in order, clearly or twice in a row, or its loss has not fallen for "
          + "\(options.patience) epochs.")
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
}
