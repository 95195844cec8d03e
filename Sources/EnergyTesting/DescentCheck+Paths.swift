import Dynamics
import Energies
import Tensors

/// Gradient paths, threads, and what a descent does to examples, padding and order.
extension DescentCheck {
  /// The tokens, the energy's parameters and context, and the Lagrangian's parameters, with their names.
  private var inputs: [(name: String, value: Tensor<Scalar>)] {
    let (energy, lagrangian) = (descent.energy.dependencies, descent.lagrangian.parameters)
    let names = ["tokens"] + energy.names + lagrangian.names.map { "lagrangian.\($0)" }
    return zip(names, [x.values] + energy.values + lagrangian.values).map { (name: $0, value: $1) }
  }

  /// The last tokens, from other inputs.
  private func run(_ path: GradientPath, from inputs: [Tensor<Scalar>]) -> Tensor<Scalar> {
    var copy = descent
    copy.gradientPath = path
    let names = descent.lagrangian.parameters.names
    copy.energy = descent.energy.replacing(inputs.dropFirst().dropLast(names.count))
    copy.lagrangian = descent.lagrangian.with(
      ParameterValues(names: names, values: Array(inputs.suffix(names.count))))
    return copy.run(from: Tokens(inputs[0], mask: x.mask)).tokens.values
  }

  /// The derivatives of <w, x_T> by all inputs.
  private func derivatives(_ path: GradientPath, _ weights: Tensor<Scalar>) -> [(String, Tensor<Scalar>)] {
    let found = valueWithGradients(at: inputs.map(\.value)) { (run(path, from: $0) * weights).sum() }
      .gradients
    return Array(zip(inputs.map(\.name), found))
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
      .gradientPaths, "the result of the recomputed path", run(.recomputed, from: x.variable()),
      to: reference,
      of: "the unrolled path", axes: tokenAxes)
    findings.compare(
      .gradientPaths, "the result of the detached path", run(.detached, from: x), to: reference,
      of: "the unrolled path", axes: tokenAxes)
    for (path, label) in [(GradientPath.recomputed, "recomputed"), (.automatic, "automatic")] {
      for ((name, expected), (_, found)) in zip(unrolled, derivatives(path, weights)) {
        findings.compare(
          .gradientPaths, "the derivative by \(name) on the \(label) path", found, to: expected,
          of: "the unrolled path", axes: axisNames(expected.shape))
      }
    }
    for (name, found) in derivatives(.detached, weights) {
      let elements = found.elements
      findings.expectZero(
        .gradientPaths, "the derivative by \(name) on the detached path",
        elements.indices.map {
          (positionWords($0, shape: found.shape, axes: axisNames(found.shape)), Double(elements[$0]))
        })
    }
    compareWithDifferences(unrolled, weights)
  }

  private mutating func compareWithDifferences(
    _ derivatives: [(String, Tensor<Scalar>)], _ weights: Tensor<Scalar>
  ) {
    let (copy, points) = (self, inputs.map(\.value))
    for (index, (name, found)) in derivatives.enumerated() {
      findings.compareWithDifferences(
        .gradientPaths, "the derivative by \(name) on the unrolled path", found, at: points[index],
        axes: index == 0 ? tokenAxes : axisNames(found.shape),
        skippingZeros: options.switchesAtZero.contains(name)
      ) { moved in
        var all = points
        all[index] = moved
        return (copy.run(.detached, from: all) * weights).sum(axes: [1, 2]).elements.map(Double.init)
      }
    }
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
      "\(positionWords(position, shape: x.values.shape, axes: tokenAxes)) is \(results[0][position]) with "
        + "1 thread and \(results[1][position]) with 3")
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
    let alone = (0..<batch).map { descent.run(from: x.examples($0..<$0 + 1)) }
    // A run may work on pieces of the batch; steps by hand move all examples at once.
    var together = descent.start(from: x)
    for _ in 0..<alone[0].steps { descent.step(&together) }
    findings.compare(
      .independentExamples, "the descent of all examples", together.tokens.values,
      to: .concatenated(alone.map(\.tokens.values), axis: 0), of: "that of examples one by one",
      axes: tokenAxes)
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
    let displacements = ((ends[0] - starts[0].values) * (1 - column)).elements
    findings.expectZero(
      .padding, "the displacement of padding",
      displacements.indices.map {
        (positionWords($0, shape: x.values.shape, axes: tokenAxes), Double(displacements[$0]))
      })
  }

  /// Two tokens of padding behind the others change nothing.
  mutating func checkAddedPadding() {
    guard
      options.takesAnyTokenCount ?? !descent.energy.dependencies.values.contains(where: {
        $0.shape.contains(tokenCount)
      })
    else {
      return findings.skip(
        .padding, "padding is not added, since the energy is made for \(tokenCount) tokens")
    }
    let garbage = Tensor<Scalar>.normal([batch, 2, dimension], standardDeviation: 3, using: &findings.random)
    let real = (0..<batch).flatMap { flags[$0 * tokenCount..<($0 + 1) * tokenCount] + [false, false] }
    let padded = Tokens(
      .concatenated([x.values, garbage], axis: 1),
      mask: TokenMask(batch: batch, tokenCount: tokenCount + 2, isReal: real))
    findings.compare(
      .padding, "the descent with 2 padding tokens behind the tokens",
      descent.run(from: padded).tokens.values.sliced(axis: 1, 0..<tokenCount),
      to: descent.run(from: x).tokens.values, of: "that without", axes: tokenAxes)
  }

  mutating func checkTokenOrder() {
    if case .ordered = options.tokens { return findings.skip(.tokenOrder, "declared as ordered") }
    findings.check(.tokenOrder)
    let order = (0..<tokenCount).map { ($0 + 1) % tokenCount }
    let real = (0..<batch).flatMap { example in order.map { flags[example * tokenCount + $0] } }
    let mask = x.mask.map { TokenMask(batch: $0.batch, tokenCount: $0.tokenCount, isReal: real) }
    let moved = descent.run(from: Tokens(x.values.gathered(order, axis: 1), mask: mask)).tokens.values
    findings.compare(
      .tokenOrder, "the descent of tokens moved by one position", moved,
      to: descent.run(from: x).tokens.values.gathered(order, axis: 1), of: "the moved descent",
      axes: tokenAxes)
  }
}

extension StoppingRule {
  /// Whether the rule is nothing but a number of steps.
  fileprivate var dependsOnlyOnSteps: Bool { if case .after = self { true } else { false } }
}
