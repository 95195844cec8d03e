import EnergyTransformer
import Foundation

/// A safetensors file of patterns, the user's or one of random patterns, and queries near some of them.
final class PatternFile {
  let path: String
  let count: Int, dimension: Int
  /// What the user's file holds; nil for random patterns, which this run makes.
  let survey: PatternSurvey?
  private let isTemporary: Bool
  static let arrayName = "patterns"
  static let noise: Float = 0.5

  /// - Throws: one line about a file that cannot be used.
  init(_ options: ScaleOptions, quick: Bool) throws {
    path =
      options.file
      ?? FileManager.default.temporaryDirectory
      .appendingPathComponent("patterns-\(ProcessInfo.processInfo.processIdentifier).safetensors").path
    isTemporary = options.file == nil
    if !isTemporary && FileManager.default.fileExists(atPath: path) {
      let array = try SafetensorsFile.read(path: path).array(named: Self.arrayName)
      let patterns = try StoredPatterns<Float>(array)
      (count, dimension) = (patterns.patternCount, patterns.dimension)
      for (name, wanted, found) in [
        ("patterns", options.patterns, count), ("dimension", options.dimension, dimension),
      ] where wanted != nil && wanted != found {
        throw DataFileError(
          file: path, problem: "holds \(found) for --\(name), expected \(wanted ?? 0): name another file")
      }
      survey = try PatternSurvey(patterns, path: path)
    } else {
      survey = nil
      count = options.patterns ?? (quick ? 20_000 : 1_000_000)
      dimension = options.dimension ?? (quick ? 64 : 512)
    }
  }

  deinit { if isTemporary { try? FileManager.default.removeItem(atPath: path) } }

  /// Its name without folders.
  var name: String { URL(fileURLWithPath: path).lastPathComponent }

  /// The mean of the squared lengths of patterns; near 1 for random ones.
  var meanSquare: Double { survey?.meanSquare ?? 1 }

  /// What is unusual about the user's patterns, in words.
  var remark: String? { survey?.remark(count: count, dimension: dimension) }

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

  func patterns() throws -> StoredPatterns<Float> {
    try StoredPatterns(SafetensorsFile.read(path: path).array(named: Self.arrayName))
  }

  /// Stored patterns, evenly spaced, plus noise of half their length.
  func queries(_ number: Int, _ random: RandomStream) throws -> Tensor<Float> {
    var random = random
    let rows = try patterns().gathered(RandomPatterns.spaced(number, of: count))
    let noise = Tensor<Float>.normal(rows.shape, using: &random)
    let lengths = rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot()
    return rows + noise * lengths * (Self.noise / Float(dimension).squareRoot())
  }
}
