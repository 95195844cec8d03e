import ArrayFiles
import Dynamics
import Energies
import Foundation
import Foundations
import Tensors
import TestSupport
import Testing

/// Blocks whose states, energies and gradients were computed elsewhere in double precision.
struct ReferenceBlock<Scalar: TensorScalar> {
  let file: SafetensorsFile
  let steps: Int, stepSize: Double
  let energy: EnergySum<Scalar>
  let norm: LayerNormLagrangian<Scalar>

  init(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Fixtures"))
    let file = try SafetensorsFile.read(path: url.path)
    self.file = file
    steps = try #require(file.metadata["steps"].flatMap(Int.init))
    stepSize = try #require(file.metadata["alpha"].flatMap(Double.init))
    func read(_ name: String) throws -> Tensor<Scalar> { try Tensor(file.array(named: name)) }
    energy =
      AttentionEnergy(queryWeights: try read("Wq"), keyWeights: try read("Wk"))
      + HopfieldEnergy(memories: try read("Xi"))
    norm = LayerNormLagrangian(gamma: try read("gamma").reshaped([]), delta: try read("delta"))
  }

  func array(_ name: String) throws -> Tensor<Scalar> { try Tensor(file.array(named: name)) }

  func descent(_ path: GradientPath) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .constant(stepSize), stop: .after(steps: steps),
      gradientPath: path)
  }
}

let referenceNames = ["et-block-small", "et-block-medium", "et-block-one-step", "et-block-long"]

struct ReferenceBlockTests {
  @Test("states, energies and the first gradient agree in double", arguments: referenceNames)
  func double(name: String) throws { try check(ReferenceBlock<Double>(name), relative: 1e-10) }

  @Test("states, energies and the first gradient agree in float", arguments: referenceNames)
  func float(name: String) throws { try check(ReferenceBlock<Float>(name), relative: 1e-4) }

  private func check<Scalar>(_ block: ReferenceBlock<Scalar>, relative: Double) throws {
    let x = try block.array("x")
    let result = block.descent(.detached).run(from: Tokens(x), recording: [.energies, .states(every: 1)])
    let states = Tensor.concatenated(
      result.trajectory.states.map { $0.tokens.reshaped([x.shape[0], 1] + x.shape.dropFirst()) }, axis: 1)
    expectNear(states, try block.array("states"), relative)
    for (part, name) in [("attention", "attention_energy"), ("memory", "hopfield_energy")] {
      let energies = try result.trajectory.energies.map {
        try #require($0[part]).reshaped([x.shape[0], 1])
      }
      expectNear(.concatenated(energies, axis: 1), try block.array(name), relative)
    }
    let g = block.norm.activations(at: Tokens(x))
    expectNear(block.energy.gradient(at: g), try block.array("gradient0"), relative)
    expectNear(block.energy.differentiatedGradient(at: g), try block.array("gradient0"), relative)
  }

  @Test(
    "gradients of the loss for tokens and every weight agree in double", arguments: referenceNames,
    [GradientPath.unrolled, .recomputed, .automatic])
  func lossGradients(name: String, path: GradientPath) throws {
    try checkLoss(ReferenceBlock<Double>(name), path, relative: 1e-10)
  }

  @Test(
    "gradients of the loss for tokens and every weight agree in float", arguments: referenceNames,
    [GradientPath.unrolled, .recomputed, .automatic])
  func lossGradientsFloat(name: String, path: GradientPath) throws {
    try checkLoss(ReferenceBlock<Float>(name), path, relative: 1e-4)
  }

  private func checkLoss<Scalar>(
    _ block: ReferenceBlock<Scalar>, _ path: GradientPath, relative: Double
  ) throws {
    let target = try block.array("target")
    let energyParameters = block.energy.parameters
    let inputs = [try block.array("x"), block.norm.gamma, block.norm.delta] + energyParameters.values
    let (loss, found) = valueWithGradients(at: inputs) { variables in
      let descent = EnergyDescent(
        of: block.energy.with(ParameterValues(names: energyParameters.names, values: Array(variables[3...]))),
        lagrangian: LayerNormLagrangian(gamma: variables[1], delta: variables[2]),
        stepSize: .constant(block.stepSize), stop: .after(steps: block.steps), gradientPath: path)
      return (descent.run(from: Tokens(variables[0])).activations.values - target).squared().mean()
    }
    expectNear(loss, try block.array("loss").reshaped([]), relative)
    for (gradient, name) in zip(found, ["x", "gamma", "delta", "Wq", "Wk", "Xi"]) {
      expectNear(gradient, try block.array("loss_grad.\(name)").reshaped(gradient.shape), relative, name)
    }
  }
}

/// Largest difference, relative to the largest magnitude of what is expected.
func expectNear<Scalar>(
  _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, _ relative: Double, _ name: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record("\(name): shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  let scale = expected.elements.map { abs(Double($0)) }.max() ?? 0
  let error = zip(actual.elements, expected.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
  #expect(
    error <= relative * scale, "\(name): error \(error) at scale \(scale)", sourceLocation: sourceLocation)
}
