import Foundation
import HopfieldLayers
import Tensors

/// The formula of the Hopfield association for one example, written with arrays and loops: each state of each
/// head by itself.
struct PlainAssociation {
  let parameters: ParameterValues<Double>
  let configuration: HopfieldConfiguration
  /// Added to the score of a head, a state and a given stored pattern.
  var added: (_ head: Int, _ state: Int, _ stored: Int) -> Double = { _, _, _ in 0 }

  struct Result {
    var output: [[Double]]
    /// By head, state and stored pattern.
    var weights: [[[Double]]]
    /// By head and state.
    var updates: [[Int]]
  }

  func associate(states: [[Double]], stored: [[Double]], values: [[Double]]? = nil) -> Result {
    let c = configuration
    let queries = states.map { heads(norm($0, "stateNorm", c.stateNorm), "query") }
    let keys = extended(
      stored.map { heads(norm($0, "storedNorm", c.storedNorm), "key") },
      "biasPattern.key", c.headSize)
    let answers = extended(
      (values ?? stored).map { value(norm($0, "valueNorm", c.valueNorm)) }, "biasPattern.value",
      c.headValueSize)
    var result = Result(output: [], weights: [], updates: [])
    var mixed = Array(repeating: [Double](), count: states.count)
    for head in 0..<c.headCount {
      let found = states.indices.map { state in
        settled(queries[state][head], keys.map { $0[head] }, head: head) { place in
          place < stored.count ? added(head, state, place) : 0
        }
      }
      result.weights.append(found.map(\.weights))
      result.updates.append(found.map(\.count))
      for state in states.indices { mixed[state] += mixture(found[state].weights, answers.map { $0[head] }) }
    }
    result.output = mixed.map { linear($0, "output") }
    return result
  }

  private func settled(
    _ query: [Double], _ keys: [[Double]], head: Int, _ added: (Int) -> Double
  ) -> (weights: [Double], count: Int) {
    let plan = configuration.updates
    func weights(_ state: [Double]) -> [Double] {
      let scores = keys.indices.map { beta(head) * dot(state, keys[$0]) + added($0) }
      let top = scores.max() ?? 0
      if top == -.infinity { return scores.map { _ in 0 } }
      let powers = scores.map { exp($0 - top) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    var current = weights(query)
    for update in 0..<plan.limit {
      let next = weights(mixture(current, keys))
      let change = zip(next, current).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      current = next
      if let tolerance = plan.tolerance, change <= tolerance { return (current, update + 1) }
    }
    return (current, plan.limit)
  }

  private func beta(_ head: Int) -> Double {
    if let learned = parameters["beta"] { return learned[head] }
    let values = configuration.beta.values ?? [1 / Double(configuration.headSize).squareRoot()]
    return values.count == 1 ? values[0] : values[head]
  }

  /// A pattern in each head.
  private func heads(_ x: [Double], _ name: String) -> [[Double]] {
    guard parameters["\(name).weight"] != nil else {
      return (0..<configuration.headCount).map { _ in norm(x, "headNorm", configuration.headNorm) }
    }
    return split(linear(x, name), configuration.headSize).map { norm($0, "headNorm", configuration.headNorm) }
  }

  private func value(_ x: [Double]) -> [[Double]] {
    switch configuration.values {
    case .independent: split(linear(x, "value"), configuration.headValueSize)
    case .connected: split(linear(linear(x, "key"), "value"), configuration.headValueSize)
    case .keys: split(linear(x, "key"), configuration.headValueSize)
    case .none: (0..<configuration.headCount).map { _ in x }
    }
  }

  private func extended(_ patterns: [[[Double]]], _ name: String, _ size: Int) -> [[[Double]]] {
    var all = patterns
    if configuration.hasBiasPattern { all.append(split(parameters[name]?.elements ?? [], size)) }
    if configuration.hasZeroPattern {
      all.append((0..<configuration.headCount).map { _ in [Double](repeating: 0, count: size) })
    }
    return all
  }

  private func split(_ x: [Double], _ size: Int) -> [[Double]] {
    stride(from: 0, to: x.count, by: size).map { Array(x[$0..<$0 + size]) }
  }

  private func norm(_ x: [Double], _ name: String, _ kind: PatternNorm) -> [Double] {
    if kind == .none { return x }
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let gain = parameters["\(name).gain"]?.elements ?? x.map { _ in 1 }
    let bias = parameters["\(name).bias"]?.elements ?? x.map { _ in 0 }
    return x.indices.map {
      (x[$0] - mean) / (variance + configuration.normEpsilon).squareRoot() * gain[$0] + bias[$0]
    }
  }

  /// W x + b; x where there is no W.
  private func linear(_ x: [Double], _ name: String) -> [Double] {
    guard let weight = parameters["\(name).weight"] else { return x }
    let bias = parameters["\(name).bias"]?.elements ?? Array(repeating: 0, count: weight.shape[0])
    return (0..<weight.shape[0]).map { row in
      x.indices.reduce(bias[row]) { $0 + weight[row, $1] * x[$1] }
    }
  }

  private func mixture(_ weights: [Double], _ patterns: [[Double]]) -> [Double] {
    (0..<(patterns.first?.count ?? 0)).map { place in
      zip(weights, patterns).reduce(0) { $0 + $1.0 * $1.1[place] }
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
