import Dynamics
import Energies
import EnergyTesting
import Landscapes
import Tensors
import TestSupport
import Testing

/// Sound landscapes keep every law, and one that is broken in one way is reported under the laws of that way and no others.
struct LandscapeLawsTests {
  private let mask = TokenMask(lengths: [4, 2], tokenCount: 4)
  private let norm = LayerNormLagrangian<Double>(
    gamma: Tensor(1.4), delta: normalTensor([5], seed: 41) * 0.3, epsilon: 0)
  /// Holds the second token of every example.
  private let moves = Tensor<Double>(shape: [1, 4, 1], elements: [1, 0, 1, 1])

  private func energy(_ defect: BentEnergy.Defect = .none) -> BentEnergy {
    BentEnergy(weights: normalTensor([5, 5], seed: 40), defect: defect)
  }

  private func report<Norm: Lagrangian>(
    _ energy: BentEnergy, _ lagrangian: Norm, mask: TokenMask? = nil, includesNeuronEnergy: Bool = false,
    moves: Tensor<Double>? = nil
  ) -> LawReport where Norm.Scalar == Double {
    LandscapeLaws.check(
      EnergyLandscape(
        of: energy, lagrangian: lagrangian, includesNeuronEnergy: includesNeuronEnergy, moves: moves),
      at: Tokens(normalTensor([2, 4, 5], seed: 42), mask: mask))
  }

  private func laws(_ report: LawReport) -> Set<Law> { Set(report.violations.map(\.law)) }

  @Test(
    "landscapes on flat and bent sets keep every law, with padding, held tokens and the neurons' own energy")
  func sound() {
    let lagrangians: [any Lagrangian<Double>] = [
      norm, SoftmaxLagrangian<Double>(beta: 1.2), TanhLagrangian<Double>(beta: 0.8),
      IdentityLagrangian<Double>(),
      SphericalNormLagrangian<Double>(gamma: Tensor(1.3), delta: normalTensor([5], seed: 43), epsilon: 0),
    ]
    for lagrangian in lagrangians {
      for includesNeuronEnergy in [false, true] {
        for moves in [nil, moves] {
          let report = report(
            energy(), lagrangian, mask: moves == nil ? nil : mask, includesNeuronEnergy: includesNeuronEnergy,
            moves: moves)
          #expect(report.isSatisfied && report.unchecked.isEmpty, "\(type(of: lagrangian)): \(report)")
          #expect(report.checked.contains(.held) == (moves != nil))
          #expect(
            Set(report.checked).isSuperset(of: [
              .independentExamples, .padding, .tangent, .gradient, .hessian, .symmetricHessian, .projection,
              .eigenvalues,
            ]))
        }
      }
    }
  }

  @Test("the landscape of a layered network with a clamped layer keeps every law")
  func layered() {
    var network = LayeredNetwork<Double>([
      NeuronLayer("low", shape: [2, 3], lagrangian: IdentityLagrangian()),
      NeuronLayer("middle", shape: [4], lagrangian: TanhLagrangian(beta: 1.3)),
      NeuronLayer("high", shape: [5], lagrangian: SoftmaxLagrangian(beta: 0.7)),
    ])
    network.connect("low", "middle", by: DenseSynapse(weight: normalTensor([4, 6], seed: 44)))
    network.connect("middle", "high", by: DenseSynapse(weight: normalTensor([5, 4], seed: 45)))
    let descent = EnergyDescent(
      of: network, clamping: ["low"], stepSize: .constant(0.1), stop: .after(steps: 1))
    let report = LandscapeLaws.check(
      EnergyLandscape(of: descent), at: Tokens(normalTensor([2, 1, 15], seed: 46)))
    #expect(report.isSatisfied && report.checked.contains(.held), "\(report)")
  }

  static let energies: [(BentEnergy.Defect, Set<Law>, [String])] = [
    (.halfGradient, [.gradient, .hessian], ["⟨r, dg/dt⟩ along a curve differs", "all by the factor 0.5"]),
    (
      .asymmetricHessian, [.hessian, .symmetricHessian],
      ["⟨u, A v⟩ differs from ⟨A u, v⟩", "for the residual along a curve, differs"]
    ),
    (
      .doubledHessian, [.hessian],
      ["for the residual along a curve, differs", "for F less its slope along a curve, differs"]
    ),
    (
      .leaksBetweenExamples, [.independentExamples],
      ["the energy of example 0 when other examples change", "not checked: the Hessian is symmetric"]
    ),
  ]

  @Test("an energy that is broken is reported under its laws", arguments: energies)
  func brokenEnergies(defect: BentEnergy.Defect, expected: Set<Law>, words: [String]) {
    // Linear neurons, so that nothing but the energy decides.
    let report = report(energy(defect), IdentityLagrangian<Double>(), mask: mask)
    #expect(laws(report) == expected, "\(report)")
    for words in words { #expect(report.description.contains(words), "no '\(words)' in \(report)") }
  }

  @Test("every defect of an energy has its expectation")
  func complete() {
    #expect(
      Set(Self.energies.map(\.0)).union([.none, .readsPadding]) == Set(BentEnergy.Defect.allCases))
  }

  @Test("an energy that reads padding is reported, where the neurons leave something there")
  func padding() {
    let report = report(energy(.readsPadding), UnmaskedNeurons(), mask: mask)
    #expect(laws(report) == [.padding], "\(report)")
    #expect(report.description.contains("the energy with other values in padding"))
  }

  @Test("a softmax whose tangents keep the mean is reported")
  func mean() {
    let report = report(energy(), SoftmaxWithMean())
    #expect(laws(report) == [.tangent], "\(report)")
    #expect(report.description.contains("along the move for a tangent"))
  }

  @Test("a sphere that is called flat is reported")
  func flat() {
    let report = report(energy(), FlatSphere(), mask: mask)
    #expect(laws(report) == [.hessian], "\(report)")
  }

  @Test("activations of held tokens that move with others are reported")
  func held() {
    let report = report(energy(), CoupledTokens(), moves: moves)
    #expect(laws(report) == [.held], "\(report)")
    #expect(report.description.contains("what moving tokens change of the activations of held ones"))
  }

  static let operators: [(BrokenOperator.Defect, Set<Law>)] = [
    (.none, []), (.asymmetric, [.symmetricHessian]), (.mixesExamples, [.independentExamples]),
    (.halfProjection, [.projection]), (.doesNotCommute, [.projection]),
    (.wrongForUnitVectors, [.eigenvalues]),
  ]

  @Test(
    "an operator is reported under the law that it breaks, and one that is right under none",
    arguments: operators)
  func brokenOperators(defect: BrokenOperator.Defect, expected: Set<Law>) {
    let report = LandscapeLaws.check(BrokenOperator(defect, numbers: normalTensor([72], seed: 47).elements))
    #expect(laws(report) == expected, "\(report)")
    #expect(Set(Self.operators.map(\.0)) == Set(BrokenOperator.Defect.allCases))
    if defect == .none { #expect(report.checked.contains(.eigenvalues) && report.unchecked.isEmpty) }
    if defect == .wrongForUnitVectors {
      #expect(report.description.contains("the smallest eigenvalue of example 0 is"))
    }
  }
}
