import EnergyTesting
import EnergyTransformer

/// A block against the laws of energies, Lagrangians and descents.
func checkBlock() -> [LawReport] {
  var random = RandomStream(seed: 12)
  let block = EnergyTransformerBlock<Double>(
    .learning(dimension: 7, headCount: 2, keySize: 3, memoryCount: 11), using: &random)
  let x = Tokens<Double>(.normal([2, 4, 7], using: &random))
  let descent = EnergyDescent(
    of: block.energy, lagrangian: block.norm, stepSize: .constant(0.1), stop: .after(steps: 3))
  let reports = [
    EnergyLaws.check(
      block.energy, at: block.norm.activations(at: x), options: LawOptions(constants: ["beta"])),
    LagrangianLaws.check(block.norm, at: x),
    DescentLaws.check(descent, from: x),
  ]
  return reports
}
