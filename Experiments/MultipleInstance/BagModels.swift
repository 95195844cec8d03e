import EnergyTransformer

/// A model that gives each bag of a batch a logit.
protocol BagModel: Parameterized<Float> {
  /// - Parameters:
  ///   - bags: [bags, instances, size].
  ///   - dropout: Where training leaves associations out; nil otherwise.
  /// - Returns: [bags].
  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float>
}

/// One number from the numbers of each bag: w · x + b.
struct ReadOut: Parameterized {
  private var weight: Tensor<Float>
  private var bias: Tensor<Float>

  init(inputs: Int, random: RandomStream) {
    var stream = random
    weight = .normal([1, inputs], standardDeviation: 1 / Double(inputs).squareRoot(), using: &stream)
    bias = .zeros([1])
  }

  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    x.projected(by: weight, transposed: true).reshaped([x.shape[0]]) + bias
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("weight", &weight)
    visit("bias", &bias)
  }
}

/// Every instance looks at every other; a read-out of all answers, place by place.
struct AssociationModel: BagModel {
  private var association: HopfieldAssociation<Float>
  private var readOut: ReadOut

  init(size: Int, instances: Int, random: RandomStream) {
    association = HopfieldAssociation(.association(size: size), random: random.child(0))
    readOut = ReadOut(inputs: size * instances, random: random.child(1))
  }

  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    let answers = association(HopfieldPatterns(bags), dropout: dropout)
    return readOut(answers.reshaped([answers.shape[0], answers.shape[1] * answers.shape[2]]))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("association", &association)
    visit("readOut", &readOut)
  }
}

/// A learned state looks at the instances.
struct PoolingModel: BagModel {
  private var pooling: HopfieldPooling<Float>
  private var readOut: ReadOut

  init(_ configuration: HopfieldConfiguration, random: RandomStream) {
    pooling = HopfieldPooling(HopfieldPoolingConfiguration(configuration), random: random.child(0))
    readOut = ReadOut(inputs: configuration.resultSize, random: random.child(1))
  }

  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    readOut(pooling(bags, dropout: dropout))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("pooling", &pooling)
    visit("readOut", &readOut)
  }
}

/// Every instance looks in a table of the patterns of the training bags; a read-out of all answers, place by
/// place.
struct LookupModel: BagModel {
  private var lookup: HopfieldLookup<Float>
  private var readOut: ReadOut

  /// - Parameter patterns: [patterns, size], the different instances of the training bags.
  init(patterns: Tensor<Float>, instances: Int, random: RandomStream) {
    let size = patterns.shape[1]
    var stream = random.child(2)
    lookup = HopfieldLookup(
      HopfieldAssociation(.association(size: size), random: random.child(0)), patterns: patterns,
      targets: .normal(patterns.shape, standardDeviation: 1, using: &stream), learnsPatterns: true)
    readOut = ReadOut(inputs: size * instances, random: random.child(1))
  }

  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    let answers = lookup(bags, dropout: dropout)
    return readOut(answers.reshaped([answers.shape[0], answers.shape[1] * answers.shape[2]]))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("lookup", &lookup)
    visit("readOut", &readOut)
  }
}

/// The mean of the instances.
struct MeanModel: BagModel {
  private var readOut: ReadOut

  init(size: Int, random: RandomStream) { readOut = ReadOut(inputs: size, random: random) }

  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> {
    readOut(bags.mean(axes: [1]))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("readOut", &readOut)
  }
}

/// A recurrent network reads the instances in their order.
struct RecurrentModel: BagModel {
  private var memory: LongShortTermMemory<Float>
  private var readOut: ReadOut

  init(size: Int, stateSize: Int, random: RandomStream) {
    memory = LongShortTermMemory(inputSize: size, size: stateSize, random: random.child(0))
    readOut = ReadOut(inputs: stateSize, random: random.child(1))
  }

  func logits(_ bags: Tensor<Float>, dropout: RandomStream?) -> Tensor<Float> { readOut(memory(bags)) }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("memory", &memory)
    visit("readOut", &readOut)
  }
}
