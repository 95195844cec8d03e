public import Tensors

extension ClassifierTraining {
  /// A loop with which models learn from some hundreds or thousands of examples: AdamW whose decay is on matrices, a rate that
  /// rises and then falls along a cosine to 0.5 % of its peak, gradients of norm 1 at most, and an average of about the
  /// weights of the last epoch, which is judged: validation parts of a few examples then see less noise.
  ///
  /// - Parameters:
  ///   - model: The model before its first update.
  ///   - rate: The peak rate.
  ///   - weightDecay: The decay of parameters of rank 2 or more.
  ///   - epochs: The epochs of the whole training.
  ///   - count: Examples of an epoch.
  ///   - warmUp: The share of the updates in which the rate rises.
  ///   - centralizedByInput: Parameters whose gradients lose the mean over what one input gives; those of other
  ///     matrices then lose the mean over what one output gets. Gradients keep their means when nil.
  ///   - random: The stream that batches and the model draw from.
  public func loop(
    for model: Model, rate: Double, weightDecay: Double, epochs: Int, examplesPerEpoch count: Int,
    warmUp: Double = 0.1, centralizedByInput: ParameterSelection? = nil, random: RandomStream
  ) -> TrainingLoop<Model, Void> {
    let perEpoch = updatesPerEpoch(of: count)
    let updates = epochs * perEpoch
    let adam = AdamW<Scalar>(
      secondDecay: 0.99, weightDecay: WeightDecay(weightDecay, on: .matrices(of: model.parameters)))
    return TrainingLoop(
      model: model,
      optimizer: centralizedByInput.map { CentralizedGradients(adam, keepingLastAxis: $0) } ?? adam,
      schedule: .warmUpThenCosine(
        peak: rate, warmUpUpdates: Int(warmUp * Double(updates)), updateCount: updates, finalFraction: 0.005),
      random: random, gradientNormLimit: 1,
      average: ExponentialMovingAverage(decay: 1 - 1 / Double(1 + perEpoch)))
  }
}
