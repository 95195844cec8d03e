import Baselines
import Foundation
import Tensors

/// The formulas of the graph transformer, written with arrays and loops over all nodes.
struct PlainGraphTransformer {
  let parameters: ParameterValues<Double>
  let sizes: GraphTransformerConfiguration
  /// How often a node sees another.
  let pairs: [[Double]]

  func logits(_ features: [[Double]]) -> [[Double]] {
    var nodes = features.map { linear($0, "encoder") }
    for block in 0..<sizes.blockCount {
      let name = "blocks.\(block)"
      for _ in 0..<sizes.repeats {
        nodes = zip(nodes, attention(nodes.map { norm($0, "\(name).attention.norm") }, name)).map(add)
        nodes = nodes.map { node in
          let inner = linear(norm(node, "\(name).network.norm"), "\(name).network.first").map { u in
            u / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (u + 0.044715 * u * u * u)))
          }
          return add(node, linear(inner, "\(name).network.second"))
        }
      }
    }
    return nodes.map { linear(norm($0, "norm"), "decoder") }
  }

  private func attention(_ nodes: [[Double]], _ name: String) -> [[Double]] {
    let queries = nodes.map { product("\(name).attention.query", $0) }
    let keys = nodes.map { product("\(name).attention.key", $0) }
    let values = nodes.map { product("\(name).attention.value", $0) }
    return queries.indices.map { node in
      var mixed = [Double](repeating: 0, count: queries[node].count)
      for head in 0..<sizes.headCount {
        let part = head * sizes.keySize..<(head + 1) * sizes.keySize
        let weights = keys.indices.map { other in
          let score = part.reduce(0.0) { $0 + queries[node][$1] * keys[other][$1] }
          return pairs[node][other] * exp(score / Double(sizes.keySize).squareRoot())
        }
        let total = weights.reduce(0, +)
        for (weight, value) in zip(weights, values) {
          for index in part { mixed[index] += weight / total * value[index] }
        }
      }
      return product("\(name).attention.output", mixed)
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
    guard let matrix = parameters[name] else { return [] }
    return (0..<matrix.shape[0]).map { row in x.indices.reduce(0) { $0 + matrix[row, $1] * x[$1] } }
  }

  private func vector(_ name: String) -> [Double] { parameters[name]?.elements ?? [] }

  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
}
