import EnergyTesting
import Tensors
import TestSupport
import Testing

/// The laws of models find what a model forgets.
struct ModelLawsTests {
  enum Fault { case none, forgotten, twice, lost, nothing }

  struct Model: Parameterized {
    var weights: Tensor<Double> = normalTensor([3, 4], seed: 1)
    var parts: [Part] = [Part(), Part()]
    var offset: Tensor<Double>? = normalTensor([4], seed: 2)
    var fault = Fault.none

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      if fault == .nothing { return }
      visit("weights", &weights)
      if fault == .twice { visit("weights", &weights) }
      visit("parts", &parts)
      if fault == .forgotten { return }
      if fault == .lost {
        var copy = offset
        visit("offset", &copy)
      } else {
        visit("offset", &offset)
      }
    }
  }

  struct Part: Parameterized {
    var gain: Tensor<Double> = normalTensor([2], seed: 3)

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) { visit("gain", &gain) }
  }

  private func violations(_ fault: Fault, constants: Set<String> = []) -> String {
    var model = Model()
    model.fault = fault
    return "\(ModelLaws.check(model, options: LawOptions(constants: constants)).violations)"
  }

  @Test("a model whose tensors are all visited obeys them, also after a round trip through a file")
  func sound() {
    let report = ModelLaws.check(Model())
    #expect(report.isSatisfied && report.checked == [.visiting, .file], "\(report)")
  }

  @Test(
    "a tensor that is forgotten, visited twice or not written back is named, and so is a model that visits none"
  )
  func faults() {
    #expect(violations(.forgotten).contains("offset of shape [4]"))
    #expect(violations(.twice).contains("two tensors are visited under the name weights"))
    #expect(violations(.lost).contains("what the visit of offset is given is lost"))
    #expect(violations(.nothing).contains("no parameter is visited"))
    #expect(violations(.forgotten, constants: ["offset"]) == "[]")
  }
}
