import Tensors
import Testing
import Transformers

/// Sizes of the published models; papers on the Energy Transformer, table of parameters.
struct ParameterCountTests {
  @Test("the published ImageNet model has 4,873,729 parameters, 3,539,713 of them in its block")
  func imageNet() {
    var random = RandomStream(seed: 1)
    let model = ImageEnergyTransformer<Float>(.imageNet, using: &random)
    #expect(model.parameterCount == 4_873_729)
    #expect(model.blocks[0].parameterCount == 3_539_713)
    #expect(Set(model.parameters.names).count == model.parameters.count)
  }

  @Test("smaller models over the same patches", arguments: [(192, 3, 555_457), (384, 6, 1_552_513)])
  func small(dimension: Int, heads: Int, count: Int) {
    var random = RandomStream(seed: 1)
    let block = EnergyTransformerConfiguration(
      dimension: dimension, headCount: heads, keySize: 64, memoryCount: 4 * dimension)
    let configuration = ImageEnergyTransformerConfiguration(
      block: block, grid: ImageEnergyTransformerConfiguration.imageNet.grid)
    let model = ImageEnergyTransformer<Float>(configuration, using: &random)
    #expect(model.parameterCount == count)
    #expect(
      model.blocks[0].parameterCount == 2 * heads * 64 * dimension + 4 * dimension * dimension + dimension + 1
    )
  }

  @Test("every parameter is visited by name, set by name, and learned beta is one of them")
  func names() {
    var random = RandomStream(seed: 1)
    let configuration = SmallImageModel.configuration(blockCount: 2, learnsBeta: true)
    let model = ImageEnergyTransformer<Double>(configuration, using: &random)
    #expect(
      model.parameters.names == [
        "encoder.weight", "encoder.bias", "classToken", "maskToken", "positions",
        "blocks.0.norm.gamma", "blocks.0.norm.delta", "blocks.0.attention.queryWeights",
        "blocks.0.attention.keyWeights", "blocks.0.attention.beta", "blocks.0.memory.memories",
        "blocks.1.norm.gamma", "blocks.1.norm.delta", "blocks.1.attention.queryWeights",
        "blocks.1.attention.keyWeights", "blocks.1.attention.beta", "blocks.1.memory.memories",
        "decoder.weight", "decoder.bias",
      ])
    let doubled = model.with(model.parameters.map { $1 * 2 + 1 })
    for (old, new) in zip(model.parameters.values, doubled.parameters.values) {
      #expect(new.elements == old.elements.map { $0 * 2 + 1 })
    }
  }
}
