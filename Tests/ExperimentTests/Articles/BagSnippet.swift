import EnergyTransformer

/// Learns to tell bags that hold one certain bit pattern from bags that do not, and gives the area under the ROC curve on others.
func tellBags(epochs: Int) throws -> Double {
  let bags = BitPatternBags(bagCount: 512, signalCount: 1, random: RandomStream(seed: 1))
  let pooling = HopfieldPooling<Float>(
    .pooling(size: bags.size, headSize: 32), random: RandomStream(seed: 2))
  let model = BagClassifier(pooling, random: RandomStream(seed: 3))
  var loop = TrainingLoop(
    model: model, optimizer: AdamW<Float>(), schedule: .constant(0.01), random: RandomStream(seed: 4))
  let training = BinaryClassifierTraining<BagClassifier<HopfieldPooling<Float>>>(
    isPositive: bags.isPositive, batchSize: 32, pieceSize: 32
  ) { model, examples, random in model.logits(bags.batch(examples), dropout: random) }
  try training.run(&loop, epochs: epochs, on: Array(0..<384), random: RandomStream(seed: 5))

  let others = bags.indices(outside: 0..<384)
  let logits = loop.model.logits(bags.batch(others)).elements
  return try BinaryScores(logits, isPositive: others.map { bags.isPositive[$0] }).areaUnderROC
}
