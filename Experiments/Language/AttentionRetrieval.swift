import EnergyTransformer
import Foundation
import Kit

/// What the heads of an energy model retrieve: how many keys a query looks at, and how far back they lie.
struct AttentionRetrieval {
  /// exp of the entropy of a query's weights, and the mean distance of its keys, means over the queries of the second half of
  /// all windows, which have many keys to choose from; [frame][head].
  private(set) var effectiveKeys: [[Double]] = []
  private(set) var distances: [[Double]] = []
  /// The block of each frame.
  let blocks: [Int]

  /// - Throws: `DescentFailure` where a descent left the finite numbers.
  init(
    of network: TextEnergyTransformer<Float>, on exercises: [Exercise], settings: DescentSettings
  ) throws {
    let found = Parallelism.map(exercises.count) { index in
      Result {
        let descent = try TextDescent(of: exercises[index], by: network, settings: settings)
        let frames = (0..<descent.frameCount).map { Self.means(descent.attention($0)) }
        return (frames: frames, blocks: (0..<descent.frameCount).map(descent.block))
      }
    }
    let windows = try found.map { try $0.get() }
    blocks = windows[0].blocks
    func mean(_ frame: Int, _ head: Int, _ part: (Means) -> Double) -> Double {
      windows.reduce(0) { $0 + part($1.frames[frame][head]) } / Double(windows.count)
    }
    let heads = windows[0].frames[0].indices
    effectiveKeys = blocks.indices.map { frame in heads.map { mean(frame, $0, \.effectiveKeys) } }
    distances = blocks.indices.map { frame in heads.map { mean(frame, $0, \.distance) } }
  }

  private struct Means {
    let effectiveKeys: Double
    let distance: Double
  }

  /// The means of each head, from weights [heads, queries, keys].
  private static func means(_ weights: Tensor<Float>) -> [Means] {
    let (heads, length) = (weights.shape[0], weights.shape[1])
    let values = weights.elements
    return (0..<heads).map { head in
      var (keys, distance) = (0.0, 0.0)
      for query in length / 2..<length {
        var entropy = 0.0
        for key in 0..<length {
          let weight = Double(values[(head * length + query) * length + key])
          guard weight > 0 else { continue }
          entropy -= weight * log(weight)
          distance += weight * Double(abs(query - key))
        }
        keys += exp(entropy)
      }
      let count = Double(length - length / 2)
      return Means(effectiveKeys: keys / count, distance: distance / count)
    }
  }
}
