import EnergyTransformer
import Measurements

/// The arrays of a text model and of a sequence that it continues, in a file that every system reads: those of a block
/// (``ProblemFile``) without x and target, `table` and `head` [symbols, dimension], `positions` [length, dimension], `norm_gain`
/// and `norm_bias` [dimension], `head_bias` [symbols], and `symbols` [length].
enum TextProblemFile {
  /// Writes random weights and symbols; the same seed gives the same bytes.
  static func write(_ workload: GenerationWorkload, seed: UInt64, to path: String) throws {
    let root = RandomStream(seed: seed)
    let (size, length, count) = (workload.block.dimension, workload.block.tokens, workload.symbols)
    var random = root.child(12)
    let symbols = (0..<length).map { _ in random.integer(below: count) }
    let block = ProblemFile.weights(workload.block, root)
    try SafetensorsFile.write(
      path: path,
      arrays: block + [
        ("table", root.normal(6, [count, size])), ("positions", root.normal(7, [length, size], 0.5)),
        ("norm_gain", root.normal(8, [size])), ("norm_bias", root.normal(9, [size], 0.1)),
        ("head", root.normal(10, [count, size], 1 / Double(size).squareRoot())),
        ("head_bias", root.normal(11, [count], 0.1)),
        ("symbols", StoredArray(shape: [length], integers: symbols)),
      ])
  }
}
