import Baselines
import Foundation
import Tensors

/// The formulas of the conventional transformer for one image, written with arrays and loops.
struct PlainTransformer {
  let parameters: ParameterValues<Double>
  let sizes: ConventionalTransformerConfiguration

  func completed(_ patches: [[Double]], masked: [Bool]) -> [[Double]] {
    let encoded = zip(patches, masked).map { patch, isMasked in
      isMasked ? vector("maskToken") : linear(patch, "encoder")
    }
    let positions = matrix("positions")
    var tokens = zip([vector("classToken")] + encoded, positions).map(add)
    for _ in 0..<sizes.repeats {
      tokens = zip(tokens, attention(tokens.map { norm($0, "block.attention.norm") })).map(add)
      tokens = tokens.map { token in
        let inner = linear(norm(token, "block.network.norm"), "block.network.first").map { u in
          u / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (u + 0.044715 * u * u * u)))
        }
        return add(token, linear(inner, "block.network.second"))
      }
    }
    return tokens.dropFirst().map { linear(norm($0, "norm"), "decoder") }
  }

  private func attention(_ tokens: [[Double]]) -> [[Double]] {
    let queries = tokens.map { product("block.attention.query", $0) }
    let keys = tokens.map { product("block.attention.key", $0) }
    let values = tokens.map { product("block.attention.value", $0) }
    return queries.map { query in
      var mixed = [Double](repeating: 0, count: query.count)
      for head in 0..<sizes.headCount {
        let part = head * sizes.keySize..<(head + 1) * sizes.keySize
        let weights = keys.map { key in
          exp(part.reduce(0.0) { $0 + query[$1] * key[$1] } / Double(sizes.keySize).squareRoot())
        }
        let total = weights.reduce(0, +)
        for (weight, value) in zip(weights, values) {
          for index in part { mixed[index] += weight / total * value[index] }
        }
      }
      return product("block.attention.output", mixed)
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
