import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

struct FeatureStandardizerTests {
  /// Columns of different scale, far from 0; the third is constant, the fourth over the first four nodes only.
  private func features() -> Tensor<Float> {
    var random = RandomStream(seed: 1)
    let rows = (0..<9).map { node in
      [
        Float(random.normal() * 3 + 100), Float(random.normal() * 1e4), 0.1, node < 4 ? 7 : Float(node),
        Float(random.uniform() - 0.5),
      ]
    }
    return Tensor(shape: [9, 5], elements: rows.flatMap { $0 })
  }

  @Test("columns get mean 0 and deviation 1 over all nodes, constant ones 0")
  func allNodes() throws {
    let features = features()
    let result = try FeatureStandardizer(measuring: features).standardized(features)
    #expect(result.shape == [9, 5])
    for column in 0..<5 {
      let values = (0..<9).map { Double(result[$0, column]) }
      let mean = values.reduce(0, +) / 9
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
      #expect(abs(mean) < 1e-6)
      #expect(abs(variance - (column == 2 ? 0 : 1)) < 1e-5)
    }
    #expect((0..<9).allSatisfy { result[$0, 2] == 0 })
  }

  @Test("measured over some nodes, applied to all by hand")
  func someNodes() throws {
    let features = features()
    let nodes = [0, 1, 2, 3]
    let standardizer = try FeatureStandardizer(measuring: features, nodes: nodes)
    let result = standardizer.standardized(features)
    for column in [0, 1, 4] {
      let measured = nodes.map { Double(features[$0, column]) }
      let mean = measured.reduce(0, +) / 4
      let deviation = (measured.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
      for node in 0..<9 {
        let expected = (Double(features[node, column]) - mean) / deviation
        #expect(abs(Double(result[node, column]) - expected) < 1e-5 * max(1, abs(expected)))
      }
    }
    // The fourth column varies, but not where it was measured.
    #expect((0..<9).allSatisfy { result[$0, 3] == 0 } && standardizer.deviation[3] == 0)
    let other = try FeatureStandardizer(measuring: features, nodes: [4, 5, 6])
    #expect(other != standardizer)
  }

  @Test("columns of numbers of any size are standardised as their shapes are")
  func anySize() throws {
    let shape: [Double] = [1, 2, 3, 4]
    let expected = shape.map { ($0 - 2.5) / 1.25.squareRoot() }
    for exponent in [-1060, -700, -520, 0, 520, 1000, 1021] {
      let column = shape.map { scalbn($0, exponent) }
      let features = Tensor<Double>(shape: [4, 1], elements: column)
      let found = try FeatureStandardizer(measuring: features).standardized(features).elements
      // Small numbers are multiples of the smallest one.
      let tolerance = max(1e-14, scalbn(1, -1074 - exponent))
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < tolerance, "2^\(exponent): \(found)") }
    }
    let largest = Double.greatestFiniteMagnitude
    let signs = Tensor<Double>(shape: [4, 1], elements: [largest, -largest, -largest, -largest])
    let found = try FeatureStandardizer(measuring: signs).standardized(signs).elements
    for (a, b) in zip(found, [3.0, -1, -1, -1]) { #expect(abs(a - b / 3.0.squareRoot()) < 1e-14) }
    // Columns that vary in their last digits only.
    let close = Tensor<Double>(shape: [4, 1], elements: shape.map { 1e15 + $0 })
    let near = try FeatureStandardizer(measuring: close).standardized(close).elements
    for (a, b) in zip(near, expected) { #expect(abs(a - b) < 0.1, "\(near)") }
  }

  @Test("the signed logarithm keeps signs and tames amounts")
  func signedLogarithm() throws {
    let features = Tensor<Double>(shape: [4, 1], elements: [-1e6, 0, 1, 1e6])
    let standardizer = try FeatureStandardizer(measuring: features, scale: .signedLogarithm)
    let scaled = [-log(1e6 + 1), 0, log(2.0), log(1e6 + 1)]
    let mean = scaled.reduce(0, +) / 4
    let deviation = (scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
    let expected = Tensor<Double>(shape: [4, 1], elements: scaled.map { ($0 - mean) / deviation })
    expectClose(
      actual: standardizer.standardized(features), expected: expected, relative: 1e-13, absolute: 1e-13)
  }

  @Test("it is stored and read back the same")
  func coding() throws {
    let standardizer = try FeatureStandardizer(measuring: features(), nodes: [1, 5], scale: .signedLogarithm)
    let data = try JSONEncoder().encode(standardizer)
    #expect(try JSONDecoder().decode(FeatureStandardizer.self, from: data) == standardizer)
  }

  @Test("no nodes, and features that are not finite, are refused with one line")
  func refusals() {
    let problem = "no nodes to measure, expected at least one"
    #expect(throws: DataFileError(file: "features", problem: problem)) {
      try FeatureStandardizer(measuring: features(), nodes: [])
    }
    let bad = Tensor<Float>(shape: [2, 3], elements: [1, 2, 3, 4, .nan, 6])
    let found = "node 1, column 1: found nan, expected a finite number"
    #expect(throws: DataFileError(file: "graph.npz", problem: found)) {
      try FeatureStandardizer(measuring: bad, nodes: [0], named: "graph.npz")
    }
  }

  @Test("columns whose deviations are too far apart are measured by signed logarithms, others as they are")
  func suitedScale() throws {
    // Deviations 1, 10 and 0.
    let features = Tensor<Float>(shape: [2, 3], elements: [0, 0, 7, 2, 20, 7])
    #expect(
      try FeatureStandardizer(measuring: features, logarithmicBeyond: 11)
        == FeatureStandardizer(measuring: features))
    let found = try FeatureStandardizer(measuring: features, logarithmicBeyond: 9)
    #expect(try found == FeatureStandardizer(measuring: features, scale: .signedLogarithm))
    #expect(found.scale == .signedLogarithm)
  }
}
