import Dynamics
import Energies
import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

struct StationaryPointTests {
  private let random = RandomStream(seed: 29)

  /// E = (x² - 1)² + c y²: minima at (±1, 0) and a saddle at (0, 0) for c > 0.
  private func wells(_ c: Double) -> Surface {
    Surface { x, y in (x.squared() - 1).squared() + y.squared() * c }
  }

  @Test("minima, saddles, maxima and flat points are told apart, each with its index")
  func kinds() {
    let points = Tokens(Tensor(shape: [3, 1, 2], elements: [1.0, 0, 0, 0, -1, 0]))
    let upwards = wells(0.5).landscape.stationaryPoints(at: points, random: random)
    #expect(
      upwards.map(\.kind) == [
        .minimum, .saddle(negativeDirections: 1, isExact: true), .minimum,
      ])
    #expect(upwards.map(\.index) == [0, 1, 0])
    #expect(upwards.map(\.energy) == [0, 1, 0])
    // At (1, 0) the second derivatives are 8 and 2 c.
    #expect(abs((upwards[0].eigenvalues?.smallest[0].value ?? 0) - 1) < 1e-9)
    #expect(abs((upwards[0].eigenvalues?.largest[0].value ?? 0) - 8) < 1e-9)
    let level = wells(0).landscape.stationaryPoints(at: points, random: random)
    #expect(
      level.map(\.kind) == [
        .flat(directions: 1, isExact: true), .saddle(negativeDirections: 1, isExact: true),
        .flat(directions: 1, isExact: true),
      ])
    let downwards = wells(-2).landscape.stationaryPoints(at: points, random: random)
    #expect(
      downwards.map(\.kind) == [
        .saddle(negativeDirections: 1, isExact: true), .maximum,
        .saddle(negativeDirections: 1, isExact: true),
      ])
    #expect(downwards[1].index == 2)
  }

  @Test("a point that is not at rest is refused, with its residual in the words")
  func notStationary() {
    let points = Tokens(Tensor(shape: [2, 1, 2], elements: [1.0, 0, 0.9, 0.1]))
    let found = wells(0.5).landscape.stationaryPoints(at: points, residual: 1e-5, random: random)
    // dE/dx = 4 x (x² - 1), dE/dy = 2 c y.
    let residual = (pow(4 * 0.9 * (0.81 - 1), 2) + 0.01).squareRoot()
    #expect(found[0].kind == .minimum)
    guard case .notStationary(let length, let allowed) = found[1].kind else {
      Issue.record("the kind of a point on a slope is \(found[1].kind)")
      return
    }
    #expect(abs(length - residual) < 1e-12 && allowed == 1e-5)
    #expect(found[1].index == nil && found[1].eigenvalues == nil)
    #expect("\(found[1].kind)".contains("not at rest"))
  }

  @Test("a negative eigenvalue that occurs twice counts twice, though Lanczos sees it once")
  func repeatedDirections() {
    let size = 400
    let numbers = (0..<size).map { $0 < 2 ? -1.0 : 1 + Double($0) / Double(size) }
    let energy = QuadraticEnergy<Double>(numbers)
    let landscape = EnergyLandscape(of: energy, lagrangian: IdentityLagrangian())
    // Few steps: within 40 rounding errors bring in the other one.
    let point = landscape.stationaryPoints(
      at: Tokens(.zeros([2, 1, size])), directions: 2, steps: 12, random: random)
    for example in point {
      #expect(example.kind == .saddle(negativeDirections: 2, isExact: false))
      #expect(example.eigenvalues?.isComplete == false)
    }
  }

  @Test("a block comes to rest at a minimum whose tangents all bend upwards, with no zeros among them")
  func blockAtRest() {
    let block = ProbedBlock()
    let rest = block.rest(from: ProbedBlock.tokens())
    let landscape = block.landscape
    let points = landscape.stationaryPoints(
      at: rest, residual: 1e-8, directions: 24, steps: 40, random: random)
    let dense = landscape.hessian(at: rest).allEigenvalues()
    for (point, spectrum) in zip(points, dense) {
      #expect(point.kind == .minimum, "\(point.kind)")
      let tangents = spectrum.filter { abs($0) > 1e-9 }
      #expect(tangents.count == 4 * (8 - 2))
      #expect(point.eigenvalues?.steps == tangents.count)
      #expect(abs((point.eigenvalues?.smallest[0].value ?? 0) - (tangents.first ?? 0)) < 1e-9)
      #expect(abs((point.eigenvalues?.largest[0].value ?? 0) - (tangents.last ?? 0)) < 1e-9)
    }
  }

  @Test("the residual is what is left of the gradient without the mean and the direction of the activation")
  func residual() {
    let block = ProbedBlock(epsilon: 1e-5, gamma: 1.3)
    let x = ProbedBlock.tokens()
    let gradient = block.energy.differentiatedGradient(at: block.norm.activations(at: x)).elements
    var expected: [Double] = []
    for row in 0..<8 {
      let values = Array(x.values.elements[row * 8..<(row + 1) * 8])
      var slope = Array(gradient[row * 8..<(row + 1) * 8])
      let mean = values.reduce(0, +) / 8
      for direction in [[Double](repeating: 1, count: 8), values.map { $0 - mean }] {
        let share = zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let square = direction.reduce(0) { $0 + $1 * $1 }
        slope = zip(slope, direction).map { $0 - share / square * $1 }
      }
      expected += slope
    }
    expectClose(
      actual: block.landscape.residual(at: x), expected: Tensor(shape: x.values.shape, elements: expected),
      relative: 1e-10, absolute: 1e-11)
  }

  @Test("neurons without synapses rest at 0, where their own energy bends upwards")
  func neuronsAlone() {
    let energy = QuadraticEnergy<Double>([0, 0, 0])
    let landscape = EnergyLandscape(
      of: energy, lagrangian: TanhLagrangian<Double>(beta: 2), includesNeuronEnergy: true)
    let point = landscape.stationaryPoints(at: Tokens(.zeros([2, 1, 3])), random: random)[1]
    #expect(point.kind == .minimum)
    // dx/dg = 1 / (beta (1 - g²)) = 1/2 at 0.
    #expect(abs((point.eigenvalues?.smallest[0].value ?? 0) - 0.5) < 1e-12)
  }

  @Test("a layered network with a clamped layer bends in the free layer alone")
  func clampedLayer() {
    let (visible, hidden, beta) = (4, 5, 1.6)
    var network = LayeredNetwork<Double>([
      NeuronLayer("visible", shape: [visible], lagrangian: TanhLagrangian(beta: 1.1)),
      NeuronLayer("hidden", shape: [hidden], lagrangian: SoftmaxLagrangian(beta: beta), timeConstant: 2),
    ])
    let weights = normalTensor([hidden, visible], seed: 71)
    network.connect("visible", "hidden", by: DenseSynapse(weight: weights))
    let x = normalTensor([2, visible], seed: 72)
    let descent = EnergyDescent(
      of: network, clamping: ["visible"], stepSize: .constant(0.5), stop: .after(steps: 200))
    let rest = descent.run(from: network.tokens(["visible": x])).tokens
    let points = EnergyLandscape(of: descent).stationaryPoints(at: rest, directions: hidden, random: random)
    for example in 0..<2 {
      // At rest x of the hidden neurons is W g; the Hessian is P diag(1 / (beta g)) P, P taking out the mean.
      let drive = (0..<hidden).map { neuron in
        (0..<visible).reduce(0) { $0 + weights[neuron, $1] * tanh(1.1 * x[example, $1]) }
      }
      let sum = drive.reduce(0) { $0 + exp(beta * $1) }
      let bends = drive.map { sum / (beta * exp(beta * $0)) }
      let mean = bends.reduce(0, +) / Double(hidden)
      let expected = (0..<hidden).map { row in
        (0..<hidden).map { column -> Double in
          (row == column ? bends[row] : 0) + (mean - bends[row] - bends[column]) / Double(hidden)
        }
      }
      let dense = MatrixOperator<Double>(matrices: [expected]).allEigenvalues()[0].dropFirst()
      #expect(points[example].kind == .minimum, "\(points[example].kind)")
      let found = points[example].eigenvalues?.ritzValues ?? []
      #expect(found.count == hidden - 1)
      for (value, wanted) in zip(found, dense) { #expect(abs(value - wanted) < 1e-8 * wanted) }
    }
  }
}
