import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Every law must be able to fail: an energy broken on purpose, the laws that must be reported, and words of
/// the report.
struct EnergyLawsTests {
  struct Expectation: CustomTestStringConvertible, Sendable {
    let defect: BrokenEnergy.Defect
    let laws: Set<Law>
    let words: [String]
    var testDescription: String { "\(defect)" }
  }

  static let expectations = [
    Expectation(defect: .meanOverBatch, laws: [.oneNumberPerExample], words: ["shape [], not [2]"]),
    Expectation(
      defect: .meanOverTokens, laws: [.padding],
      words: ["with 2 padding tokens behind the tokens differs", "all by the factor 0.66667"]),
    Expectation(
      defect: .leaksBetweenExamples, laws: [.independentExamples],
      words: ["the energy of example 0 when other examples change", "in a batch of its own"]),
    Expectation(defect: .notFinite, laws: [.finite], words: ["the energy is", "at example 0"]),
    Expectation(
      defect: .ordersTokens, laws: [.tokenOrder],
      words: ["the energy of tokens moved by one position differs"]),
    Expectation(
      defect: .ignoresPadding, laws: [.padding],
      words: [
        "the energy with other values in padding", "the gradient of padding is not 0 at 5 elements",
        "g.realValues are the activations with padding set to zero", "g.masking(…)", "g.mask says where",
      ]),
    Expectation(
      defect: .masksKeysOnly, laws: [.padding],
      words: ["the energy with other values in padding", "the gradient of padding is not 0 at 5 elements"]),
    Expectation(
      defect: .detachedTerm, laws: [.gradient],
      words: ["the gradient differs from central differences", "component"]),
    Expectation(
      defect: .wrongClosedEnergy, laws: [.closedForm, .sumOfParts],
      words: ["the closed-form energy differs from the energy", "all by the factor 2.0"]),
    Expectation(
      defect: .halfGradient, laws: [.closedForm, .padding],
      words: ["the closed-form gradient differs from differentiation in 40 of 40", "all by the factor 0.5"]),
    Expectation(
      defect: .missingSecondTerm, laws: [.closedForm, .symmetricHessian, .padding],
      words: ["the gradient is not the derivative of one energy", "by central differences, <u, Hv> is"]),
    Expectation(
      defect: .asymmetricHessian, laws: [.closedForm, .symmetricHessian],
      words: ["of the closed form, <u, Hv> is", "the closed-form Hessian-vector product differs"]),
    Expectation(
      defect: .doubledHessian, laws: [.closedForm],
      words: ["the closed-form Hessian-vector product differs from differentiation", "factor 2.0"]),
    Expectation(
      defect: .wrongMixedDerivative, laws: [.closedForm],
      words: ["the closed-form mixed derivative by weights differs"]),
    Expectation(
      defect: .missingDerivative, laws: [.closedForm],
      words: ["gradientPullback returns 0 derivatives for 1 parameters"]),
    Expectation(
      defect: .unvisitedParameter, laws: [.visiting],
      words: ["the tensor property forgotten of shape [] is visited neither"]),
    Expectation(
      defect: .visitedTwice, laws: [.visiting], words: ["weights and same are visits of the same tensor"]),
    Expectation(
      defect: .lostParameter, laws: [.visiting], words: ["what the visit of weights is given is lost"]),
    Expectation(defect: .repeatedPartName, laws: [.sumOfParts], words: ["repeats a name"]),
    Expectation(
      defect: .partsDoNotSum, laws: [.sumOfParts], words: ["the sum of the energy by part differs"]),
  ]

  private func report(
    _ defect: BrokenEnergy.Defect, options: LawOptions = LawOptions(constants: []), mask: TokenMask? = nil
  ) -> LawReport {
    let energy = BrokenEnergy(weights: normalTensor([5, 5], seed: 20), defect)
    return EnergyLaws.check(
      energy, at: Activations(normalTensor([2, 4, 5], seed: 21), mask: mask), options: options)
  }

  @Test("an energy that is right passes, with and without padding")
  func right() {
    for mask in [nil, TokenMask(lengths: [4, 2], tokenCount: 4)] {
      let report = report(.none, mask: mask)
      #expect(report.isSatisfied && report.unchecked.isEmpty, "\(report)")
      #expect(report.checked.count >= 11, "\(report.checked)")
    }
  }

  @Test("every defect has its expectation")
  func complete() {
    #expect(Set(Self.expectations.map(\.defect)).union([.none]) == Set(BrokenEnergy.Defect.allCases))
  }

  @Test("a defect is reported under its laws and in words that name it", arguments: expectations)
  func reported(expectation: Expectation) {
    let report = report(expectation.defect)
    #expect(Set(report.violations.map(\.law)) == expectation.laws, "\(report)")
    for words in expectation.words {
      #expect(report.description.contains(words), "no '\(words)' in \(report)")
    }
  }

  @Test("a declaration that does not hold is reported")
  func declarations() {
    let ordered = report(.none, options: LawOptions(tokens: .ordered))
    #expect(ordered.violations.map(\.law) == [.tokenOrder], "\(ordered)")
    #expect(ordered.description.contains("declared as ordered"))
    let independent = report(.none, options: LawOptions(tokens: .independent))
    #expect(Set(independent.violations.map(\.law)) == [.sumOfTokens], "\(independent)")
    let known = report(.unvisitedParameter, options: LawOptions(constants: ["forgotten"]))
    #expect(known.isSatisfied, "\(known)")
  }

  @Test("a law that samples cannot show is named as not checked")
  func unchecked() {
    let energy = BrokenEnergy(weights: normalTensor([5, 5], seed: 20), .none)
    let report = EnergyLaws.check(energy, at: Activations(normalTensor([1, 4, 5], seed: 21)))
    #expect(report.unchecked.map(\.law) == [.independentExamples])
    #expect(report.description.contains("it takes two examples, not 1"))
  }

  @Test("the same seed gives the same report")
  func repeatable() {
    #expect(report(.halfGradient).violations == report(.halfGradient).violations)
  }
}
