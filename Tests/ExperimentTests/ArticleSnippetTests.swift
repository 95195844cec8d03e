import EnergyTesting
import EnergyTransformer
import Foundation
import Reporting
import Testing

/// What articles say of their code, tried with that code. That the articles show it is tried in `ArticleTests`.
struct ArticleSnippetTests {
  @Test("a step along the gradient in g, taken in x, brings every example's energy down")
  func energyFalls() {
    let (before, after) = energiesOfOneStep()
    #expect(before.count == 2 && after.count == 2)
    #expect(zip(before, after).allSatisfy { $0 > $1 }, "\(before) \(after)")
  }

  @Test(
    "the gradient of attention is the two terms of the article, the first of them attention with keys as values"
  )
  func twoTerms() {
    var random = RandomStream(seed: 2)
    let attention = AttentionEnergy<Double>(
      queryWeights: .normal([2, 3, 5], using: &random), keyWeights: .normal([2, 3, 5], using: &random))
    let g = Activations<Double>(.normal([2, 4, 5], using: &random))
    let (asQuery, asKey) = attentionUpdate(of: attention, at: g)
    let gradient = attention.differentiated.gradient(at: g)
    for (sum, slope) in zip((asQuery + asKey).elements, gradient.elements) {
      #expect(abs(sum + slope) < 1e-10)
    }
    // Ordinary attention in plain loops, with the value matrix Wk and the output matrix Wqᵀ.
    for example in 0..<2 {
      for query in 0..<4 {
        let answer = ordinaryAnswer(attention, g.values, example: example, query: query)
        for number in 0..<5 { #expect(abs(asQuery[example, query, number] - answer[number]) < 1e-10) }
      }
    }
  }

  private func ordinaryAnswer(
    _ attention: AttentionEnergy<Double>, _ g: Tensor<Double>, example: Int, query: Int
  ) -> [Double] {
    func projected(_ weights: Tensor<Double>, _ head: Int, _ token: Int) -> [Double] {
      (0..<3).map { row in (0..<5).reduce(0) { $0 + weights[head, row, $1] * g[example, token, $1] } }
    }
    var answer = [Double](repeating: 0, count: 5)
    for head in 0..<2 {
      let q = projected(attention.queryWeights, head, query)
      let keys = (0..<4).map { projected(attention.keyWeights, head, $0) }
      let shares = keys.map { k in exp(zip(q, k).reduce(0) { $0 + $1.0 * $1.1 } / 3.0.squareRoot()) }
      let total = shares.reduce(0, +)
      for number in 0..<5 {
        for row in 0..<3 {
          let value = zip(shares, keys).reduce(0) { $0 + $1.0 / total * $1.1[row] }
          answer[number] += attention.queryWeights[head, row, number] * value
        }
      }
    }
    return answer
  }

  @Test("a block descends by backtracking without a rise, and step by step as well")
  func descends() {
    let result = descendBlock()
    #expect(result.trajectory.series.map(\.name) == ["attention", "memory", "total"])
    guard case .energyChange = result.stopReason else {
      Issue.record("the descent \(result.stopReason)")
      return
    }
    let totals = result.trajectory.series(of: .total).byStep
    for (before, after) in zip(totals, totals.dropFirst()) {
      for example in before.indices { #expect(after[example] <= before[example]) }
    }
    var random = RandomStream(seed: 4)
    let block = EnergyTransformerBlock<Float>(
      .learning(dimension: 8, headCount: 2, keySize: 4, memoryCount: 16), using: &random)
    let x = Tokens<Float>(.normal([1, 3, 8], using: &random))
    let descent = block.descent(DescentSettings(steps: 12, stepSize: 0.1))
    let (whole, stepped) = (descent.run(from: x).tokens, stepByStep(descent, from: x))
    for (a, b) in zip(whole.values.elements, stepped.values.elements) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("a training that is stopped and resumed ends with the same bits")
  func resumes() throws {
    let place = try TemporaryPlace()
    let whole = try trainDenoiser(to: 40, checkpoint: place.path("whole"), resumes: false)
    _ = try trainDenoiser(to: 20, checkpoint: place.path("half"), resumes: false)
    let resumed = try trainDenoiser(to: 40, checkpoint: place.path("half"), resumes: true)
    for (a, b) in zip(whole.parameters.values, resumed.parameters.values) {
      #expect(a.elements == b.elements)
    }
  }

  @Test("a model of images completes digits of which half the patches are hidden")
  func completes() throws {
    let (model, error) = try completeDigits(count: 3)
    #expect(model.grid.patchCount == 49 && error.isFinite && error > 0)
  }

  @Test("every node of a graph has a share of its energy")
  func nodes() {
    let (energies, isAnomaly) = nodeEnergies()
    #expect(energies.count == 300 && isAnomaly.count == 300 && isAnomaly.contains(true))
    #expect(energies.allSatisfy { $0.isFinite && $0 < 0 })
  }

  @Test(
    "a model learns a short text, writes on, and no token's own move raises its energy by more than rounding")
  func text() throws {
    let (losses, written, changes) = try learnText(
      String(repeating: "to be or not to be. ", count: 20), updates: 80)
    #expect(losses.count == 80 && losses[79] < 0.6 * losses[0], "\(losses[0]) to \(losses[79])")
    #expect(written.count == 33 && written.allSatisfy { "to be rn.".contains($0) }, "\(written)")
    #expect(changes.count == 3)
    for change in changes {
      for (own, before) in zip(change.own.elements, change.before.elements) {
        #expect(own <= 1e-5 * max(1, abs(before)))
      }
    }
  }

  @Test("a memory of two clusters averages, mixes a cluster, or recalls a pattern, as beta rises")
  func kinds() {
    #expect(recall(beta: 0.01)?.kind == .globalAverage)
    #expect(recall(beta: 1.5)?.kind == .metastable)
    #expect(recall(beta: 60)?.kind == .singlePattern)
  }

  @Test("the layer of the theory recalls what is stored, and pooling weighs every pattern of a bag")
  func hopfieldLayers() {
    let (answer, stored, updates) = recallByLayer()
    for (a, b) in zip(answer.elements, stored.sliced(axis: 1, 0..<3).elements) { #expect(abs(a - b) < 1e-3) }
    #expect(updates.elements.allSatisfy { $0 >= 1 && $0 <= 100 })
    let (pooled, weights) = poolBags()
    #expect(pooled.shape == [4, 32] && weights.shape == [4, 2, 2, 6])
    #expect(weights.sum(axes: [3]).elements.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test("a network of two layers completes a picture of which half is held, and its energy falls")
  func layers() {
    let (pixels, pattern, trajectory) = completePicture()
    for (a, b) in zip(pixels.elements, pattern.elements) { #expect(abs(a - b) < 0.02) }
    #expect(trajectory.series.map(\.name) == ["pixels-hidden dense", "pixels", "hidden", "total"])
    #expect(trajectory.fellAtEveryStep(tolerance: 1e-5) == [true])
  }

  @Test("the derivative of the rest is the one through all steps")
  func rest() {
    let implicit = derivativeOfRest(by: .implicit)
    let unrolled = derivativeOfRest(by: .unrolled)
    guard case .rest = implicit.stopReason else {
      Issue.record("the descent \(implicit.stopReason)")
      return
    }
    let size = unrolled.derivative.elements.map(abs).max() ?? 0
    #expect(size > 0)
    for (a, b) in zip(implicit.derivative.elements, unrolled.derivative.elements) {
      #expect(abs(a - b) < 1e-5 * size)
    }
  }

  @Test(
    "two patterns have one minimum between them at a low beta, two at a high one, and a pass of known height")
  func landscape() {
    let low = minimaOfTwoPatterns(beta: 0.5)
    #expect(low.points.map(\.kind) == [.minimum] && low.barrier == nil)
    let high = minimaOfTwoPatterns(beta: 4)
    #expect(high.points.map(\.kind) == [.minimum, .minimum])
    // In the middle E = -1/4 log 2 + 1/4 log 2 + 1/2.
    let expected = 0.5 - (high.points.first?.energy ?? 0)
    #expect(abs((high.barrier ?? 0) - expected) < 1e-3, "\(high.barrier ?? 0) and \(expected)")
  }

  @Test("a pooling learns to tell bags by one of their instances")
  func bags() throws {
    let area = try tellBags(epochs: 20)
    #expect(area > 0.95, "\(area)")
  }

  @Test("a block obeys the laws of energies, Lagrangians and descents")
  func laws() {
    for report in checkBlock() { #expect(report.isSatisfied, "\(report)") }
  }

  @Test("beside an energy of one's own the block's parts stay fused")
  func ways() {
    let found = waysOfDescent()
    #expect(found.parts.map(\.name) == ["attention", "memory", "Chain"])
    #expect(found.parts.map { $0.way == .fused } == [true, true, false])
  }

  @Test("a block is the same after a round trip through a file")
  func files() throws {
    let place = try TemporaryPlace()
    var random = RandomStream(seed: 15)
    let block = EnergyTransformerBlock<Float>(
      .learning(dimension: 8, headCount: 2, keySize: 4, memoryCount: 16), using: &random)
    let copy = try copied(block, by: place.path("block.safetensors"))
    for (a, b) in zip(block.parameters.values, copy.parameters.values) { #expect(a.elements == b.elements) }
  }

  @Test("the layer of the published package is read by its names, and a file without them is refused by name")
  func publishedLayer() throws {
    let place = try TemporaryPlace()
    var random = RandomStream(seed: 16)
    let block = EnergyTransformerBlock<Float>(
      .learning(dimension: 8, headCount: 2, keySize: 4, memoryCount: 16), using: &random)
    try SafetensorsFile.write(block, to: place.path("block.safetensors"))
    #expect(throws: NamedArrayError.self) {
      try hopfieldLayer(at: place.path("block.safetensors"), size: 8, heads: 2)
    }
  }

  @Test("ten types are enough to descend two energies")
  func tenTypesDescend() {
    let g = tenTypes()
    #expect(g.shape == [1, 4, 8] && g.isFinite)
  }

  @Test("two methods are compared in a sentence")
  func comparison() throws {
    #expect(try compareTwo().sentence(digits: 3).lowercased().contains("graph convolution"))
  }

  @Test("the numbers of a run are read from its record")
  func record() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let found = try numbers(ofRun: root.appending(path: "Results/masked-images").path)
    #expect((found["masked_mse"] ?? 0) > 0)
  }
}
