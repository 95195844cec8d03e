import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Gaussian and convolutional memories of pictures.
struct ImageMemoryTests {
  private typealias Extent = GaussianMemoryEnergy<Double>.Extent

  private func gaussian(_ extent: GaussianMemoryEnergy<Double>.Extent) -> GaussianMemoryEnergy<Double> {
    GaussianMemoryEnergy(
      memories: normalTensor([extent == .picture ? 20 : 5, 7], seed: 100) * 0.6, beta: 0.8, extent: extent)
  }

  @Test("all laws hold for Gaussian memories of pictures and of patches", arguments: LineExample.masks)
  func gaussianLaws(mask: TokenMask?) {
    for extent in [Extent.picture, .token] {
      var options = LawOptions(tokens: extent == .picture ? .ordered : .independent)
      options.takesAnyTokenCount = extent == .token
      let report = EnergyLaws.check(
        gaussian(extent), at: LineExample.activations(mask), options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.checked.contains(.closedForm))
    }
  }

  @Test("Gaussian memories are those of plain loops, over what is known of a picture")
  func gaussianNaive() {
    for mask in LineExample.masks {
      let g = LineExample.activations(mask)
      let pictures = PlainVectors.columns(gaussian(.picture).memories)
      let expected = PlainVectors.energies(g) { example, _ in
        let scores = pictures.map { picture -> Double in
          var distance = 0.0
          for token in 0..<4 where mask?.isReal[example * 4 + token] ?? true {
            for j in 0..<5 {
              let difference = picture[token * 5 + j] - g.values[example, token, j]
              distance += difference * difference
            }
          }
          return -distance / 2
        }
        return -PlainVectors.logSum(scores, beta: 0.8)
      }
      expectClose(actual: gaussian(.picture).energy(at: g), expected: expected, relative: 1e-12)
      let patches = NodeEnergy.mixture(means: gaussian(.token).memories, beta: 0.8)
      expectClose(
        actual: gaussian(.token).energy(at: g), expected: patches.energy(at: g), relative: 1e-12)
    }
  }

  @Test("a picture of which nothing is known has no energy and no force")
  func nothingKnown() {
    let g = LineExample.activations(TokenMask(lengths: [0, 3], tokenCount: 4))
    for extent in [Extent.picture, .token] {
      let found = gaussian(extent).energyAndGradient(at: g)
      #expect(found.energy.total[0] == 0 && gaussian(extent).energy(at: g)[0] == 0)
      #expect(found.gradient.sliced(axis: 0, 0..<1).elements.allSatisfy { $0 == 0 })
    }
  }

  @Test("a step of 1 of a sharp memory ends on the nearest picture, in single precision too")
  func recall() {
    let memories = normalTensor([20, 7], seed: 100, as: Float.self)
    let energy = GaussianMemoryEnergy(memories: memories, beta: 1e6, extent: .picture)
    let third = memories.transposed.sliced(axis: 0, 2..<3).reshaped([1, 4, 5])
    let start = third + normalTensor([1, 4, 5], seed: 101, as: Float.self) * 0.2
    let end = start - energy.gradient(at: Activations(start))
    expectClose(actual: end, expected: third, relative: 1e-5, absolute: 1e-6)
    #expect(energy.energy(at: Activations(start)).isFinite)
  }

  /// A grid of 2 x 3 tokens of 4 channels, filters of 7 patterns; all laws with zeros around it and without.
  private static let grids: [(padding: WindowPadding, stride: Int, kernel: (Int, Int))] = [
    (.none, 1, (2, 2)), (.same, 2, (1, 3)), (.zeros(1), 1, (2, 1)),
  ]

  private func convolutional(
    _ index: Int, _ activation: HopfieldActivation<Double>
  ) -> ConvolutionalMemoryEnergy<Double> {
    let (padding, stride, kernel) = Self.grids[index]
    return ConvolutionalMemoryEnergy(
      filters: normalTensor([7, kernel.0, kernel.1, 4], seed: 102) * 0.5, rows: 2, columns: 3, stride: stride,
      padding: padding, activation: activation)
  }

  private func pictures(_ mask: TokenMask?) -> Activations<Double> {
    Activations(normalTensor([2, 6, 4], seed: 103), mask: mask)
  }

  private static let masks: [TokenMask?] = [
    nil,
    TokenMask(
      batch: 2, tokenCount: 6,
      isReal: [true, true, false, true, false, false, false, true, true, true, true, true]),
  ]

  @Test("all laws hold for convolutional memories", arguments: grids.indices, masks)
  func convolutionalLaws(index: Int, mask: TokenMask?) {
    for activation in [
      HopfieldActivation<Double>.reluSquared, .softmax(beta: Tensor(0.7), learnsBeta: true),
    ] {
      var options = LawOptions(tokens: .ordered)
      options.takesAnyTokenCount = false
      let report = EnergyLaws.check(convolutional(index, activation), at: pictures(mask), options: options)
      #expect(report.isSatisfied, "\(report)")
    }
  }

  @Test("convolutional memories are those of plain loops", arguments: grids.indices, masks)
  func convolutionalNaive(index: Int, mask: TokenMask?) {
    let energy = convolutional(index, .softmax(beta: 0.7))
    let g = pictures(mask)
    let (padding, stride, kernel) = Self.grids[index]
    let before =
      switch padding {
      case .none: (0, 0)
      // One column of zeros at the right of 3 columns with windows of 3 that lie 2 apart: ((2 - 1) 2 + 3 - 3) / 2 on the left.
      case .same: (0, 1)
      case .zeros(let zeros): (zeros, zeros)
      }
    let counts = [(1, 2), (1, 2), (3, 5)][index]
    let expected = PlainVectors.energies(g) { example, _ in
      var total = 0.0
      for row in 0..<counts.0 {
        for column in 0..<counts.1 {
          var responses = [Double](repeating: 0, count: 7)
          var isReal = false
          for a in 0..<kernel.0 {
            for b in 0..<kernel.1 {
              let (y, x) = (row * stride + a - before.0, column * stride + b - before.1)
              guard (0..<2).contains(y), (0..<3).contains(x) else { continue }
              guard mask?.isReal[example * 6 + y * 3 + x] ?? true else { continue }
              isReal = true
              for memory in 0..<7 {
                for c in 0..<4 {
                  responses[memory] += energy.filters[memory, a, b, c] * g.values[example, y * 3 + x, c]
                }
              }
            }
          }
          if isReal { total -= PlainVectors.logSum(responses, beta: 0.7) }
        }
      }
      return total
    }
    expectClose(actual: energy.energy(at: g), expected: expected, relative: 1e-12)
  }

  @Test("windows of one token are the memory of the Energy Transformer")
  func pointwise() {
    let filters = normalTensor([7, 1, 1, 4], seed: 104)
    let memories = filters.reshaped([7, 4]).transposed
    for mask in Self.masks {
      for activation in [
        HopfieldActivation<Double>.reluSquared, .power(degree: 3), .softmax(beta: 1.3),
      ] {
        let energy = ConvolutionalMemoryEnergy(
          filters: filters, rows: 2, columns: 3, activation: activation)
        let plain = HopfieldEnergy(memories: memories, activation: activation)
        let g = pictures(mask)
        expectClose(actual: energy.energy(at: g), expected: plain.energy(at: g), relative: 1e-12)
        expectClose(
          actual: energy.gradient(at: g), expected: plain.gradient(at: g), relative: 1e-11, absolute: 1e-13)
      }
    }
  }
}
