import EnergyTransformer
import Foundation
import Kit

/// A safetensors file of patterns, the user's or one of random patterns, and queries near some of them.
final class PatternFile {
  let path: String
  let count: Int, dimension: Int
  /// What the user's file holds; nil for random patterns, which this run makes.
  let survey: PatternSurvey?
  private let isTemporary: Bool
  static let arrayName = "patterns"

  /// - Throws: one line about a file that cannot be used.
  init(_ options: ScaleOptions, quick: Bool) throws {
    path = options.file ?? temporaryPath("patterns") + ".safetensors"
    isTemporary = options.file == nil
    guard !isTemporary && FileManager.default.fileExists(atPath: path) else {
      survey = nil
      count = options.patterns ?? (quick ? 20_000 : 1_000_000)
      dimension = options.dimension ?? (quick ? 64 : 512)
      return
    }
    let patterns = try Self.patterns(path)
    let survey = PatternSurvey(patterns)
    (count, dimension, self.survey) = (patterns.patternCount, patterns.dimension, survey)
    for (name, wanted, found) in [
      ("patterns", options.patterns, count), ("dimension", options.dimension, dimension),
    ] where wanted != nil && wanted != found {
      throw DataFileError(
        file: path, problem: "holds \(found) for --\(name), expected \(wanted ?? 0): name another file")
    }
    if let problem = survey.problem {
      throw DataFileError(file: path, problem: "array \"\(Self.arrayName)\", \(problem)")
    }
  }

  deinit { if isTemporary { try? FileManager.default.removeItem(atPath: path) } }

  /// Its name without folders.
  var name: String { URL(fileURLWithPath: path).lastPathComponent }

  /// The mean of the squared lengths of patterns; near 1 for random ones.
  var meanSquare: Double { survey?.meanSquare ?? 1 }

  var byteCount: Int { count * dimension * MemoryLayout<Float>.stride }

  /// Writes the file where it does not exist: normal numbers of deviation 1 / sqrt(d), so that lengths are near 1.
  func prepare(_ random: RandomStream) throws {
    if survey != nil { return }
    let scale = 1 / Float(dimension).squareRoot()
    try SafetensorsFile.writeRows(
      path: path, name: Self.arrayName, shape: (count: count, dimension: dimension)
    ) { range -> Tensor<Float> in
      var own = random.child(UInt64(range.lowerBound))
      return Tensor.normal([range.count, dimension], using: &own) * scale
    }
  }

  func patterns() throws -> StoredPatterns<Float> { try Self.patterns(path) }

  private static func patterns(_ path: String) throws -> StoredPatterns<Float> {
    try StoredPatterns(SafetensorsFile.read(path: path).array(named: arrayName))
  }

  /// Stored patterns, evenly spaced, plus noise of half their length.
  func queries(_ number: Int, _ random: RandomStream) throws -> Tensor<Float> {
    RandomPatterns.noisy(
      try patterns().gathered((0..<count).evenlySpaced(number)), share: 0.5, random: random)
  }
}
