import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct DifferentiatedFormTests {
  @Test(
    "differentiating once and twice gives closed forms that obey all laws, of energies with and without their own"
  )
  func laws() {
    let g = AttentionCase(mask: .some).activations()
    let options = LawOptions(tokens: .ordered)
    let spring = EnergySumTests.Spring(stiffness: Tensor(0.3))
    let attention = AttentionCase(learnsBeta: true, bias: .additive, mask: .some).energy()
    for report in [
      EnergyLaws.check(DifferentiatedForm(spring), at: g, options: LawOptions(tokens: .independent)),
      EnergyLaws.check(DifferentiatedForm(attention), at: g, options: options),
      EnergyLaws.check(DifferentiatedForm(attention + spring), at: g, options: options),
    ] {
      #expect(report.isSatisfied, "\(report)")
      #expect(report.checked.contains(.closedForm))
    }
  }
}
