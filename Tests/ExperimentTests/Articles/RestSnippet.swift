import EnergyTransformer

/// The derivative of a loss at the rest of a descent by what the input says, and why the descent stopped.
func derivativeOfRest(by path: GradientPath) -> (derivative: Tensor<Double>, stopReason: StopReason) {
  var random = RandomStream(seed: 10)
  let block = EnergyTransformerBlock<Double>(
    .learning(dimension: 8, headCount: 2, keySize: 4, memoryCount: 16), using: &random)
  let input = Tensor<Double>.normal([1, 3, 8], using: &random)
  let start = Tokens<Double>(.normal([1, 3, 8], using: &random))

  func rest(_ input: Tensor<Double>) -> DescentResult<Double> {
    var descent = EnergyDescent(
      of: block.energy + InputEnergy(input), lagrangian: block.norm, stepSize: .constant(0.2),
      stop: .any([.after(steps: 1_000), .rest(below: 1e-10)]), gradientPath: path)
    descent.direction = .tangential  // under a norm x never settles along its gradient
    let result = descent.run(from: start)
    return result
  }
  let loss = gradient(at: input) { (rest($0).activations.values - start.values).squared().sum() }
  return (loss, rest(input).stopReason)
}
