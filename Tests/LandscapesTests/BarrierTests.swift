import Energies
import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

struct BarrierTests {
  /// Two wells at (±1, 0) that a bent valley joins over the saddle (0, 1/2), where E = 1.
  static let bentWells = Surface { x, y in
    let bend = x.squared() - 1
    return bend.squared() + (y + bend * 0.5).squared() * 3
  }

  /// The surface of Müller and Brown 1979.
  static let muellerBrown = Surface { x, y in
    let parts: [(height: Double, a: Double, b: Double, c: Double, x: Double, y: Double)] = [
      (-200, -1, 0, -10, 1, 0), (-100, -1, 0, -10, 0, 0.5), (-170, -6.5, 11, -6.5, -0.5, 1.5),
      (15, 0.7, 0.6, 0.7, -1, 1),
    ]
    let terms = parts.map { part in
      let (dx, dy) = (x - part.x, y - part.y)
      return (dx.squared() * part.a + dx * dy * part.b + dy.squared() * part.c).exponential() * part.height
    }
    return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
  }

  @Test("the pass between two wells is their saddle, from both sides, though the line between them misses it")
  func bentPass() {
    let landscape = Self.bentWells.landscape
    let barrier = landscape.barrier(
      from: Surface.point(-1, 0), to: Surface.point(1, 0), by: ElasticBand(stepSize: 0.05, steps: 300))
    // On the straight line the energy at 0 is 1 + 3/4.
    #expect(abs(barrier.saddleEnergy - 1) < 1e-9)
    #expect(abs(barrier.barrierFromStart - 1) < 1e-9 && abs(barrier.barrierFromEnd - 1) < 1e-9)
    expectClose(
      actual: barrier.saddle.values, expected: Tensor(shape: [1, 1, 2], elements: [0, 0.5]), relative: 0,
      absolute: 1e-5)
    #expect(barrier.largestForce < 1e-5)
    let point = landscape.stationaryPoints(
      at: barrier.saddle, residual: 1e-4, random: RandomStream(seed: 1))[0]
    #expect(point.kind == .saddle(negativeDirections: 1, isExact: true))
    #expect(abs(barrier.length - 2 * lengthOfDescent()) < 0.04)
    #expect(barrier.straightLength == 2)
  }

  /// How far the steepest descent goes from beside the saddle of the bent wells to a well, in small steps by plain numbers.
  private func lengthOfDescent() -> Double {
    var (x, y, length) = (1e-3, 0.5, 1e-3)
    while true {
      let (u, w) = (x * x - 1, y + 0.5 * (x * x - 1))
      if u * u + 3 * w * w < 1e-6 { return length }
      let slope = (x: 4 * u * x + 6 * w * x, y: 6 * w)
      let step = 1e-4 / (slope.x * slope.x + slope.y * slope.y).squareRoot()
      (x, y, length) = (x - step * slope.x, y - step * slope.y, length + 1e-4)
    }
  }

  @Test("springs lead to the same pass as pivots put back")
  func springs() {
    let band = ElasticBand(
      pivotCount: 9,
      rounds: [
        ElasticBand.Round(steps: 400, stepSize: 0.05),
        ElasticBand.Round(steps: 600, stepSize: 0.05, climbs: true),
      ], spacing: .springs(stiffness: 1))
    let barrier = Self.bentWells.landscape.barrier(
      from: Surface.point(-1, 0), to: Surface.point(1, 0), by: band)
    #expect(abs(barrier.saddleEnergy - 1) < 1e-8)
  }

  @Test("minima and the pass of the surface of Müller and Brown are the published ones")
  func publishedSurface() {
    let (start, end) = (Surface.point(-0.558_223_6, 1.441_725_8), Surface.point(0.623_499_4, 0.028_037_8))
    let landscape = Self.muellerBrown.landscape
    let ends = landscape.stationaryPoints(
      at: Tokens(.concatenated([start.values, end.values], axis: 0)), residual: 1e-3,
      random: RandomStream(seed: 2))
    #expect(ends.map(\.kind) == [.minimum, .minimum])
    #expect(abs(ends[0].energy - -146.6995) < 1e-4 && abs(ends[1].energy - -108.1667) < 1e-4)
    let barrier = landscape.barrier(
      from: start, to: end, by: ElasticBand(stepSize: 3e-4, pivotCount: 9, steps: 300))
    #expect(abs(barrier.saddleEnergy - -40.664_84) < 1e-4)
    #expect(abs(barrier.barrierFromStart - 106.0347) < 2e-4)
    #expect(abs(barrier.barrierFromEnd - 67.5019) < 2e-4)
    expectClose(
      actual: barrier.saddle.values, expected: Tensor(shape: [1, 1, 2], elements: [-0.822_002, 0.624_313]),
      relative: 0, absolute: 1e-5)
    // Between the passes lies the third minimum, at -80.77.
    let valley = barrier.profile.filter { $0.position > 0.6 && $0.position < 0.8 }.map(\.energy).min() ?? 0
    #expect(abs(valley - -80.77) < 0.5)
    #expect(barrier.relativeLength > 1.1 && barrier.relativeLength < 2)
  }

  @Test("between a point of a bowl and its bottom there is no barrier")
  func noBarrier() {
    let bowl = Surface { x, y in x.squared() + y.squared() * 3 }
    let barrier = bowl.landscape.barrier(
      from: Surface.point(2, 1), to: Surface.point(0, 0), by: ElasticBand(stepSize: 0.05, steps: 200))
    #expect(barrier.barrierFromStart == 0)
    #expect(abs(barrier.barrierFromEnd - 7) < 1e-12)
    #expect(barrier.profile.map(\.energy) == barrier.profile.map(\.energy).sorted(by: >))
    #expect(barrier.profile.first?.position == 0 && abs((barrier.profile.last?.position ?? 0) - 1) < 1e-12)
  }

  /// E = - sum of fourth powers, on the unit sphere: minima -1 on the axes, saddles -1/2 between two, maxima -1/3 between three.
  struct Corners: Energy {
    typealias Scalar = Double
    var name: String { "corners" }
    func energy(at g: Activations<Double>) -> Tensor<Double> {
      -g.realValues.squared().squared().sum(axes: [1, 2])
    }
  }

  @Test("on a sphere a path that starts on a detour comes back to the great circle through the saddle")
  func sphere() {
    let norm = SphericalNormLagrangian<Double>(dimension: 3, epsilon: 0)
    let landscape = EnergyLandscape(of: Corners(), lagrangian: norm)
    // Tokens of other lengths stand for the same activations.
    let (start, end) = (
      Tokens(Tensor(shape: [1, 1, 3], elements: [2.0, 0, 0])),
      Tokens(Tensor(shape: [1, 1, 3], elements: [0, 0.5, 0]))
    )
    let pivots = (1...7).map { index -> [Double] in
      let angle = Double(index) / 8 * Double.pi / 2
      return [cos(angle), sin(angle), 0.4 * sin(2 * angle)]
    }
    let barrier = landscape.barrier(
      from: start, to: end, through: Tokens(Tensor(shape: [7, 1, 3], elements: pivots.flatMap { $0 })),
      by: ElasticBand(stepSize: 0.1, steps: 400))
    #expect(abs(barrier.saddleEnergy - -0.5) < 1e-9)
    #expect(abs(barrier.barrierFromStart - 0.5) < 1e-9 && abs(barrier.barrierFromEnd - 0.5) < 1e-9)
    // An arc of a quarter turn over its chord, by a polygon of ten pivots and more.
    #expect(abs(barrier.relativeLength - Double.pi / 2 / 2.0.squareRoot()) < 5e-3)
    let lengths = barrier.path.values.squared().sum(axes: [1, 2]).elements
    #expect(lengths.allSatisfy { abs($0 - 1) < 1e-12 })
    #expect(barrier.path.values.elements.enumerated().allSatisfy { $0 % 3 != 2 || abs($1) < 1e-4 })
  }

  @Test("the pass of tokens under a layer norm is the highest point between two minima, and held tokens stay")
  func layerNorm() {
    // Two tokens of three numbers, of which the first is held: a circle for the second, with a minimum at each memory. The whole
    // of a circle's tangent is one direction, so that a pass is a maximum.
    let norm = LayerNormLagrangian<Double>(dimension: 3, epsilon: 0)
    let energy = HopfieldEnergy<Double>(
      memories: Tensor(shape: [3, 2], elements: [1.0, 0, -1, 1, 0, -1]),
      activation: .rectifiedPolynomial(degree: 3))
    let moves = Tensor<Double>(shape: [1, 2, 1], elements: [0, 1])
    let landscape = EnergyLandscape(of: energy, lagrangian: norm, moves: moves)
    let held = [0.3, -1, 0.7]
    func tokens(_ x: [Double]) -> Tokens<Double> {
      norm.retracted(Tokens(Tensor(shape: [1, 2, 3], elements: held + x)))
    }
    func rest(from x: Tokens<Double>) -> Tokens<Double> {
      (0..<2000).reduce(x) { x, _ in
        norm.retracted(Tokens(x.values - landscape.residual(at: x) * 0.01))
      }
    }
    let (start, end) = (rest(from: tokens([1, -0.8, 0])), rest(from: tokens([0, 1, -1.3])))
    let random = RandomStream(seed: 3)
    #expect(
      landscape.stationaryPoints(
        at: Tokens(.concatenated([start.values, end.values], axis: 0)), random: random
      )
      .map(\.kind) == [.minimum, .minimum])
    let barrier = landscape.barrier(from: start, to: end, by: ElasticBand(stepSize: 0.02, steps: 800))
    // The circle of the second token, walked in small steps between the ends.
    let (a, b) = (start.values.elements[3...], end.values.elements[3...])
    let heights = (0...20_000).map { step -> Double in
      let share = Double(step) / 20_000
      let x = zip(a, b).map { (1 - share) * $0 + share * $1 }
      let length = (x.reduce(0) { $0 + $1 * $1 } / 3).squareRoot()
      let g = x.map { $0 / length }
      return -(pow(max(g[0] - g[1], 0), 3) + pow(max(g[1] - g[2], 0), 3)) / 3
    }
    let heldEnergy = landscape.energies(at: start).scalar - heights[0]
    #expect(abs(barrier.saddleEnergy - heldEnergy - (heights.max() ?? 0)) < 1e-6)
    #expect(
      landscape.stationaryPoints(at: barrier.saddle, residual: 1e-4, random: random)[0].kind == .maximum)
    for pivot in 0..<barrier.path.values.shape[0] {
      for number in 0..<3 {
        #expect(abs(barrier.path.values[pivot, 0, number] - start.values[0, 0, number]) < 1e-12)
      }
    }
  }
}
