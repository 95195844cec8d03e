import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Repertoires with their folds: generated ones of one witness rate, or those of a folder.
struct Repertoires {
  /// What the summary calls them: `1_per_mille`, say.
  let name: String
  /// What the page calls them.
  let title: String
  /// The rate of witnesses in positive repertoires; nil where it is not known.
  let witnessRate: Double?
  let all: [Repertoire]
  let isPositive: [Bool]
  /// Pairs of letters of each repertoire up to four places apart, counted once for all methods and folds.
  let pairs: LetterPairShares
  let folds: [StratifiedSplit]
  /// What was left out of a folder, one line each.
  var notes: [String] = []
  /// Seconds of generating or reading.
  let preparation: Double

  /// Generated repertoires.
  init(rate: Double, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let folds = try Self.foldsOfGenerated(data, options, random: random)
    let configuration = RepertoireConfiguration(
      repertoireCount: data.bags, sequenceCount: data.sequences, witnessRate: rate,
      motifs: try data.motifs.map { try SequenceMotif($0) })
    self.init(
      name: Self.name(ofRate: rate), title: "witness rate \(NumberText.percent(rate))", witnessRate: rate,
      folds: folds
    ) {
      let generator = RepertoireGenerator(configuration, random: random.child(0))
      return Parallelism.map(data.bags) { generator.repertoire($0) }
    }
  }

  /// The repertoires of a folder.
  init(folder: String, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let started = Date()
    let url = URL(fileURLWithPath: folder)
    let found = try RepertoireFolder.read(url, status: data.status, isStrict: data.strictSequences)
    let folds = try Self.folds(
      found.repertoires.map(\.isPositive), options, random: random.child(1),
      source: url.appendingPathComponent(RepertoireFolder.metadataName).path)
    self.init(
      name: "folder", title: url.lastPathComponent, witnessRate: nil, folds: folds, since: started
    ) { found.repertoires }
    notes = found.notes
    guard pairs.differ else {
      throw DataFileError(
        file: folder,
        problem:
          "all \(all.count) repertoires have the same shares of pairs of letters: nothing tells them apart")
    }
  }

  private init(
    name: String, title: String, witnessRate: Double?, folds: [StratifiedSplit], since started: Date = Date(),
    _ repertoires: () -> [Repertoire]
  ) {
    (self.name, self.title, self.witnessRate, self.folds) = (name, title, witnessRate, folds)
    all = repertoires()
    preparation = Date().timeIntervalSince(started)
    isPositive = all.map(\.isPositive)
    pairs = LetterPairShares(of: all.map(\.sequences), distances: 4)
  }

  /// The folds of generated repertoires: the same for every witness rate.
  static func foldsOfGenerated(
    _ data: DataOptions, _ options: RepertoireOptions, random: RandomStream
  ) throws -> [StratifiedSplit] {
    try folds(
      (0..<data.bags).map(RepertoireGenerator.isPositive), options, random: random.child(1),
      source: "generated repertoires")
  }

  /// Folds of which every part has repertoires of both classes.
  private static func folds(
    _ isPositive: [Bool], _ options: RepertoireOptions, random: RandomStream, source: String
  ) throws -> [StratifiedSplit] {
    let classes = ["negative", "positive"]
    let all: CrossValidation
    do {
      all = try CrossValidation(
        labels: isPositive.map { $0 ? 1 : 0 }, foldCount: options.folds,
        validationFraction: options.validation, random: random)
    } catch let error as SplitError {
      throw DataFileError(file: source, problem: error.description(classNames: classes))
    }
    let folds = Array(all.folds.prefix(options.firstFolds ?? options.folds))
    for (fold, split) in folds.enumerated() {
      for (label, name) in classes.enumerated()
      where !split.validation.contains(where: { isPositive[$0] == (label == 1) }) {
        throw DataFileError(
          file: source,
          problem: "fold \(fold + 1): no \(name) repertoire is left to choose the epoch by, expected more "
            + "repertoires, fewer --folds or more --validation")
      }
    }
    return folds
  }

  /// Whether repertoires are positive.
  func labels(_ indices: [Int]) -> [Bool] { indices.map { isPositive[$0] } }

  /// 0.01 is `1_percent`, 0.001 `1_per_mille`, 0.0001 `1_per_10000`; others are named by their number.
  private static func name(ofRate rate: Double) -> String {
    for (unit, words) in [(0.01, "percent"), (0.001, "per_mille"), (0.0001, "per_10000")] {
      let count = (rate / unit).rounded()
      if count >= 1, abs(rate - count * unit) < 1e-9 { return "\(Int(count))_\(words)" }
    }
    return "\(rate)".replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "minus_")
  }
}
