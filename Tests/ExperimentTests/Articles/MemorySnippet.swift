import EnergyTransformer

/// What a memory of two clusters makes of a pattern with noise, at one inverse temperature.
func recall(beta: Float) -> FixedPoint? {
  var random = RandomStream(seed: 5)
  let centre = Tensor<Float>.normal([1, 64], standardDeviation: 0.25, using: &random)
  let inner = Tensor<Float>.normal([16, 64], standardDeviation: 0.125, using: &random)
  let centres = Tensor.concatenated((0..<16).map { $0 < 8 ? centre : -centre }, axis: 0)
  let patterns = centres + inner  // 16 patterns of 64 numbers: 8 about c, 8 about -c

  let memory = ModernHopfieldNetwork(patterns: patterns, beta: beta)
  let noise = Tensor<Float>.normal([1, 64], standardDeviation: 0.03, using: &random)
  let found = memory.retrieve(patterns.sliced(axis: 0, 0..<1) + noise)
  print(found.stopReasons[0], found.steps[0], found.energies[0])
  let point = found.fixedPoints[0]  // its kind, and how many patterns make 90 % of it
  return point
}
