import EnergyTransformer

/// A model that gives a bag of images a logit.
protocol DigitModel: Parameterized<Float> {
  /// - Parameters:
  ///   - images: [images, height, width].
  ///   - dropout: Where training leaves associations out; nil otherwise.
  /// - Returns: [1].
  func logit(_ images: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float>
}

/// Features of each image, and a learned state that looks at them: one head of 32, dropout 0.1.
///
/// Without norms and with weights of deviation 0.1: with the norms and the 0.02 of the published package the
/// training loss is still that of a coin after twelve of the twenty epochs.
struct HopfieldDigitModel: DigitModel {
  private var features: DigitFeatures<Float>
  private var pooling: HopfieldPooling<Float>
  private var readOut: ReadOut

  init(features: DigitFeatures<Float>, random: RandomStream) {
    var configuration = HopfieldConfiguration.attention(size: features.featureCount, headSize: 32)
    configuration.deviation = 0.1
    configuration.dropout = 0.1
    self.features = features
    pooling = HopfieldPooling(HopfieldPoolingConfiguration(configuration), random: random.child(0))
    readOut = ReadOut(inputs: configuration.resultSize, random: random.child(1))
  }

  func logit(_ images: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    let found = features(images)
    return readOut(pooling(found.reshaped([1] + found.shape), dropout: dropout))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("features", &features)
    visit("pooling", &pooling)
    visit("readOut", &readOut)
  }
}

/// Features of each image, averaged with the weights of attention.
struct AttentionDigitModel: DigitModel {
  private var features: DigitFeatures<Float>
  private var scores: GatedAttentionScores<Float>
  private var readOut: ReadOut

  init(features: DigitFeatures<Float>, isGated: Bool, random: RandomStream) {
    self.features = features
    scores = GatedAttentionScores(
      featureCount: features.featureCount, hiddenSize: 128, isGated: isGated, random: random.child(0))
    readOut = ReadOut(inputs: features.featureCount, random: random.child(1))
  }

  func logit(_ images: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    let found = features(images)
    let weights = scores(found).transposed.softmax()
    return readOut(weights.matrixProduct(found))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("features", &features)
    visit("scores", &scores)
    visit("readOut", &readOut)
  }
}
