import EnergyTransformer

/// The share of every node in the energy of a graph after a descent, and which nodes are anomalies.
func nodeEnergies() -> (energies: [Float], isAnomaly: [Bool]) {
  var settings = AttributedCommunityGraphConfiguration()
  settings.nodeCount = 300
  settings.outliers = OutlierInjection(cliqueCount: 1)
  let graph = AttributedCommunityGraph(settings, random: RandomStream(seed: 1)).graph

  var random = RandomStream(seed: 2)
  let block = EnergyTransformerBlock<Float>(
    .learning(dimension: graph.featureCount, headCount: 2, keySize: 8, memoryCount: 64), using: &random)
  let neighbourhoods = Neighbourhoods(graph.neighbours)  // node C sees its neighbours and itself
  let tokens = Tokens(graph.features.reshaped([1, graph.nodeCount, graph.featureCount]))
  let descent = block.descent(
    DescentSettings(steps: 2, stepSize: 0.5), over: .neighbours(neighbourhoods))
  let rest = descent.run(from: tokens).tokens
  let energies = block.energyByNode(at: rest, over: neighbourhoods)  // low where a node fits in
  return (energies.total.elements, graph.labels.map { $0 == 1 })
}
