import Tensors
import TestSupport
import Transformers

/// A model whose sizes all differ, with weights large enough to matter.
struct SmallImageModel {
  let model: ImageEnergyTransformer<Double>
  let patches: Tensor<Double>
  let masked: Tensor<Double>

  static func configuration(blockCount: Int, learnsBeta: Bool = false) -> ImageEnergyTransformerConfiguration
  {
    var block = EnergyTransformerConfiguration(dimension: 5, headCount: 2, keySize: 3, memoryCount: 7)
    block.learnsBeta = learnsBeta
    block.attentionDeviation = 0.5
    block.memoryDeviation = 0.5
    var configuration = ImageEnergyTransformerConfiguration(
      block: block, grid: PatchGrid(height: 4, width: 6, channels: 1, patchSize: 2))
    configuration.blockCount = blockCount
    configuration.encoderDeviation = 0.5
    configuration.deviation = 0.5
    configuration.positions = .normal(deviation: 0.4)
    return configuration
  }

  init(blockCount: Int = 1, learnsBeta: Bool = false, norms: Int = 1, batch: Int = 2) {
    var random = RandomStream(seed: 21)
    var configuration = Self.configuration(blockCount: blockCount, learnsBeta: learnsBeta)
    configuration.normsBeforeDecoder = norms
    model = ImageEnergyTransformer(configuration, using: &random)
    patches = normalTensor([batch, 6, 4], seed: 22)
    masked = Tensor(shape: [batch, 6], elements: (0..<batch * 6).map { [1, 0, 0, 1, 1, 0, 0][$0 % 7] })
  }

  func completion(_ settings: DescentSettings) -> Tensor<Double> {
    model.completion(patches: patches, masked: masked, settings: settings)
  }
}
