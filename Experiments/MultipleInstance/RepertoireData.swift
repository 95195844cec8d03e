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
  let folds: [StratifiedSplit]
  /// Seconds of generating or reading.
  let preparation: Double

  /// Generated repertoires.
  init(rate: Double, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let started = Date()
    let configuration = RepertoireConfiguration(
      repertoireCount: data.bags, sequenceCount: data.sequences, witnessRate: rate,
      motifs: try data.motifs.map { try SequenceMotif($0) })
    let generator = RepertoireGenerator(configuration, using: random.child(0))
    try self.init(
      name: Self.name(ofRate: rate), title: "witness rate \(Self.percent(rate))", witnessRate: rate,
      repertoires: Parallelism.map(data.bags) { generator.repertoire($0) }, options: options,
      random: random.child(1), since: started)
  }

  /// The repertoires of a folder.
  init(folder: String, status: String, options: RepertoireOptions, random: RandomStream) throws {
    let started = Date()
    let url = URL(fileURLWithPath: folder)
    let repertoires = try RepertoireFolder.read(url, status: status)
    do {
      try self.init(
        name: "folder", title: url.lastPathComponent, witnessRate: nil, repertoires: repertoires,
        options: options, random: random.child(1), since: started)
    } catch let error as SplitError {
      throw DataFileError(
        file: url.appendingPathComponent(RepertoireFolder.metadataName).path,
        problem: error.description(classNames: ["negative", "positive"]))
    }
  }

  private init(
    name: String, title: String, witnessRate: Double?, repertoires: [Repertoire],
    options: RepertoireOptions, random: RandomStream, since started: Date
  ) throws {
    (self.name, self.title, self.witnessRate) = (name, title, witnessRate)
    self.repertoires = repertoires
    preparation = Date().timeIntervalSince(started)
    let all = try CrossValidation(
      labels: repertoires.map { $0.isPositive ? 1 : 0 }, foldCount: options.folds,
      validationFraction: options.validation, using: random)
    folds = Array(all.folds.prefix(options.firstFolds ?? options.folds))
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
