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
  let contents: RepertoireSet
  let folds: [StratifiedSplit]
  /// Seconds of generating or reading.
  let preparation: Double

  var all: [Repertoire] { contents.repertoires }
  var isPositive: [Bool] { contents.isPositive }

  /// Generated repertoires.
  init(rate: Double, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    folds = try Self.foldsOfGenerated(data, options, random: random)
    let configuration = RepertoireConfiguration(
      repertoireCount: data.bags, sequenceCount: data.sequences, witnessRate: rate,
      motifs: try data.motifs.map { try SequenceMotif($0) })
    let (generated, seconds) = Stopwatch.timed {
      RepertoireGenerator(configuration, random: random.child(0)).repertoires
    }
    (contents, preparation) = (RepertoireSet(generated), seconds)
    title = "witness rate \(NumberText.percent(rate))"
    (name, witnessRate) = (Self.name(ofRate: rate), rate)
  }

  /// The repertoires of a folder.
  init(folder: String, data: DataOptions, options: RepertoireOptions, random: RandomStream) throws {
    let url = URL(fileURLWithPath: folder)
    let (read, seconds) = try Stopwatch.timed {
      try RepertoireFolder.read(url, status: data.status, isStrict: data.strictSequences)
    }
    (contents, preparation) = (try RepertoireSet(read, source: folder), seconds)
    folds = try Self.folds(
      contents.isPositive, options, random,
      source: url.appendingPathComponent(RepertoireFolder.metadataName).path)
    (name, title, witnessRate) = ("folder", url.lastPathComponent, nil)
  }

  /// The folds of generated repertoires: the same for every witness rate.
  static func foldsOfGenerated(
    _ data: DataOptions, _ options: RepertoireOptions, random: RandomStream
  ) throws -> [StratifiedSplit] {
    try folds(
      (0..<data.bags).map(RepertoireGenerator.isPositive), options, random, source: "generated repertoires")
  }

  private static func folds(
    _ isPositive: [Bool], _ options: RepertoireOptions, _ random: RandomStream, source: String
  ) throws -> [StratifiedSplit] {
    try RepertoireSet.folds(
      of: isPositive, count: options.folds, first: options.firstFolds,
      validationFraction: options.validationShare, source: source, random: random.child(1))
  }

  /// 0.01 is `1_percent`, 0.001 `1_per_mille`, 0.0001 `1_per_10000`; others are named by their number.
  private static func name(ofRate rate: Double) -> String {
    for (unit, words) in [(0.01, "percent"), (0.001, "per_mille"), (0.0001, "per_10000")] {
      let count = (rate / unit).rounded()
      if count >= 1, abs(rate - count * unit) < 1e-9 { return "\(Int(count))_\(words)" }
    }
    return "\(rate)".replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "minus_")
  }
}
