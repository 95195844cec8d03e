import Dynamics
import Energies
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

struct ImageEnergyTransformerTests {
  private let settings = DescentSettings(steps: 4, stepSize: 0.3)

  @Test("tokens are the class token, then the patch or the mask token, each plus its position")
  func tokens() throws {
    let small = SmallImageModel()
    let offset = try #require(small.model.encoder.bias)
    let (model, size) = (small.model, 5)
    let tokens = model.tokens(patches: small.patches, masked: small.masked).values
    #expect(tokens.shape == [2, 7, 5])
    for example in 0..<2 {
      for d in 0..<size {
        // Whatever the mask says, the class token stands first.
        #expect(tokens[example, 0, d] == model.classToken[d] + model.positions[0, d])
        for patch in 0..<6 {
          var value = model.maskToken[d]
          if small.masked[example, patch] == 0 {
            value = offset[d]
            for k in 0..<4 { value += small.patches[example, patch, k] * model.encoder.weight[d, k] }
          }
          #expect(abs(tokens[example, patch + 1, d] - value - model.positions[patch + 1, d]) < 1e-12)
        }
      }
    }
  }

  @Test("a masked patch's content changes nothing; a visible one's does")
  func maskedContent() {
    let small = SmallImageModel()
    func completion(changing patch: Int) -> Tensor<Double> {
      var elements = small.patches.elements
      for index in 0..<4 { elements[patch * 4 + index] += 3 }
      return small.model.completion(
        patches: Tensor(shape: small.patches.shape, elements: elements), masked: small.masked,
        settings: settings)
    }
    let before = small.completion(settings)
    #expect(small.masked[0, 0] == 1 && small.masked[0, 1] == 0)
    #expect(completion(changing: 0).elements == before.elements)
    #expect(completion(changing: 1).elements != before.elements)
  }

  @Test("an example's completion does not depend on its batch")
  func batchIndependence() {
    let small = SmallImageModel(blockCount: 2, batch: 3)
    let together = small.completion(settings)
    for example in 0..<3 {
      let range = example..<example + 1
      let alone = small.model.completion(
        patches: small.patches.sliced(axis: 0, range), masked: small.masked.sliced(axis: 0, range),
        settings: settings)
      expectClose(actual: alone, expected: together.sliced(axis: 0, range), relative: 1e-12, absolute: 1e-13)
    }
    var elements = small.patches.elements
    for index in 0..<24 { elements[index] = -elements[index] }
    let other = small.model.completion(
      patches: Tensor(shape: small.patches.shape, elements: elements), masked: small.masked,
      settings: settings)
    #expect(other.sliced(axis: 0, 1..<3).elements == together.sliced(axis: 0, 1..<3).elements)
  }

  @Test("blocks follow each other: tokens pass on, the norm of the last block is decoded")
  func severalBlocks() {
    let small = SmallImageModel(blockCount: 3)
    var tokens = small.model.tokens(patches: small.patches, masked: small.masked)
    for block in small.model.blocks {
      tokens =
        EnergyDescent(
          of: block.attention.energy() + block.memory, lagrangian: block.norm, stepSize: .constant(0.3),
          stop: .after(steps: 4)
        ).run(from: tokens).tokens
    }
    let g = small.model.blocks[2].norm.activations(at: tokens)
    expectClose(
      actual: small.completion(settings), expected: small.model.decode(g), relative: 1e-12, absolute: 1e-13)
    let traces = small.model.trace(patches: small.patches, masked: small.masked, settings: settings)
    #expect(traces.count == 3)
    #expect(traces.allSatisfy { $0.trajectory.energies.count == 5 && $0.trajectory.states.count == 5 })
    for (before, after) in zip(traces, traces.dropFirst()) {
      #expect(after.trajectory.states[0].tokens.elements == before.tokens.values.elements)
    }
    expectClose(actual: traces[2].tokens.values, expected: tokens.values, relative: 1e-12, absolute: 1e-13)
    expectClose(
      actual: small.model.decode(traces[2].tokens, block: 2), expected: small.completion(settings),
      relative: 1e-12,
      absolute: 1e-13)
  }

  @Test("decoding is an affine map of the patch tokens, after one norm or two")
  func decoding() throws {
    for norms in [1, 2] {
      let small = SmallImageModel(norms: norms)
      let g: Tensor<Double> = normalTensor([2, 7, 5], seed: 31)
      let decoded = small.model.decode(Activations(g))
      let offset = try #require(small.model.decoder.bias)
      #expect(decoded.shape == [2, 6, 4])
      let rows = norms == 1 ? g : small.model.blocks[0].norm.activations(at: Tokens(g)).values
      for example in 0..<2 {
        for patch in 0..<6 {
          for k in 0..<4 {
            var value = offset[k]
            for d in 0..<5 { value += rows[example, patch + 1, d] * small.model.decoder.weight[k, d] }
            #expect(abs(decoded[example, patch, k] - value) < 1e-12)
          }
        }
      }
    }
  }

  @Test("without positions a block carries permuted tokens to permuted tokens, with the same energy")
  func permutations() {
    let block = SmallImageModel().model.blocks[0]
    let tokens: Tensor<Double> = normalTensor([2, 6, 5], seed: 32)
    let order = [4, 0, 5, 2, 1, 3]
    let descent = block.descent(settings)
    let plain = descent.run(from: Tokens(tokens), recording: [.energies])
    let permuted = descent.run(from: Tokens(tokens.gathered(order, axis: 1)), recording: [.energies])
    expectClose(
      actual: permuted.tokens.values, expected: plain.tokens.values.gathered(order, axis: 1), relative: 1e-11,
      absolute: 1e-12)
    for (a, b) in zip(permuted.trajectory.energies, plain.trajectory.energies) {
      expectClose(actual: a.total, expected: b.total, relative: 1e-12)
    }
  }

  @Test(
    "gradients of a loss for every parameter match finite differences", arguments: [1, 2],
    [GradientPath.unrolled, .recomputed])
  func gradients(blockCount: Int, path: GradientPath) {
    let small = SmallImageModel(blockCount: blockCount, learnsBeta: true)
    let settings = DescentSettings(steps: 3, stepSize: 0.3, gradientPath: path)
    let parameters = small.model.parameters
    let target: Tensor<Double> = normalTensor([2, 6, 4], seed: 33)
    expectGradientMatchesFiniteDifferences(
      at: parameters.values + [small.patches], step: 1e-4, relative: 1e-6, absolute: 1e-7
    ) { variables in
      let model = small.model.with(
        ParameterValues(names: parameters.names, values: Array(variables.dropLast())))
      let completion = model.completion(
        patches: variables[variables.count - 1], masked: small.masked, settings: settings)
      return ((completion - target).squared() * small.masked.reshaped([2, 6, 1])).sum()
    }
  }

  @Test("second derivatives through recomputed descents are those of unrolled ones")
  func secondDerivatives() throws {
    let small = SmallImageModel(blockCount: 2)
    let parameters = small.model.parameters
    let found = try [GradientPath.unrolled, .recomputed].map { path in
      let settings = DescentSettings(steps: 3, stepSize: 0.3, gradientPath: path)
      let along = directionalDerivative { variables in
        small.model.with(ParameterValues(names: parameters.names, values: variables))
          .completion(patches: small.patches, masked: small.masked, settings: settings).squared().sum()
      }
      return try valueWithGradients(at: parameters.values) { try along($0) }.gradients
    }
    for (index, (a, b)) in zip(found[1], found[0]).enumerated() {
      let error = relativeError(a, b)
      #expect(error < 1e-9, "\(parameters.names[index]): \(error)")
    }
  }

  @Test("waves of rows and columns: variance near 1, the class token at 0, neighbours alike")
  func sineCosinePositions() {
    let embedding: Tensor<Double> = SineCosinePositions(lowest: 0.1, highest: 1.5)
      .embedding(rows: 3, columns: 4, dimension: 10)
    #expect(embedding.shape == [13, 10])
    let root = 2.0.squareRoot()
    for index in 0..<10 { #expect(embedding[0, index] == 0) }
    // Patch (row 2, column 3) with frequencies 0.1 and 1.5; two numbers are left over.
    let expected = [
      sine(0.2), sine(3.0), cosine(0.2), cosine(3.0), sine(0.3), sine(4.5), cosine(0.3), cosine(4.5),
    ]
    for (index, value) in expected.enumerated() { #expect(abs(embedding[12, index] - root * value) < 1e-12) }
    #expect(embedding[12, 8] == 0 && embedding[12, 9] == 0)
  }

  private func sine(_ x: Double) -> Double { Tensor(x).sine().scalar }
  private func cosine(_ x: Double) -> Double { Tensor(x).cosine().scalar }

  @Test("completions along a trace begin before the first step and end with the completion, over all blocks")
  func completionsAlongTrace() {
    let small = SmallImageModel(blockCount: 2)
    let trace = small.model.trace(patches: small.patches, masked: small.masked, settings: settings)
    let found = small.model.completions(along: trace)
    // The start and four steps of each of two blocks.
    #expect(found.count == 9 && found.allSatisfy { $0.shape == [2, 6, 4] })
    let start = small.model.tokens(patches: small.patches, masked: small.masked)
    expectClose(
      actual: found[0], expected: small.model.decode(start, block: 0), relative: 1e-12, absolute: 1e-12)
    for (index, state) in [(3, trace[0].trajectory.states[3]), (6, trace[1].trajectory.states[2])] {
      let decoded = small.model.decode(Tokens(state.tokens), block: index / 5)
      expectClose(actual: found[index], expected: decoded, relative: 1e-12, absolute: 1e-12)
    }
    expectClose(
      actual: found[8], expected: small.completion(settings), relative: 1e-10, absolute: 1e-10)
  }
}
