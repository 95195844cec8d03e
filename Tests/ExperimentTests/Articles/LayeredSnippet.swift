import EnergyTransformer

/// A picture of 16 pixels of which half is known, completed by a network of two layers; and the pattern it belongs to.
func completePicture() -> (pixels: Tensor<Float>, pattern: Tensor<Float>, trajectory: Trajectory<Float>) {
  // Four striped pictures: pixel i of picture p is 1 or -1 by bit p of i.
  let stripes = (0..<4).flatMap { p in (0..<16).map { i in Float(1 - 2 * (i >> p & 1)) } }
  let patterns = Tensor<Float>(shape: [4, 16], elements: stripes)

  var network = LayeredNetwork<Float>([
    NeuronLayer("pixels", shape: [16], lagrangian: IdentityLagrangian()),
    NeuronLayer("hidden", shape: [4], lagrangian: SoftmaxLagrangian()),
  ])
  network.connect("pixels", "hidden", by: DenseSynapse(weight: patterns))

  let known = Tensor<Float>(shape: [1, 16], elements: (0..<16).map { $0 < 8 ? 1 : 0 })
  let pattern = patterns.sliced(axis: 0, 1..<2)
  let descent = EnergyDescent(
    of: network, held: ["pixels": known], stepSize: .constant(0.2), stop: .after(steps: 100))
  let result = descent.run(from: network.tokens(["pixels": pattern * known]), recording: [.energies])
  let pixels = network.layers(of: result.tokens)["pixels"]
  return (pixels, pattern, result.trajectory)
}
