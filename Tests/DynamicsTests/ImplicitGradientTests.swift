import Dynamics
import Energies
import Foundation
import Tensors
import TestSupport
import Testing

/// A force on the activations that a model computes from its input.
struct Injection: Energy {
  var force: Tensor<Double>
  var name: String { "injection" }

  func energy(at g: Activations<Double>) -> Tensor<Double> { -(g.realValues * force).sum(axes: [1, 2]) }
  mutating func visitContext(_ visit: ParameterVisitor<Double>) { visit("force", &force) }
}

/// Derivatives of where a descent comes to rest.
struct ImplicitGradientTests {
  @Test("a clamped linear network has the derivatives of its linear equations")
  func linearNetwork() {
    let arguments = [
      normalTensor([4, 3], seed: 80), normalTensor([4], seed: 81), normalTensor([2, 3], seed: 82),
    ]
    func network(_ weight: Tensor<Double>, _ bias: Tensor<Double>) -> LayeredNetwork<Double> {
      var network = LayeredNetwork<Double>([
        NeuronLayer("input", shape: [3], lagrangian: IdentityLagrangian()),
        NeuronLayer("output", shape: [4], lagrangian: IdentityLagrangian()),
      ])
      network.connect("input", "output", by: DenseSynapse(weight: weight, bias: bias))
      return network
    }
    let rest = valueWithGradients(at: arguments) { values in
      let network = network(values[0], values[1])
      let descent = EnergyDescent(
        of: network, clamping: ["input"], stepSize: .constant(0.5),
        stop: .any([.after(steps: 200), .rest(below: 1e-12)]),
        gradientPath: .implicit)
      return weightedSum(
        network.layers(of: descent.run(from: network.tokens(["input": values[2]])).tokens)["output"])
    }
    // The output rests at W x + b.
    let expected = valueWithGradients(at: arguments) { values in
      weightedSum(values[2].projected(by: values[0], transposed: true) + values[1])
    }
    expectClose(actual: rest.value, expected: expected.value, relative: 1e-10)
    for (a, b) in zip(rest.gradients, expected.gradients) {
      expectClose(actual: a, expected: b, relative: 1e-9, absolute: 1e-10)
    }
  }

  @Test("a network of curved neurons agrees with central differences of its rest")
  func layeredNetwork() {
    let start = LayeredDescentTests.start.values
    let parameters = LayeredDescentTests.network.parameters
    func value(_ values: [Tensor<Double>]) -> Tensor<Double> {
      let network = LayeredDescentTests.network.with(
        ParameterValues(names: parameters.names, values: Array(values.dropFirst())))
      let descent = EnergyDescent(
        of: network, clamping: ["visible"], stepSize: .constant(0.3),
        stop: .any([.after(steps: 2000), .rest(below: 1e-13)]),
        gradientPath: .implicit(ImplicitGradient(tolerance: 1e-12)))
      return weightedSum(descent.run(from: Tokens(values[0])).activations.values)
    }
    expectGradientMatchesFiniteDifferences(
      at: [start] + parameters.values, relative: 1e-6, absolute: 1e-8, of: value)
  }

  /// A block with an injected input, and tokens at its rest.
  private func blockAtRest(
    _ values: [Tensor<Double>], from start: Tensor<Double>, mask: TokenMask?
  ) -> (descent: EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>>, tokens: Tensor<Double>) {
    let block = SmallBlock()
    let shape = [2, SmallBlock.tokenCount, SmallBlock.dimension]
    let energy = (block.energy + Injection(force: .zeros(shape))).replacing(values.dropLast(2))
    let norm = LayerNormLagrangian(gamma: values[values.count - 2], delta: values[values.count - 1])
    var descent = EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(0.1),
      stop: .any([.after(steps: 20_000), .rest(below: 1e-13)]))
    descent.direction = .tangential
    let tokens = descent.run(from: norm.retracted(Tokens(start, mask: mask))).tokens
    descent = EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(0.1), stop: .after(steps: 0),
      gradientPath: .implicit(ImplicitGradient(tolerance: 1e-12)))
    descent.direction = .tangential
    return (descent, tokens.values)
  }

  @Test(
    "an Energy Transformer block with an injected input agrees with central differences of its rest, with padding"
  )
  func block() {
    let block = SmallBlock()
    let shape = [2, SmallBlock.tokenCount, SmallBlock.dimension]
    let mask = TokenMask(
      lengths: [SmallBlock.tokenCount, SmallBlock.tokenCount - 1], tokenCount: SmallBlock.tokenCount)
    let force = normalTensor(shape, seed: 90)
    let sum = block.energy + Injection(force: force)
    // Parameters come before the context, which is the force, and then those of the norm.
    let points = sum.dependencies.values + [block.norm.gamma, block.norm.delta]
    let start = normalTensor(shape, seed: 91)
    let detached = points.map(\.detached)
    let (_, rest) = blockAtRest(detached, from: start, mask: mask)
    let directions = points.enumerated().map { normalTensor($1.shape, seed: 100 + UInt64($0)) }

    func loss(_ values: [Tensor<Double>], _ tokens: Tensor<Double>) -> Tensor<Double> {
      let (descent, found) = blockAtRest(values.map(\.detached), from: tokens, mask: mask)
      var tracked = descent
      tracked.energy = sum.replacing(values.dropLast(2))
      tracked.lagrangian = LayerNormLagrangian(
        gamma: values[values.count - 2], delta: values[values.count - 1])
      return weightedSum(tracked.run(from: Tokens(found, mask: mask)).activations.values)
    }
    let found = valueWithGradients(at: points) { loss($0, rest) }.gradients
    for index in points.indices {
      func value(_ offset: Double) -> Double {
        var moved = detached
        moved[index] = moved[index] + directions[index] * offset
        return loss(moved, rest).scalar
      }
      let step = 1e-4
      let slope = (8 * (value(step) - value(-step)) - (value(2 * step) - value(-2 * step))) / (12 * step)
      let product = found[index].innerProduct(directions[index])
      #expect(
        abs(product - slope) <= 1e-6 * max(1, abs(slope)), "input \(index): \(product), expected \(slope)")
    }
  }

  /// Activations a y / sqrt(sum a y²) on an ellipsoid of half-axes sqrt(a), with y = x - centre: the centre turns the direction
  /// of the tokens that moves no activation.
  private struct Ellipsoid: Lagrangian {
    var a: Tensor<Double>
    var centre: Tensor<Double>

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("a", &a)
      visit("centre", &centre)
    }

    func value(at x: Tokens<Double>) -> Tensor<Double> {
      ((x.values - centre).squared() * a).sum(axes: [2]).squareRoot().sum(axes: [1])
    }

    func tangent(_ direction: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double> {
      let y = x.values - centre
      let along = (direction * y).sum(axes: [2], keepingDimensions: true)
      return direction - y * (along / y.squared().sum(axes: [2], keepingDimensions: true))
    }
  }

  @Test("a force on an ellipsoid of activations has the derivatives of the point that it pulls to")
  func ellipsoid() {
    let arguments = [
      Tensor<Double>(shape: [1, 1, 4], elements: [0.5, 1.5, 2, 0.8]), normalTensor([1, 1, 4], seed: 111),
      normalTensor([2, 3, 4], seed: 110),
    ]
    let rest = valueWithGradients(at: arguments) { values in
      let descent = EnergyDescent(
        of: Injection(force: values[2]), lagrangian: Ellipsoid(a: values[0], centre: values[1]),
        stepSize: .constant(0.1),
        stop: .any([.after(steps: 3), .rest(below: 1e-12)]), gradientPath: .implicit)
      return weightedSum(descent.run(from: Tokens(arguments[1] + arguments[2])).activations.values)
    }
    // ⟨b, g⟩ is largest where sum g²/a = 1 at g = a b / sqrt(sum a b²), wherever the centre is.
    let expected = valueWithGradients(at: arguments) { values in
      let lengths = (values[2].squared() * values[0]).sum(axes: [2], keepingDimensions: true).squareRoot()
      return weightedSum(values[2] * values[0] / lengths) + values[1].sum() * 0
    }
    expectClose(actual: rest.value, expected: expected.value, relative: 1e-10)
    for (a, b) in zip(rest.gradients, expected.gradients) {
      expectClose(actual: a, expected: b, relative: 1e-8, absolute: 1e-10)
    }
  }

  @Test("memory of the way back does not hold steps: the result depends on nothing but the rest")
  func restAlone() {
    // The same rest from two starts and two numbers of steps: the same derivatives.
    let weight = normalTensor([5, 5], seed: 83) * 0.1
    func gradient(_ start: Tensor<Double>, steps: Int) -> [Tensor<Double>] {
      valueWithGradients(at: [weight]) { values in
        var network = LayeredNetwork<Double>([
          NeuronLayer("units", shape: [5], lagrangian: TanhLagrangian())
        ])
        network.connect("units", "units", by: DenseSynapse(weight: values[0]))
        network.connect("units", by: BiasSynapse(normalTensor([5], seed: 84)))
        let descent = EnergyDescent(
          of: network, stepSize: .constant(0.5), stop: .after(steps: steps),
          gradientPath: .implicit(ImplicitGradient(tolerance: 1e-12)))
        return weightedSum(descent.run(from: Tokens(start)).activations.values)
      }.gradients
    }
    let first = gradient(normalTensor([2, 1, 5], seed: 85), steps: 150)
    let second = gradient(normalTensor([2, 1, 5], seed: 86), steps: 300)
    expectClose(actual: first[0], expected: second[0], relative: 1e-9, absolute: 1e-12)
  }

  @Test("a truncated gradient is that of its last steps")
  func truncated() {
    let network = LayeredDescentTests.network
    let parameters = network.parameters
    func gradients(_ path: GradientPath, steps: Int, from start: Tokens<Double>) -> [Tensor<Double>] {
      valueWithGradients(at: parameters.values) { values in
        let descent = EnergyDescent(
          of: network.with(ParameterValues(names: parameters.names, values: values)),
          stepSize: .constant(0.1),
          stop: .after(steps: steps), gradientPath: path)
        return weightedSum(descent.run(from: start).activations.values)
      }.gradients
    }
    let descent = EnergyDescent(of: network, stepSize: .constant(0.1), stop: .after(steps: 7))
    let middle = descent.run(from: LayeredDescentTests.start).tokens
    let expected = gradients(.unrolled, steps: 3, from: middle)
    let found = gradients(.truncated(steps: 3), steps: 7, from: LayeredDescentTests.start)
    for (a, b) in zip(found, expected) {
      expectClose(actual: a, expected: b, relative: 1e-12, absolute: 1e-14)
    }
  }

  /// The derivative by b of where a descent stays that begins at the stationary point of ½ ⟨g, a g⟩ - ⟨b, g⟩, g = b / a;
  /// three factors a for both examples, or three for each.
  private static func derivativeAtRest(_ a: [Double], allowsSaddles: Bool) -> Tensor<Double> {
    struct Quadratic: Energy {
      let a: Tensor<Double>
      var b: Tensor<Double>
      func energy(at g: Activations<Double>) -> Tensor<Double> {
        (g.values.squared() * a * 0.5 - g.values * b).sum(axes: [1, 2])
      }
      mutating func visitParameters(_ visit: ParameterVisitor<Double>) { visit("b", &b) }
    }
    let (factors, force) = (
      Tensor(shape: [a.count / 3, 1, 3], elements: a),
      Tensor<Double>(shape: [1, 1, 3], elements: [3, -2, 1])
    )
    return valueWithGradients(at: [force]) { values in
      let descent = EnergyDescent(
        of: Quadratic(a: factors, b: values[0]), lagrangian: IdentityLagrangian(), stepSize: .constant(0.1),
        stop: .any([.after(steps: 5), .rest(below: 1e-12)]),
        gradientPath: .implicit(ImplicitGradient(allowsSaddles: allowsSaddles)))
      return descent.run(from: Tokens((force / factors).repeated(to: [2, 1, 3]))).activations.values.sum()
    }.gradients[0]
  }

  @Test("at a saddle there is no implicit gradient unless saddles are allowed, at a minimum there is")
  func saddles() async {
    // Two examples of the same point: 2 / a each.
    let atMinimum = Self.derivativeAtRest([2, 4, 0.5], allowsSaddles: false)
    expectClose(
      actual: atMinimum, expected: Tensor(shape: [1, 1, 3], elements: [1, 0.5, 4]), relative: 1e-12,
      absolute: 0)
    let atSaddle = Self.derivativeAtRest([2, -4, 0.5], allowsSaddles: true)
    expectClose(
      actual: atSaddle, expected: Tensor(shape: [1, 1, 3], elements: [1, -0.5, 4]), relative: 1e-12,
      absolute: 0)
    let refused = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ImplicitGradientTests.derivativeAtRest([2, -4, 0.5], allowsSaddles: false)
    }
    let message = String(decoding: refused?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("the rest of example 0, which is no minimum"), "\(message)")
    let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ImplicitGradientTests.derivativeAtRest([2, 4, 0.5, 2, -4, 0.5], allowsSaddles: false)
    }
    let other = String(decoding: second?.standardErrorContent ?? [], as: UTF8.self)
    #expect(other.contains("the rest of example 1, which is no minimum"), "\(other)")
  }

  @Test("symmetric systems are solved, indefinite and singular ones too, each example by itself")
  func minimalResidual() {
    // Eigenvalues -2, 0.5, 3 and 0 in a turned frame; the right side without a part in the kernel.
    let frame = orthogonalRows(of: normalTensor([4, 4], seed: 87))
    let eigenvalues = Tensor<Double>(shape: [4, 1], elements: [-2, 0.5, 3, 0])
    let matrix = frame.matrixProduct(frame * eigenvalues, transposed: true)
    let wanted = frame.transposed.matrixProduct(
      Tensor<Double>(shape: [4, 2], elements: [1, 0, -2, 0.5, 0.3, 0, 0, 0]))
    let right = matrix.matrixProduct(wanted).transposed.reshaped([2, 1, 4])
    let found = MinimalResidual(of: right, tolerance: 1e-13, limit: 20) {
      $0.projected(by: matrix, transposed: true)
    }
    expectClose(
      actual: found.solution.reshaped([2, 4]), expected: wanted.transposed, relative: 1e-10, absolute: 1e-11)
    #expect(found.residuals.allSatisfy { $0 < 1e-12 } && found.iterations <= 4)
    #expect(found.curvatures[0].lowest < 0 && found.curvatures[0].largest <= 3)
    let nothing = MinimalResidual(of: Tensor<Double>.zeros([2, 1, 4]), tolerance: 1e-9, limit: 5) { $0 }
    #expect(nothing.solution.elements.allSatisfy { $0 == 0 } && nothing.iterations == 0)
  }

  /// An orthogonal matrix: rows by Gram and Schmidt.
  private func orthogonalRows(of matrix: Tensor<Double>) -> Tensor<Double> {
    let size = matrix.shape[0]
    var rows: [[Double]] = []
    for index in 0..<size {
      var row = Array(matrix.elements[index * size..<(index + 1) * size])
      for other in rows {
        let product = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
        row = zip(row, other).map { $0 - product * $1 }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      rows.append(row.map { $0 / length })
    }
    return Tensor(shape: [size, size], elements: rows.flatMap { $0 })
  }
}
