import EnergyTransformer
import Foundation

/// Repertoires with their folds: generated ones of one witness rate, or those of a folder.
struct RepertoireData {
  /// What the summary calls this data: `1_per_mille`, say.
  let name: String
  /// What the page calls it.
  let title: String
  /// The rate of witnesses in positive repertoires; nil where it is not known.
  let witnessRate: Double?
  let repertoires: [Repertoire]
  /// Pairs of letters of each repertoire, counted once for all methods and folds.
  let pairs: LetterPairs
  let folds: [StratifiedSplit]
  /// What was left out of a folder, one line each.
  let notes: [String]
  /// Seconds of generating or reading.
  let preparation: Double

  /// Generated repertoires.
  init(rate: Double, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let started = Date()
    let folds = try Self.foldsOfGenerated(data, options, random: random)
    let configuration = RepertoireConfiguration(
      repertoireCount: data.bags, sequenceCount: data.sequences, witnessRate: rate,
      motifs: try data.motifs.map { try SequenceMotif($0) })
    let generator = RepertoireGenerator(configuration, using: random.child(0))
    self.init(
      name: Self.name(ofRate: rate), title: "witness rate \(Self.percent(rate))", witnessRate: rate,
      repertoires: Parallelism.map(data.bags) { generator.repertoire($0) }, folds: folds, since: started)
  }

  /// The repertoires of a folder.
  init(folder: String, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let started = Date()
    let url = URL(fileURLWithPath: folder)
    let found = try RepertoireFolder.read(url, status: data.status, isStrict: data.strictSequences)
    let metadata = url.appendingPathComponent(RepertoireFolder.metadataName).path
    let folds = try Self.folds(
      found.repertoires.map(\.isPositive), options, random: random.child(1), source: metadata)
    self.init(
      name: "folder", title: url.lastPathComponent, witnessRate: nil, repertoires: found.repertoires,
      folds: folds, notes: found.notes, since: started)
    guard pairs.differ else {
      throw DataFileError(
        file: folder,
        problem:
          "all \(repertoires.count) repertoires have the same shares of pairs of letters: nothing tells "
          + "them apart")
    }
  }

  private init(
    name: String, title: String, witnessRate: Double?, repertoires: [Repertoire], folds: [StratifiedSplit],
    notes: [String] = [], since started: Date
  ) {
    (self.name, self.title, self.witnessRate, self.notes) = (name, title, witnessRate, notes)
    (self.repertoires, self.folds) = (repertoires, folds)
    preparation = Date().timeIntervalSince(started)
    pairs = LetterPairs(repertoires)
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
    let all: CrossValidation
    do {
      all = try CrossValidation(
        labels: isPositive.map { $0 ? 1 : 0 }, foldCount: options.folds,
        validationFraction: options.validation, using: random)
    } catch let error as SplitError {
      throw DataFileError(file: source, problem: error.description(classNames: ["negative", "positive"]))
    }
    let folds = Array(all.folds.prefix(options.firstFolds ?? options.folds))
    for (fold, split) in folds.enumerated() {
      for isWanted in [false, true] where !split.validation.contains(where: { isPositive[$0] == isWanted }) {
        throw DataFileError(
          file: source,
          problem:
            "fold \(fold + 1): no \(isWanted ? "positive" : "negative") repertoire is left to choose the "
            + "epoch by, expected more repertoires, fewer --folds or more --validation")
      }
    }
    return folds
  }

  /// Whether repertoires are positive.
  func labels(_ indices: [Int]) -> [Bool] { indices.map { repertoires[$0].isPositive } }

  /// 0.01 is `1_percent`, 0.001 `1_per_mille`, 0.0001 `1_per_10000`; others are named by their number.
  static func name(ofRate rate: Double) -> String {
    for (unit, words) in [(0.01, "percent"), (0.001, "per_mille"), (0.0001, "per_10000")] {
      let count = (rate / unit).rounded()
      if count >= 1, abs(rate - count * unit) < 1e-9 { return "\(Int(count))_\(words)" }
    }
    return "\(rate)".replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "minus_")
  }

  /// A share as per cent, with as many digits as it needs.
  static func percent(_ share: Double) -> String {
    let text = String(format: "%.6f", 100 * share)
    let cut = text.reversed().drop { $0 == "0" }.reversed()
    return String(cut.last == "." ? String(cut.dropLast()) : String(cut)) + " %"
  }
}
