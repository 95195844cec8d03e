import Dynamics
import Energies
import Tensors

/// Gradient paths, threads, and what a descent does to examples, padding and order.
extension DescentCheck {
  /// The derivatives of <w, x_T> by the tokens, the energy's parameters and context, and the Lagrangian's parameters.
  private func derivatives(_ path: GradientPath, _ weights: Tensor<Scalar>) -> [(String, Tensor<Scalar>)] {
    let ofEnergy = descent.energy.dependencies
    let ofLagrangian = descent.lagrangian.parameters
    let mask = x.mask
    let points = [x.values] + ofEnergy.values + ofLagrangian.values
    let found = valueWithGradients(at: points) { points in
      var copy = descent
      copy.gradientPath = path
      copy.energy = descent.energy.replacing(points.dropFirst().prefix(ofEnergy.count))
      copy.lagrangian = descent.lagrangian.with(
        ParameterValues(names: ofLagrangian.names, values: Array(points.suffix(ofLagrangian.count))))
      return (copy.run(from: Tokens(points[0], mask: mask)).tokens.values * weights).sum()
    }.gradients
    return Array(zip(["tokens"] + ofEnergy.names + ofLagrangian.names.map { "lagrangian.\($0)" }, found))
  }

  private func run(_ path: GradientPath, from values: Tensor<Scalar>) -> Tensor<Scalar> {
    var copy = descent
    copy.gradientPath = path
    return copy.run(from: Tokens(values, mask: x.mask)).tokens.values.detached
  }

  mutating func checkGradientPaths() {
    let x = x.values
    let weights = Tensor<Scalar>.normal(x.shape, using: &findings.random)
    let unrolled = derivatives(.unrolled, weights)
    let reference = run(.unrolled, from: x.variable())
    findings.compare(
      .gradientPaths, "the result of the recomputed path", run(.recomputed, from: x.variable()), to: reference,
      of: "the unrolled path", axes: tokenAxes)
    findings.compare(
      .gradientPaths, "the result of the detached path", run(.detached, from: x), to: reference,
      of: "the unrolled path", axes: tokenAxes)
    for ((name, expected), (_, found)) in zip(unrolled, derivatives(.recomputed, weights)) {
      findings.compare(
        .gradientPaths, "the derivative by \(name) on the recomputed path", found, to: expected,
        of: "the unrolled path", axes: axisNames(expected.shape))
    }
    for (name, found) in derivatives(.detached, weights) {
      let elements = found.elements
      findings.expectZero(
        .gradientPaths, "the derivative by \(name) on the detached path",
        elements.indices.map { (place($0, shape: found.shape, axes: axisNames(found.shape)), Double(elements[$0])) })
    }
    let copy = self
    findings.compareWithDifferences(
      .gradientPaths, "the derivative by tokens on the unrolled path", unrolled[0].1, at: x, axes: tokenAxes
    ) { (copy.run(.detached, from: $0) * weights).sum(axes: [1, 2]).elements.map(Double.init) }
  }

  mutating func checkThreads() {
    findings.check(.threads)
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let results = [1, 3].map { count in
      Parallelism.threadCount = count
      return run(.detached, from: x.values).elements
    }
    guard let position = results[0].indices.first(where: { results[0][$0] != results[1][$0] }) else { return }
    findings.report(
      .threads,
      "\(place(position, shape: x.values.shape, axes: tokenAxes)) is \(results[0][position]) with 1 thread and "
        + "\(results[1][position]) with 3")
  }

  // MARK: Examples, padding and order

  private var flags: [Bool] { x.mask?.isReal ?? [Bool](repeating: true, count: batch * tokenCount) }

  mutating func checkExamples() {
    guard batch > 1 else { return findings.skip(.independentExamples, "it takes two examples, not \(batch)") }
    guard descent.stop.dependsOnlyOnSteps else {
      return findings.skip(.independentExamples, "the stopping rule looks at the whole batch")
    }
    guard !descent.energy.dependencies.values.contains(where: { $0.shape.first == batch }) else {
      return findings.skip(.independentExamples, "the energy's tensors are made for \(batch) examples")
    }
    let together = descent.run(from: x).tokens.values
    let alone = (0..<batch).map { descent.run(from: x.examples($0..<$0 + 1)).tokens.values }
    findings.compare(
      .independentExamples, "the descent of all examples", together, to: .concatenated(alone, axis: 0),
      of: "that of examples one by one", axes: tokenAxes)
  }

  mutating func checkPadding() {
    var real = flags
    if !real.contains(false) { real[tokenCount - 1] = false }
    let mask = TokenMask(batch: batch, tokenCount: tokenCount, isReal: real)
    let column: Tensor<Scalar> = mask.tensor().reshaped([batch, tokenCount, 1])
    let starts = (0..<2).map { _ in
      let garbage = Tensor<Scalar>.normal(x.values.shape, standardDeviation: 3, using: &findings.random)
      return Tokens(x.values * column + garbage * (1 - column), mask: mask)
    }
    let ends = starts.map { descent.run(from: $0).tokens.values }
    findings.compare(
      .padding, "the descent with other values in padding", ends[1] * column, to: ends[0] * column,
      of: "that before", axes: tokenAxes)
    let moves = ((ends[0] - starts[0].values) * (1 - column)).elements
    findings.expectZero(
      .padding, "the move of padding",
      moves.indices.map { (place($0, shape: x.values.shape, axes: tokenAxes), Double(moves[$0])) })
  }

  mutating func checkTokenOrder() {
    if case .ordered = options.tokens { return findings.skip(.tokenOrder, "declared as ordered") }
    findings.check(.tokenOrder)
    let order = (0..<tokenCount).map { ($0 + 1) % tokenCount }
    let real = (0..<batch).flatMap { example in order.map { flags[example * tokenCount + $0] } }
    let mask = x.mask.map { TokenMask(batch: $0.batch, tokenCount: $0.tokenCount, isReal: real) }
    let moved = descent.run(from: Tokens(x.values.gathered(order, axis: 1), mask: mask)).tokens.values
    findings.compare(
      .tokenOrder, "the descent of tokens moved by one place", moved,
      to: descent.run(from: x).tokens.values.gathered(order, axis: 1), of: "the moved descent", axes: tokenAxes)
  }
}

extension StoppingRule {
  /// Whether the rule is nothing but a number of steps.
  fileprivate var dependsOnlyOnSteps: Bool { if case .after = self { true } else { false } }
}
