import Dynamics
import Energies
import Foundation
import Tensors
import TestSupport
import Testing

/// A bowl ½ k |g - c|², or a slope -⟨b, g⟩.
private struct Quadratic: Energy {
  var stiffness: Double
  var centre: Tensor<Double>
  var name: String { "bowl" }
  func energy(at g: Activations<Double>) -> Tensor<Double> {
    g.masking((g.values - centre).squared()).sum(axes: [1, 2]) * (0.5 * stiffness)
  }
}

private struct Slope: Energy {
  var force: Tensor<Double>
  var name: String { "slope" }
  func energy(at g: Activations<Double>) -> Tensor<Double> { -(g.realValues * force).sum(axes: [1, 2]) }
}

struct LangevinSamplerTests {
  private func moments(_ samples: LangevinSamples<Double>) -> (mean: Double, variance: Double) {
    let numbers = samples.states.flatMap(\.elements)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return (mean, numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count))
  }

  @Test(
    "samples of a bowl have the variance T / k, of steps without Metropolis's rule T / (k (1 - alpha k / 2))")
  func bowl() {
    let (stiffness, heat, step) = (2.0, 0.7, 0.3)
    let start = Tokens(normalTensor([6, 5, 40], seed: 1) * 0.5 + 0.4)
    for isAdjusted in [false, true] {
      // Metropolis's rule judges whole examples: small ones are accepted often.
      let x = isAdjusted ? Tokens(start.values.reshaped([600, 1, 2])) : start
      let sampler = LangevinSampler(
        of: Quadratic(stiffness: stiffness, centre: Tensor(0.4)), lagrangian: IdentityLagrangian<Double>(),
        stepSize: step, temperature: heat, isAdjusted: isAdjusted)
      var random = RandomStream(seed: 2)
      let samples = sampler.run(from: x, steps: 240, burnIn: 40, keepingEvery: 5, using: &random)
      let found = moments(samples)
      let expected = heat / stiffness / (isAdjusted ? 1 : 1 - step * stiffness / 2)
      #expect(samples.states.count == 40)
      #expect(abs(found.mean - 0.4) < 0.02)
      #expect(
        abs(found.variance / expected - 1) < 0.04, "\(isAdjusted): \(found.variance), expected \(expected)")
      if let acceptance = samples.acceptance { #expect(acceptance > 0.6 && acceptance < 1) }
    }
  }

  @Test("samples on a sphere follow the law of von Mises and Fisher")
  func sphere() {
    // On the sphere in three dimensions the mean of cos is coth k - 1 / k, k = R |b| / T.
    let (radius, heat) = (1.5, 0.8)
    let force = Tensor<Double>(shape: [3], elements: [0.6, -0.3, 0.9])
    let norm = SphericalNormLagrangian(
      gamma: Tensor(radius), delta: Tensor<Double>(shape: [3], elements: [0.2, -0.1, 0.4]), epsilon: 1e-12)
    let sampler = LangevinSampler(
      of: Slope(force: force), lagrangian: norm, stepSize: 0.02, temperature: heat)
    var random = RandomStream(seed: 3)
    let samples = sampler.run(
      from: Tokens(normalTensor([4, 500, 3], seed: 4)), steps: 700, burnIn: 300, keepingEvery: 20,
      using: &random)
    let length = force.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let cosines = samples.states.map {
      ((($0 - norm.delta) * force).sum(axes: [2]) / (radius * length)).mean().scalar
    }
    let mean = cosines.reduce(0, +) / Double(cosines.count)
    let k = radius * length / heat
    let expected = 1 / tanh(k) - 1 / k
    #expect(abs(mean - expected) < 0.015, "\(mean), expected \(expected)")
    // And no sample leaves the sphere.
    let lengths = samples.states.last.map { ($0 - norm.delta).squared().sum(axes: [2]).elements } ?? []
    #expect(lengths.allSatisfy { abs($0 - radius * radius) < 1e-9 })
  }

  @Test("at temperature 0 the chains descend")
  func cold() {
    let sampler = LangevinSampler(
      of: Quadratic(stiffness: 1, centre: Tensor(0.4)), lagrangian: IdentityLagrangian<Double>(),
      stepSize: 0.1,
      temperature: 0)
    var random = RandomStream(seed: 5)
    let start = normalTensor([2, 3, 4], seed: 6)
    let samples = sampler.run(from: Tokens(start), steps: 3, using: &random)
    expectClose(
      actual: samples.states[2], expected: (start - 0.4) * pow(0.9, 3) + 0.4, relative: 1e-12, absolute: 1e-13
    )
  }

  @Test("on the energy of a modern Hopfield network steps at the temperature 1 / beta are the published ones")
  func memory() {
    // xi <- (1 - a) xi + a X softmax(beta Xᵀ xi) + sqrt(2 a / beta) n (arXiv 2603.06875), by plain loops.
    let (beta, step, count, size, chains) = (7.0, 0.1, 4, 5, 3)
    let stored = normalTensor([size, count], seed: 8)
    let start = normalTensor([chains, 1, size], seed: 9)
    let sampler = LangevinSampler(
      of: PatternMemoryEnergy(memories: stored, beta: beta), lagrangian: IdentityLagrangian<Double>(),
      stepSize: step, temperature: 1 / beta)
    var (drawn, random) = (RandomStream(seed: 10), RandomStream(seed: 10))
    let samples = sampler.run(from: Tokens(start), steps: 2, using: &drawn)
    let columns = stored.elements
    var xi = start.elements
    for _ in 0..<2 {
      let noise = Tensor<Double>.normal([chains, 1, size], using: &random).elements
      for chain in 0..<chains {
        let old = Array(xi[chain * size..<(chain + 1) * size])
        let weights = (0..<count).map { pattern in
          exp(beta * (0..<size).reduce(0) { $0 + columns[$1 * count + pattern] * old[$1] })
        }
        let sum = weights.reduce(0, +)
        for index in 0..<size {
          let recalled = (0..<count).reduce(0) { $0 + columns[index * count + $1] * weights[$1] / sum }
          xi[chain * size + index] =
            (1 - step) * old[index] + step * recalled
            + (2 * step / beta).squareRoot() * noise[chain * size + index]
        }
      }
    }
    expectClose(
      actual: samples.states[1], expected: Tensor(shape: [chains, 1, size], elements: xi), relative: 1e-12,
      absolute: 1e-13)
  }

  @Test("a schedule of temperatures is asked step by step, and the same seed gives the same bits")
  func schedule() {
    let sampler = LangevinSampler(
      of: Quadratic(stiffness: 1, centre: Tensor(0)), lagrangian: IdentityLagrangian<Double>(), stepSize: 0.1
    ) { 1 / Double(1 + $0) }
    func run() -> [Double] {
      var random = RandomStream(seed: 7)
      return sampler.run(from: Tokens(.zeros([2, 3, 4])), steps: 4, using: &random).states[3].elements
    }
    #expect(run() == run())
    // By hand: x_n+1 = 0.9 x_n + sqrt(0.2 T_n) n.
    var random = RandomStream(seed: 7)
    var x = Tensor<Double>.zeros([2, 3, 4])
    for step in 0..<4 {
      let noise = Tensor<Double>.normal([2, 3, 4], using: &random)
      x = x * 0.9 + noise * (0.2 / Double(1 + step)).squareRoot()
    }
    expectClose(
      actual: Tensor(shape: [2, 3, 4], elements: run()), expected: x, relative: 1e-12, absolute: 1e-14)
  }
}
