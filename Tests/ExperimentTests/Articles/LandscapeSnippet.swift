import EnergyTransformer

/// The minima of a modern Hopfield network of two patterns, (1, 0) and (-1, 0), and the height of the pass between the first two.
func minimaOfTwoPatterns(beta: Double) -> (points: [StationaryPoint<Double>], barrier: Double?) {
  let memories = Tensor<Double>(shape: [2, 2], elements: [1, -1, 0, 0])  // a pattern a column
  let descent = EnergyDescent(
    of: PatternMemoryEnergy(memories: memories, beta: beta), lagrangian: IdentityLagrangian(),
    stepSize: .constant(0.5), stop: .any([.after(steps: 2_000), .rest(below: 1e-9)]))
  var random = RandomStream(seed: 11)
  let basins = descent.basins(of: Tokens(.normal([40, 1, 2], using: &random)))

  let landscape = EnergyLandscape(of: descent)
  let points = basins.minima.map { minimum in
    let point = landscape.stationaryPoints(at: minimum.tokens, random: random)[0]
    print(point.kind, minimum.energy, minimum.share)
    return point
  }
  var height: Double?
  if basins.minima.count > 1 {
    let band = ElasticBand(stepSize: 0.05)
    height =
      landscape.barrier(from: basins.minima[0].tokens, to: basins.minima[1].tokens, by: band).barrierFromStart
  }
  return (points, height)
}
