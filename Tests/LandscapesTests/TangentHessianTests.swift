import Energies
import Landscapes
import Tensors
import TestSupport
import Testing

struct TangentHessianTests {
  /// Great circles through tokens of mean 0 and variance 1, one for each token, with a speed of their own.
  struct Circles {
    let start: Tensor<Double>
    let direction: Tensor<Double>
    let speeds: Tensor<Double>

    /// `hasMean` for spheres about the origin, without for those of a layer norm.
    init(_ shape: [Int], hasMean: Bool, seed: UInt64) {
      let (x, w) = (normalTensor(shape, seed: seed), normalTensor(shape, seed: seed + 1))
      let size = shape[2]
      var (first, second): ([Double], [Double]) = ([], [])
      for row in 0..<shape[0] * shape[1] {
        let part = row * size..<(row + 1) * size
        let unit = Self.unit(Array(x.elements[part]), hasMean: hasMean, without: nil)
        first += unit
        second += Self.unit(Array(w.elements[part]), hasMean: hasMean, without: unit)
      }
      // Of variance 1 for a layer norm, which divides by the deviation, and of length 1 for a sphere.
      let length = hasMean ? 1 : Double(size).squareRoot()
      start = Tensor(shape: shape, elements: first) * length
      direction = Tensor(shape: shape, elements: second) * length
      speeds = uniformTensor([shape[0], shape[1], 1], in: -1..<1, seed: seed + 2)
    }

    private static func unit(_ row: [Double], hasMean: Bool, without other: [Double]?) -> [Double] {
      var row = row
      if !hasMean {
        let mean = row.reduce(0, +) / Double(row.count)
        row = row.map { $0 - mean }
      }
      if let other {
        let share = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
        row = zip(row, other).map { $0 - share * $1 }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }

    func tokens(at time: Double) -> Tokens<Double> {
      let angles = speeds * time
      return Tokens(start * angles.cosine() + direction * angles.sine())
    }

    /// dx/dt at time 0.
    var velocity: Tensor<Double> { direction * speeds }
  }

  /// The second derivative of a curve of energies at 0 by central differences of fourth order.
  static func secondDifference(step h: Double = 4e-3, _ curve: (Double) -> [Double]) -> [Double] {
    let (far, near, here) = ([curve(2 * h), curve(-2 * h)], [curve(h), curve(-h)], curve(0))
    return here.indices.map { index in
      let ends = 16 * (near[0][index] + near[1][index]) - far[0][index] - far[1][index]
      return (ends - 30 * here[index]) / (12 * h * h)
    }
  }

  static func products(_ u: Tensor<Double>, _ v: Tensor<Double>) -> [Double] {
    (u * v).sum(axes: [1, 2]).elements
  }

  static func expect(_ actual: [Double], _ expected: [Double], _ tolerance: Double, _ what: String) {
    for (a, b) in zip(actual, expected) {
      #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(what): \(a) and \(b)")
    }
  }

  @Test("the Hessian of a block is symmetric")
  func isSymmetric() {
    let block = ProbedBlock(epsilon: 1e-5, gamma: 1.4)
    let hessian = block.landscape.hessian(at: ProbedBlock.tokens())
    let (u, v) = (normalTensor(hessian.shape, seed: 31), normalTensor(hessian.shape, seed: 32))
    let (left, right) = (
      Self.products(u, hessian.product(v)), Self.products(hessian.product(u), v)
    )
    Self.expect(left, right, 1e-9, "⟨u, H v⟩ and ⟨H u, v⟩")
  }

  @Test("along great circles a block bends as its Hessian says, at rest or not", arguments: [0.7, 1.0, 1.6])
  func bendsAlongGreatCircles(gamma: Double) {
    let block = ProbedBlock(gamma: gamma)
    let circles = Circles([2, 4, 8], hasMean: false, seed: 70)
    let expected = Self.secondDifference {
      block.energy.energy(at: block.norm.activations(at: circles.tokens(at: $0))).elements
    }
    let v = circles.velocity * gamma
    let hessian = block.landscape.hessian(at: circles.tokens(at: 0))
    Self.expect(Self.products(v, hessian.product(v)), expected, 1e-6, "⟨v, H v⟩")
  }

  @Test("along great circles of a sphere about delta an energy bends as its Hessian says")
  func bendsOnSpheres() {
    let norm = SphericalNormLagrangian<Double>(
      gamma: Tensor(1.3), delta: normalTensor([8], seed: 44), epsilon: 0)
    let energy = ProbedBlock().energy
    let circles = Circles([2, 4, 8], hasMean: true, seed: 80)
    let expected = Self.secondDifference {
      energy.energy(at: norm.activations(at: circles.tokens(at: $0))).elements
    }
    let v = circles.velocity * 1.3
    let hessian = EnergyLandscape(of: energy, lagrangian: norm).hessian(at: circles.tokens(at: 0))
    Self.expect(Self.products(v, hessian.product(v)), expected, 1e-6, "⟨v, H v⟩")
  }

  @Test("on a sphere the neurons' own energy adds nothing to the Hessian")
  func neuronsOnSpheres() {
    let block = ProbedBlock(gamma: 1.6)
    let circles = Circles([2, 4, 8], hasMean: false, seed: 90)
    // Tokens of any length stand for the same activations.
    let stretched = { (time: Double) in Tokens(circles.tokens(at: time).values * 2.5 + 0.3) }
    let expected = Self.secondDifference { time in
      let x = stretched(time)
      let g = block.norm.activations(at: x)
      return (block.energy.energy(at: g) + block.norm.legendreTransform(at: x)).elements
    }
    let v = circles.velocity * 1.6
    let landscape = EnergyLandscape(
      of: block.energy, lagrangian: block.norm, includesNeuronEnergy: true)
    let hessian = landscape.hessian(at: stretched(0))
    Self.expect(Self.products(v, hessian.product(v)), expected, 1e-6, "⟨v, H v⟩")
  }

  @Test(
    "a layer norm leaves two directions of every token without a slope: 2 N eigenvalues are 0, and no other")
  func zeroEigenvalues() {
    let block = ProbedBlock(epsilon: 1e-5)
    let spectra = block.landscape.hessian(at: ProbedBlock.tokens()).allEigenvalues()
    for spectrum in spectra {
      #expect(spectrum.filter { abs($0) < 1e-10 }.count == 2 * ProbedBlock.tokenCount)
      #expect(spectrum.count == ProbedBlock.tokenCount * ProbedBlock.dimension)
      #expect(spectrum.filter { abs($0) > 1e-4 }.count == spectrum.count - 2 * ProbedBlock.tokenCount)
    }
  }

  @Test("closed forms and differentiation give the same products, in sums of both too")
  func closedForms() {
    let block = ProbedBlock(gamma: 1.2)
    let memories = HopfieldEnergy<Double>(
      memories: normalTensor([8, 9], seed: 33), activation: .softmax(beta: 0.7))
    let x = ProbedBlock.tokens()
    let v = normalTensor(x.values.shape, seed: 34)
    func product(_ energy: some Energy<Double>) -> Tensor<Double> {
      EnergyLandscape(of: energy, lagrangian: block.norm).hessian(at: x).product(v)
    }
    let mixed = block.energy + memories
    expectClose(
      actual: product(mixed), expected: product(mixed.differentiated), relative: 1e-10, absolute: 1e-11)
    expectClose(
      actual: product(memories), expected: product(memories.differentiated), relative: 1e-10, absolute: 1e-11)
  }

  @Test("examples are looked at by themselves, and padding has no direction")
  func independentExamples() {
    let mask = TokenMask(
      batch: 2, tokenCount: 4, isReal: [true, true, true, true, true, true, false, true])
    let block = ProbedBlock(gamma: 1.2)
    let x = ProbedBlock.tokens(mask: mask)
    let v = normalTensor(x.values.shape, seed: 35)
    let both = block.landscape.hessian(at: x).product(v)
    for example in 0..<2 {
      let range = example..<example + 1
      let alone = block.landscape.hessian(
        at: Tokens(
          x.values.sliced(axis: 0, range),
          mask: TokenMask(
            batch: 1, tokenCount: 4, isReal: Array(mask.isReal[example * 4..<(example + 1) * 4])))
      ).product(v.sliced(axis: 0, range))
      expectClose(
        actual: both.sliced(axis: 0, range), expected: alone, relative: 1e-11, absolute: 1e-12)
    }
    #expect(both.sliced(axis: 0, 1..<2).sliced(axis: 1, 2..<3).elements.allSatisfy { $0 == 0 })
  }

  @Test("whole tokens that are held have no direction, and the others bend as without the hold")
  func heldTokens() {
    let block = ProbedBlock()
    let x = ProbedBlock.tokens()
    var moves = [Double](repeating: 1, count: 4)
    moves[1] = 0
    let held = EnergyLandscape(
      of: block.energy, lagrangian: block.norm, moves: Tensor(shape: [1, 4, 1], elements: moves)
    ).hessian(at: x).matrices()
    let free = block.landscape.hessian(at: x).matrices()
    for row in 0..<32 {
      for column in 0..<32 {
        let isHeld = row / 8 == 1 || column / 8 == 1
        #expect(abs(held[1, row, column] - (isHeld ? 0 : free[1, row, column])) < 1e-12)
      }
    }
  }
}
