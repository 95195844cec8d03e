import EnergyTransformer
import Foundation

/// What one method did on one fold.
struct FoldResult: Codable, Equatable {
  /// The fold, from 0.
  var fold: Int
  var method: Method
  /// Share of the test graphs whose class was predicted.
  var accuracy: Double
  /// The same of the graphs that chose the epoch.
  var validationAccuracy: Double
  /// The epoch that they chose, from 1.
  var epoch: Int
  var parameterCount: Int
  var seconds: Double
  /// The predicted class of each test graph, in the order of the fold.
  var predictions: [Int]
}

/// The results of a run so far; written anew after each one, so that an interrupted run can go on.
struct FoldResults: Codable {
  static let fileName = "folds.json"

  /// The options that determine the results.
  var options: [String: String]
  var results: [FoldResult] = []

  /// The result of a method on a fold; nil where there is none yet.
  func result(of method: Method, fold: Int) -> FoldResult? {
    results.first { $0.method == method && $0.fold == fold }
  }

  /// The results of a method, by fold.
  func results(of method: Method) -> [FoldResult] {
    results.filter { $0.method == method }.sorted { $0.fold < $1.fold }
  }

  func write(toFolder folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let path = "\(folder)/\(Self.fileName)"
    do {
      try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ResumeError(description: "\(path): cannot be written")
    }
  }

  /// Reads the results of an interrupted run and checks that they fit.
  static func read(fromFolder folder: String, options: [String: String], folds: [StratifiedSplit]) throws
    -> FoldResults
  {
    let path = "\(folder)/\(fileName)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ResumeError(description: "\(path): missing, expected the results of an interrupted run")
    }
    guard let found = try? JSONDecoder().decode(FoldResults.self, from: data) else {
      throw ResumeError(description: "\(path): damaged, expected the results of an interrupted run")
    }
    for (name, value) in options.sorted(by: { $0.key < $1.key }) where found.options[name] != value {
      throw ResumeError(
        description: "\(path): made with --\(name) \(found.options[name] ?? "(missing)"), not \(value)")
    }
    for result in found.results {
      guard folds.indices.contains(result.fold), result.predictions.count == folds[result.fold].test.count,
        (0...1).contains(result.accuracy), (0...1).contains(result.validationAccuracy)
      else { throw ResumeError(description: "\(path): fold \(result.fold + 1) does not fit the data") }
    }
    return found
  }
}

/// Files of another run.
struct ResumeError: Error, CustomStringConvertible {
  let description: String
}
