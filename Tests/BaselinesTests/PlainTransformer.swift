import Foundation
import Tensors

/// The formulas of the conventional transformers, for one image or one graph, written with arrays and loops.
struct PlainTransformer {
  let parameters: ParameterValues<Double>
  let headCount: Int
  let keySize: Int
  let repeats: Int

  /// The patches of an image as the model completes them.
  func completed(_ patches: [[Double]], masked: [Bool]) -> [[Double]] {
    let encoded = zip(patches, masked).map { patch, isMasked in
      isMasked ? vector("maskToken") : linear(patch, "encoder")
    }
    var tokens = zip([vector("classToken")] + encoded, matrix("positions")).map(add)
    for _ in 0..<repeats { tokens = block(tokens, "block") { _, _ in 1 } }
    return tokens.dropFirst().map { linear(norm($0, "norm"), "decoder") }
  }

  /// The logits of the nodes of a graph.
  ///
  /// - Parameter pairs: How often a node, the row, sees another, the column.
  func logits(_ features: [[Double]], blockCount: Int, pairs: [[Double]]) -> [[Double]] {
    var nodes = features.map { linear($0, "encoder") }
    for index in 0..<blockCount {
      for _ in 0..<repeats { nodes = block(nodes, "blocks.\(index)") { pairs[$0][$1] } }
    }
    return nodes.map { linear(norm($0, "norm"), "decoder") }
  }

  private func block(
    _ tokens: [[Double]], _ name: String, pairs: (_ query: Int, _ key: Int) -> Double
  ) -> [[Double]] {
    let normed = tokens.map { norm($0, "\(name).attention.norm") }
    return zip(tokens, attention(normed, "\(name).attention", pairs)).map(add).map { token in
      let inner = linear(norm(token, "\(name).network.norm"), "\(name).network.first").map { u in
        u / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (u + 0.044715 * u * u * u)))
      }
      return add(token, linear(inner, "\(name).network.second"))
    }
  }

  private func attention(
    _ tokens: [[Double]], _ name: String, _ pairs: (_ query: Int, _ key: Int) -> Double
  ) -> [[Double]] {
    let queries = tokens.map { product("\(name).query", $0) }
    let keys = tokens.map { product("\(name).key", $0) }
    let values = tokens.map { product("\(name).value", $0) }
    return queries.indices.map { token in
      var mixed = [Double](repeating: 0, count: queries[token].count)
      for head in 0..<headCount {
        let part = head * keySize..<(head + 1) * keySize
        let weights = keys.indices.map { other in
          let score = part.reduce(0.0) { $0 + queries[token][$1] * keys[other][$1] }
          return pairs(token, other) * exp(score / Double(keySize).squareRoot())
        }
        let total = weights.reduce(0, +)
        for (weight, value) in zip(weights, values) {
          for index in part { mixed[index] += weight / total * value[index] }
        }
      }
      return product("\(name).output", mixed)
    }
  }

  private func norm(_ x: [Double], _ name: String) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let (gain, bias) = (vector("\(name).gain"), vector("\(name).bias"))
    return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * gain[$0] + bias[$0] }
  }

  private func linear(_ x: [Double], _ name: String) -> [Double] {
    add(product("\(name).weight", x), vector("\(name).bias"))
  }

  private func product(_ name: String, _ x: [Double]) -> [Double] {
    matrix(name).map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

  private func vector(_ name: String) -> [Double] { parameters[name]?.elements ?? [] }

  private func matrix(_ name: String) -> [[Double]] {
    guard let value = parameters[name] else { return [] }
    return (0..<value.shape[0]).map { row in (0..<value.shape[1]).map { value[row, $0] } }
  }
}
