import Energies
import Tensors

/// Padding, and the order of tokens.
extension EnergyCheck {
  /// Whether other numbers of tokens may be given to the energy.
  private var takesAnyTokenCount: Bool {
    options.takesAnyTokenCount ?? !dependencies.contains { $0.value.shape.contains(tokenCount) }
  }

  /// Whether each token is real, example by example.
  private var flags: [Bool] { g.mask?.isReal ?? [Bool](repeating: true, count: batch * tokenCount) }

  mutating func checkPadding() {
    findings.check(.padding)
    checkValuesOfPadding()
    guard takesAnyTokenCount else {
      return findings.skip(
        .padding, "padding is not added, since the energy is made for \(tokenCount) tokens")
    }
    checkAddedPadding(before: tokenCount, "behind the tokens")
    if case .ordered = options.tokens { return }
    checkAddedPadding(before: 1, "behind the first token")
  }

  /// What padding holds does not matter, and it has no gradient.
  private mutating func checkValuesOfPadding() {
    var real = flags
    if !real.contains(false) { real[tokenCount - 1] = false }
    let mask = TokenMask(batch: batch, tokenCount: tokenCount, isReal: real)
    let column: Tensor<Scalar> = mask.tensor().reshaped([batch, tokenCount, 1])
    let filled = (0..<2).map { _ in
      Activations(g.values * column + randomValues(scale: 3) * (1 - column), mask: mask)
    }
    findings.compare(
      .padding, "the energy with other values in padding", energy.energy(at: filled[1]),
      to: energy.energy(at: filled[0]), of: "that before", axes: ["example"])
    let gradients = filled.map(gradient)
    findings.compare(
      .padding, "the gradient with other values in padding", gradients[1], to: gradients[0],
      of: "that before",
      axes: tokenAxes)
    expectZeroAtPadding("the gradient of padding", gradients[0], real)
    guard let closed else { return }
    let pair = filled.map { closed.energyAndGradient(at: $0) }
    findings.compare(
      .padding, "the closed-form energy with other values in padding", pair[1].energy.total,
      to: pair[0].energy.total, of: "that before", axes: ["example"])
    findings.compare(
      .padding, "the closed-form gradient with other values in padding", pair[1].gradient,
      to: pair[0].gradient, of: "that before", axes: tokenAxes)
    expectZeroAtPadding("the closed-form gradient of padding", pair[0].gradient, real)
    checkPullbackOfPadding(closed, filled, column, real)
  }

  private mutating func checkPullbackOfPadding(
    _ closed: any ClosedFormEnergy<Scalar>, _ filled: [Activations<Scalar>], _ column: Tensor<Scalar>,
    _ real: [Bool]
  ) {
    let direction = randomValues() * column
    let results = filled.map { closed.gradientPullback(at: $0, direction: direction) }
    findings.compare(
      .padding, "the closed-form Hessian-vector product with other values in padding",
      results[1].hessianVectorProduct, to: results[0].hessianVectorProduct, of: "that before", axes: tokenAxes
    )
    expectZeroAtPadding(
      "the closed-form Hessian-vector product at padding", results[0].hessianVectorProduct, real)
    for (index, pair) in zip(results[0].dependencies, results[1].dependencies).enumerated() {
      let name = index < dependencies.count ? dependencies[index].name : "number \(index)"
      findings.compare(
        .padding, "the closed-form mixed derivative by \(name) with other values in padding", pair.1,
        to: pair.0, of: "that before", axes: axisNames(pair.0.shape))
    }
  }

  private mutating func expectZeroAtPadding(_ what: String, _ values: Tensor<Scalar>, _ isReal: [Bool]) {
    guard values.shape == g.values.shape else { return }
    let elements = values.elements
    let found = elements.indices.filter { !isReal[$0 / dimension] }.map {
      (position: positionWords($0, shape: values.shape, axes: tokenAxes), value: Double(elements[$0]))
    }
    findings.expectZero(.padding, what, found)
  }

  /// Two more tokens that are padding change neither the energy nor the gradient of the others.
  private mutating func checkAddedPadding(before position: Int, _ words: String) {
    let added = 2
    let garbage = randomValues([batch, added, dimension], scale: 3)
    let (head, tail) = (0..<position, position..<tokenCount)
    let parts = [g.values.sliced(axis: 1, head), garbage, g.values.sliced(axis: 1, tail)]
    let real = (0..<batch).flatMap { example in
      let row = Array(flags[example * tokenCount..<(example + 1) * tokenCount])
      return Array(row[head]) + [Bool](repeating: false, count: added) + Array(row[tail])
    }
    let mask = TokenMask(batch: batch, tokenCount: tokenCount + added, isReal: real)
    let padded = Activations(.concatenated(parts.filter { $0.count > 0 }, axis: 1), mask: mask)
    findings.compare(
      .padding, "the energy with \(added) padding tokens \(words)", energy.energy(at: padded),
      to: energy.energy(at: g), of: "that without", axes: ["example"])
    let found = closed?.energyAndGradient(at: padded).gradient ?? gradient(padded)
    let kept = Tensor.concatenated(
      [found.sliced(axis: 1, head), found.sliced(axis: 1, position + added..<tokenCount + added)]
        .filter { $0.count > 0 }, axis: 1)
    findings.compare(
      .padding, "the gradient with \(added) padding tokens \(words)", g.masking(kept),
      to: g.masking(gradient(g)), of: "that without", axes: tokenAxes)
  }

  mutating func checkTokenOrder() {
    guard tokenCount > 1 else { return findings.skip(.tokenOrder, "it takes two tokens") }
    findings.check(.tokenOrder)
    // Every token moves by one position.
    let order = (0..<tokenCount).map { ($0 + 1) % tokenCount }
    let real = (0..<batch).flatMap { example in order.map { flags[example * tokenCount + $0] } }
    let mask = g.mask.map { TokenMask(batch: $0.batch, tokenCount: $0.tokenCount, isReal: real) }
    let moved = Activations(g.values.gathered(order, axis: 1), mask: mask)
    let (found, expected) = (energy.energy(at: moved), energy.energy(at: g))
    if case .ordered = options.tokens {
      let changes = zip(found.elements, expected.elements).map { Double(abs($0 - $1)) }
      if magnitude(changes) <= findings.tolerance * max(1e-3, magnitude(expected.elements.map(Double.init))) {
        findings.report(
          .tokenOrder, "declared as ordered, but moving every token by one position changes no energy")
      }
      return
    }
    findings.compare(
      .tokenOrder, "the energy of tokens moved by one position", found, to: expected, of: "that before",
      axes: ["example"])
    findings.compare(
      .tokenOrder, "the gradient of tokens moved by one position", gradient(moved),
      to: gradient(g).gathered(order, axis: 1), of: "the moved gradient", axes: tokenAxes)
    if case .independent = options.tokens { checkSumOfTokens() }
  }

  private mutating func checkSumOfTokens() {
    var sum = Tensor<Scalar>.zeros([batch])
    for token in 0..<tokenCount {
      let isReal = (0..<batch).map { flags[$0 * tokenCount + token] }
      let alone = Activations(
        g.values.sliced(axis: 1, token..<token + 1),
        mask: TokenMask(batch: batch, tokenCount: 1, isReal: isReal))
      sum = sum + energy.energy(at: alone)
    }
    findings.compare(
      .sumOfTokens, "the energy", energy.energy(at: g), to: sum, of: "the sum over tokens given one by one",
      axes: ["example"])
  }
}
