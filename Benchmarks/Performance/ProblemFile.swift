import EnergyTransformer
import Measurements

/// The arrays of a workload in a file that every system reads.
enum ProblemFile {
  /// Writes random weights, tokens and a target; the same seed gives the same bytes.
  static func write(_ workload: BlockWorkload, seed: UInt64, to path: String) throws {
    let root = RandomStream(seed: seed)
    let tokens = [workload.batch, workload.tokens, workload.dimension]
    try SafetensorsFile.write(
      path: path,
      arrays: weights(workload, root) + [
        ("x", root.normal(4, tokens)), ("target", root.normal(5, tokens)),
      ])
  }

  /// The random weights of a block.
  static func weights(
    _ workload: BlockWorkload, _ root: RandomStream
  ) -> [(name: String, array: StoredArray)] {
    let (heads, keySize, size) = (workload.heads, workload.keySize, workload.dimension)
    let deviation = workload.weightDeviation
    return [
      ("Wq", root.normal(0, [heads, keySize, size], deviation)),
      ("Wk", root.normal(1, [heads, keySize, size], deviation)),
      ("Xi", root.normal(2, [size, workload.memories], deviation)),
      // Neither 1 nor 0, so that a system which leaves them out is found.
      ("gamma", StoredArray(shape: [], floats: [1.1])), ("delta", root.normal(3, [size], 0.1)),
    ]
  }

  /// The numbers of every array of a file.
  static func numbers(at path: String) throws -> [String: [Double]] {
    try SafetensorsFile.read(path: path).arrays.mapValues { try $0.doubles() }
  }
}

extension RandomStream {
  /// Normal numbers from a child of this stream, as a file holds them.
  func normal(_ index: UInt64, _ shape: [Int], _ deviation: Double = 1) -> StoredArray {
    var random = child(index)
    return StoredArray(Tensor<Float>.normal(shape, standardDeviation: deviation, using: &random))
  }
}
