import EnergyTransformer
import Foundation

/// The two methods that are tuned and trained from several seeds.
enum ComparedMethod: String, Codable, CaseIterable {
  case energyTransformer = "energy_transformer"
  case transformer
}

/// What a comparison has measured so far, `comparison.json` in the output folder; written anew after each training, so that
/// an interrupted run can go on and a later one can show it.
struct ComparisonRecord: Codable {
  static let fileName = "comparison.json"

  /// What the numbers depend on.
  struct Key: Codable {
    /// The options that determine them, by name.
    var options: [String: String]
    /// The SHA-256 of every file of the data.
    var data: [String]
    var commit: SourceCommit
  }

  /// What a setting was worth to a method on held-back training images.
  struct Trial: Codable {
    var method: ComparedMethod
    /// The setting's number, from 0.
    var trial: Int
    var setting: Setting
    var updates: Int
    /// Nil where the training left the finite numbers.
    var error: Double?
  }

  /// One training with the chosen setting.
  struct Training: Codable {
    var method: ComparedMethod
    /// The seed, from 0.
    var seed: Int
    var setting: Setting
    var updates: Int
    var seconds: Double
    /// The error of the images under test.
    var error: Double
  }

  var key: Key
  var date = Date()
  /// Images that were held back for the trials.
  var heldBack = 0
  /// Updates of a training of each method, and the conventional transformer's parameters; nil until they are known.
  var energyUpdates: Int?, transformerUpdates: Int?, transformerParameters: Int?
  var trials: [Trial] = []
  var trainings: [Training] = []

  func trial(_ method: ComparedMethod, _ trial: Int) -> Trial? {
    trials.first { $0.method == method && $0.trial == trial }
  }

  func training(_ method: ComparedMethod, seed: Int) -> Training? {
    trainings.first { $0.method == method && $0.seed == seed }
  }

  /// The trial of the lowest error, of equals the first; nil where none kept to the finite numbers.
  func chosenTrial(_ method: ComparedMethod) -> Trial? {
    let found = trials.filter { $0.method == method && $0.error != nil }.sorted { $0.trial < $1.trial }
    return found.dropFirst().reduce(found.first) { best, next in
      (next.error ?? .infinity) < (best?.error ?? .infinity) ? next : best
    }
  }

  /// The errors of a method by seed; nil where a training is missing.
  func errors(_ method: ComparedMethod, seeds: Int) -> [Double]? {
    let found = (0..<seeds).compactMap { training(method, seed: $0)?.error }
    return found.count == seeds ? found : nil
  }

  /// Whether every training of so many seeds is there.
  func isComplete(seeds: Int) -> Bool {
    ComparedMethod.allCases.allSatisfy { errors($0, seeds: seeds) != nil }
  }

  func write(toFolder folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    try AtomicFile(path: "\(folder)/\(Self.fileName)").write(try encoder.encode(self))
  }

  /// The record of a folder; nil where there is none.
  ///
  /// - Throws: `ComparisonFault` where it is damaged.
  static func read(fromFolder folder: String) throws -> ComparisonRecord? {
    let path = "\(folder)/\(fileName)"
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let record = try? decoder.decode(ComparisonRecord.self, from: data),
      record.trainings.allSatisfy({ $0.error.isFinite && (0...1e9).contains($0.seconds) })
    else { throw ComparisonFault(description: "\(path): damaged, expected the record of a comparison") }
    return record
  }

  /// Why these numbers are not those of a run with this key; nil where they are.
  ///
  /// - Parameter goesOn: Whether the same run goes on, whose uncommitted changes are the user's to answer for; another run
  ///   takes over numbers of a clean commit alone.
  func mismatch(_ other: Key, goesOn: Bool) -> String? {
    for (name, value) in other.options.sorted(by: { $0.key < $1.key }) where key.options[name] != value {
      return "it was made with --\(name) \(key.options[name] ?? "(missing)"), not \(value)"
    }
    if key.data != other.data { return "it was made from other data" }
    if key.commit.hash != other.commit.hash {
      return "it was made at commit \(key.commit.short), this is \(other.commit.short)"
    }
    guard !goesOn else { return nil }
    if key.commit.hash == "unknown" { return "its commit is not known" }
    if key.commit.isDirty || other.commit.isDirty {
      return "the sources had changes that are not committed, \(key.commit.isDirty ? "then" : "now")"
    }
    return nil
  }
}

/// A comparison that cannot be read, written or made.
struct ComparisonFault: Error, CustomStringConvertible {
  let description: String
}
