import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// The Lagrangian L = sum over tokens sqrt(1 + x²) · scale, right or broken in one way.
struct BrokenLagrangian: Lagrangian {
  enum Defect: CaseIterable {
    case none, oneRootForAllTokens, meanOverTokens, wrongActivation, notAGradient, concave, movesPadding
    case countsPadding, unvisitedParameter, scalarValue, leaksBetweenExamples, wrongTangent, wrongCurvature
  }
  typealias Scalar = Double
  var scale: Tensor<Double>
  let defect: Defect

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
    if defect != .unvisitedParameter { visit("scale", &scale) }
  }

  fileprivate func column(_ x: Tokens<Double>) -> Tensor<Double> {
    let shape = [x.values.shape[0], x.values.shape[1], 1]
    return x.mask.map { $0.tensor().reshaped(shape) } ?? .ones(shape)
  }

  func value(at x: Tokens<Double>) -> Tensor<Double> {
    let squares = (x.values * column(x)).squared().sum(axes: [-1], keepingDimensions: true)
    let roots = (squares + 1).squareRoot() * scale.reshaped([1, 1, 1])
    let sum = (defect == .countsPadding ? roots : roots * column(x)).sum(axes: [1, 2])
    switch defect {
    case .oneRootForAllTokens: return (squares.sum(axes: [1, 2]) + 1).squareRoot() * scale.reshaped([1])
    case .meanOverTokens: return sum / Double(x.values.shape[1])
    case .concave: return -sum
    case .scalarValue: return sum.sum()
    case .leaksBetweenExamples: return sum + sum.sum().reshaped([1]).repeated(to: sum.shape) * 0.1
    default: return sum
    }
  }

  func activations(at x: Tokens<Double>) -> Activations<Double> {
    var found = Activations(
      gradient(at: x.values) { value(at: Tokens($0, mask: x.mask)).sum() }, mask: x.mask)
    switch defect {
    case .wrongActivation: found.values = found.values * 1.01
    case .notAGradient: found.values = found.values + x.values.gathered([1, 2, 3, 4, 0], axis: 2) * column(x)
    case .movesPadding: found.values = found.values + 0.5 * (1 - column(x))
    default: break
    }
    return found
  }
}

extension BrokenLagrangian {
  func tangent(_ direction: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double> {
    let part =
      defect == .wrongTangent ? direction - direction.mean(axes: [-1], keepingDimensions: true) : direction
    return part * column(x)
  }

  func curvature(along gradient: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double>? {
    defect == .wrongCurvature ? Tensor(repeating: 0.3, shape: [1, 1, 1]) : nil
  }
}

struct LagrangianLawsTests {
  static let expectations: [(BrokenLagrangian.Defect, Set<Law>, [String])] = [
    (
      .oneRootForAllTokens, [.sumOfTokens, .independentTokens, .padding],
      [
        "the activation differs from that of tokens given one by one",
        "the value differs from the sum over tokens",
      ]
    ),
    (.meanOverTokens, [.sumOfTokens, .independentTokens], ["all by the factor 0.25"]),
    (
      .wrongActivation, [.activation, .legendre],
      ["the activation differs from the differentiated value in 40 of 40 numbers", "all by the factor 1.01"]
    ),
    (
      .notAGradient, [.activation, .hessian, .symmetricHessian, .legendre],
      ["is not the gradient of one function"]
    ),
    (.concave, [.semiDefiniteHessian], ["the smallest eigenvalue is -", "a descent along it would climb"]),
    (.movesPadding, [.padding], ["the activation of padding is not 0 at 5 elements"]),
    (.countsPadding, [.padding], ["the value of padding alone is not 0 at 2 elements"]),
    (.unvisitedParameter, [.visiting], ["the tensor property scale of shape []"]),
    (.scalarValue, [.oneNumberPerExample], ["shape [], not [2]"]),
    (.wrongTangent, [.tangent, .curvature], ["the change of activations along what is no tangent"]),
    (.wrongCurvature, [.curvature], ["the curvature says"]),
    (.leaksBetweenExamples, [.independentExamples, .legendre], ["that of examples given one by one"]),
  ]

  private func report(_ defect: BrokenLagrangian.Defect) -> LawReport {
    let lagrangian = BrokenLagrangian(scale: Tensor(1.3), defect: defect)
    return LagrangianLaws.check(lagrangian, at: Tokens(normalTensor([2, 4, 5], seed: 30)))
  }

  @Test("a Lagrangian that is right passes")
  func right() {
    let found = report(.none)
    #expect(found.isSatisfied && found.unchecked.isEmpty, "\(found)")
  }

  @Test("a defect is reported under its laws and in words that name it", arguments: expectations)
  func reported(defect: BrokenLagrangian.Defect, laws: Set<Law>, words: [String]) {
    let found = report(defect)
    #expect(Set(found.violations.map(\.law)) == laws, "\(defect): \(found)")
    for words in words { #expect(found.description.contains(words), "no '\(words)' in \(found)") }
  }

  @Test("every defect has its expectation")
  func complete() {
    #expect(Set(Self.expectations.map(\.0)).union([.none]) == Set(BrokenLagrangian.Defect.allCases))
  }

  @Test("eigenvalues of a symmetric matrix are those of its known spectrum")
  func eigenvalues() {
    // 2 on the diagonal and -1 beside it: 2 - 2 cos(k pi / 5).
    let rows = (0..<4).map { i in (0..<4).map { j in i == j ? 2.0 : (abs(i - j) == 1 ? -1.0 : 0.0) } }
    let golden = (1 + 5.0.squareRoot()) / 2
    let expected = [2 - golden, 3 - golden, 1 + golden, 2 + golden].sorted()
    for (a, b) in zip(symmetricEigenvalues(rows), expected) { #expect(abs(a - b) < 1e-13) }
  }
}
