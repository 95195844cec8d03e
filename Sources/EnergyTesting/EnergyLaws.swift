public import Energies
public import Tensors

/// Checks an energy against the laws of energies.
///
/// Values: one number per example, finite, of this example alone; parts that sum to it; padding that changes
/// nothing; order of tokens as declared. Derivatives: differentiation against central differences, closed
/// forms against differentiation, first and second, by activations, parameters and context. Every tensor
/// visited once. Of an energy that holds contexts (`TokenwiseEnergy`): its gradient is that of each token's own energy, which
/// depends on no other token that moves.
///
///     let report = EnergyLaws.check(MyEnergy(weights: weights), at: Activations(values))
///     #expect(report.isSatisfied, "\(report)")
public enum EnergyLaws {
  /// Checks an energy at some activations.
  ///
  /// - Parameters:
  ///   - energy: The energy, built in or one's own.
  ///   - g: Activations that it is meant for; two or more examples, three or more tokens, all sizes
  ///     different.
  ///   - options: What is declared of the energy, and tolerances.
  /// - Cost: A few hundred evaluations of the energy for each tensor it holds; made for small sizes, in
  ///   double precision.
  public static func check<Function: Energy>(
    _ energy: Function, at g: Activations<Function.Scalar>, options: LawOptions = LawOptions()
  ) -> LawReport {
    var check = EnergyCheck(energy: energy, g: g, options: options)
    check.run()
    return check.findings.report(on: energy.name)
  }
}

/// The checks of one energy at some activations.
struct EnergyCheck<Function: Energy> {
  typealias Scalar = Function.Scalar
  let energy: Function
  let closed: (any ClosedFormEnergy<Scalar>)?
  let g: Activations<Scalar>
  let options: LawOptions
  /// Parameters, then context.
  var dependencies: [(name: String, value: Tensor<Scalar>)] = []
  var findings: Findings<Scalar>

  init(energy: Function, g: Activations<Scalar>, options: LawOptions) {
    self.energy = energy
    self.g = g
    self.options = options
    closed = energy.closedForm
    findings = Findings(options)
    findings.remedies[.padding] =
      "g.realValues are the activations with padding set to zero, g.masking(…) leaves out what it adds, "
      + "g.mask says where it is"
    var copy = energy
    var found: [(name: String, value: Tensor<Scalar>)] = []
    copy.visitDependencies(ParameterVisitor { found.append(($0, $1)) })
    dependencies = found
  }

  /// The energy by tokens, where it holds contexts.
  var heldByToken: (any TokenwiseEnergy<Scalar>)? { energy.heldByToken }

  var batch: Int { g.values.shape[0] }
  var tokenCount: Int { g.values.shape[1] }
  var dimension: Int { g.values.shape[2] }

  mutating func run() {
    guard checkValues() else { return }
    checkParts()
    let visitsAreSound = checkVisits()
    checkExamples()
    checkPadding()
    checkTokenOrder()
    checkGradient()
    checkHessian()
    // Derivatives by parameters need visits that name each once and write back.
    if visitsAreSound { checkDependencies() }
  }

  /// The energy of each example, as numbers.
  func energies(_ energy: Function, _ g: Activations<Scalar>) -> [Double] {
    energy.energy(at: g).elements.map(Double.init)
  }

  func gradient(_ g: Activations<Scalar>) -> Tensor<Scalar> { energy.differentiatedGradient(at: g) }

  /// Normal numbers of the shape of the activations.
  mutating func randomValues(_ shape: [Int]? = nil, scale: Double = 1) -> Tensor<Scalar> {
    .normal(shape ?? g.values.shape, standardDeviation: scale, using: &findings.random)
  }

  // MARK: Values

  private mutating func checkValues() -> Bool {
    findings.check(.oneNumberPerExample)
    let values = energy.energy(at: g)
    guard values.shape == [batch] else {
      findings.report(
        .oneNumberPerExample, "the energy has shape \(values.shape), not [\(batch)], the number of examples")
      return false
    }
    findings.check(.finite)
    let gradient = gradient(g)
    for (what, tensor, axes) in [("the energy", values, ["example"]), ("the gradient", gradient, tokenAxes)] {
      guard let position = tensor.elements.firstIndex(where: { !$0.isFinite }) else { continue }
      let words = positionWords(position, shape: tensor.shape, axes: axes)
      findings.report(.finite, "\(what) is \(tensor.elements[position]) at \(words)")
      return false
    }
    return true
  }

  private mutating func checkParts() {
    checkParts("the energy by part", energy.energyByPart(at: g))
    guard let closed else { return }
    let found = closed.energyAndGradient(at: g)
    checkParts("the energy by part of the closed form", found.energy)
    let names = (energy.energyByPart(at: g).parts.map(\.name), found.energy.parts.map(\.name))
    if names.0 != names.1 {
      findings.report(.sumOfParts, "the parts are named \(names.0), those of the closed form \(names.1)")
    }
  }

  private mutating func checkParts(_ what: String, _ found: EnergyByPart<Scalar>) {
    let names = found.parts.map(\.name)
    if Set(names).count != names.count { findings.report(.sumOfParts, "\(what) repeats a name: \(names)") }
    for part in found.parts where part.energy.shape != [batch] {
      return findings.report(.sumOfParts, "\(what): part \(part.name) has shape \(part.energy.shape)")
    }
    findings.compare(
      .sumOfParts, "the sum of \(what)", found.total, to: energy.energy(at: g), of: "the energy",
      axes: ["example"])
  }

  private mutating func checkVisits() -> Bool {
    findings.check(.visiting)
    let visits = TensorVisits<Scalar>(energy, constants: options.constants) { $0.visitDependencies($1) }
    for problem in visits.problems { findings.report(.visiting, problem) }
    return visits.areSound
  }

  // MARK: Examples

  private mutating func checkExamples() {
    guard batch > 1 else { return findings.skip(.independentExamples, "it takes two examples, not \(batch)") }
    findings.check(.independentExamples)
    let (before, slopes) = (energy.energy(at: g), gradient(g))
    for example in 0..<batch {
      // The example stays; all others get other values.
      let kept = g.values.sliced(axis: 0, example..<example + 1)
      let others = randomValues([batch, tokenCount, dimension])
      let parts = (0..<batch).map { $0 == example ? kept : others.sliced(axis: 0, $0..<$0 + 1) }
      let changed = g.with(.concatenated(parts, axis: 0))
      compareExample(
        example, "when other examples change", energy.energy(at: changed), to: before, ["example"])
      compareExample(example, "when other examples change", gradient(changed), to: slopes, tokenAxes)
    }
    guard !dependencies.contains(where: { $0.value.shape.first == batch }) else { return }
    for example in 0..<batch {
      let alone = Activations(
        g.values.sliced(axis: 0, example..<example + 1), mask: g.mask?.examples(example..<example + 1))
      findings.compare(
        .independentExamples, "the energy of example \(example) in a batch of its own",
        energy.energy(at: alone),
        to: before.sliced(axis: 0, example..<example + 1), of: "that among others", axes: ["example"])
    }
  }

  private mutating func compareExample(
    _ example: Int, _ occasion: String, _ found: Tensor<Scalar>, to expected: Tensor<Scalar>, _ axes: [String]
  ) {
    let what = axes.count == 1 ? "energy" : "gradient"
    let (range, size) = (example..<example + 1, magnitude(expected.elements.map(Double.init)))
    findings.compare(
      .independentExamples, "the \(what) of example \(example) \(occasion)", found.sliced(axis: 0, range),
      to: expected.sliced(axis: 0, range), of: "that before", axes: ["its row"] + axes.dropFirst(),
      scale: size)
  }
}
