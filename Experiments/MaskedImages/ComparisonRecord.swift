import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The two methods that are tuned and trained from several seeds.
enum ComparedMethod: String, Codable, CaseIterable {
  case energyTransformer = "energy_transformer"
  case transformer

  /// What messages call it.
  var title: String { self == .energyTransformer ? "Energy Transformer" : "conventional transformer" }
  /// What stands before the names of its numbers in the summary of a run.
  var prefix: String { self == .energyTransformer ? "" : "\(rawValue)_" }
}

/// What a comparison has measured so far, `comparison.json` in the output folder; written anew after each training, so that
/// an interrupted run can go on and a later one can show it.
struct ComparisonRecord: JSONRecord {
  static let fileName = "comparison.json"
  static let isPretty = true

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

  /// What the numbers depend on.
  var key: RunIdentity
  var date = Date()
  /// Images that were held back for the trials.
  var heldBack = 0
  /// Updates of a training of each method, and the conventional transformer's parameters; nil until they are known.
  var energyUpdates: Int?, transformerUpdates: Int?, transformerParameters: Int?
  var trials: [Trial] = []
  var trainings: [Training] = []

  init(key: RunIdentity) { self.key = key }

  func updates(of method: ComparedMethod) -> Int {
    (method == .energyTransformer ? energyUpdates : transformerUpdates) ?? 1
  }

  func trial(_ method: ComparedMethod, _ trial: Int) -> Trial? {
    trials.first { $0.method == method && $0.trial == trial }
  }

  func training(_ method: ComparedMethod, seed: Int) -> Training? {
    trainings.first { $0.method == method && $0.seed == seed }
  }

  /// The trial of the lowest error, of equals the first; nil where none kept to the finite numbers.
  func chosenTrial(_ method: ComparedMethod) -> Trial? {
    trials.filter { $0.method == method }.best { $0.error.map { ValidationScore(score: -$0) } }
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

  /// Whether its numbers can be those of trainings.
  var isSound: Bool { trainings.allSatisfy { $0.error.isFinite && (0...1e9).contains($0.seconds) } }
}
