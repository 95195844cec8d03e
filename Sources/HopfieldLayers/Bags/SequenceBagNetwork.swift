import Foundations
public import Tensors

/// Tells the class of a bag of sequences, of which there may be hundreds of thousands: features of each
/// sequence, pooled with the weights that scores give, and a linear read-out.
///
///     h(x) = embedding of sequence x,   p = softmax over x of the scores of h(x)
///     z = sum over x of p(x) h(x),   logit = o · z
///
/// With ``HopfieldHeadScores`` or ``HopfieldKeyScores`` it is Hopfield pooling: z is one update of a modern
/// Hopfield network whose stored patterns are the instances.
///
/// A bag is read block by block without derivatives. Where they are wanted, they go through a share of the
/// instances alone, those with the largest weights compared with the instances read so far; what the others
/// add is kept as a constant, so the value is that of the whole bag.
///
/// The read-out starts at 1 for every feature: what sets positive bags apart is something that they hold. It
/// has no bias, which a comparison of bags does not see.
///
/// - Source: Widrich et al. 2020, section 3; the share is their reduction of bags to the instances with the
///   largest attention.
/// - Cost: a bag of N sequences with K kernels takes N K windows width additions and about 20 N K operations
///   to read, in the memory of one block; to rank instances, 4 N bytes.
public struct SequenceBagNetwork<Scores: InstanceScores>: Parameterized {
  public typealias Scalar = Scores.Scalar

  /// Features of a sequence.
  public private(set) var embedding: SequenceEmbedding<Scalar>
  /// What instances weigh.
  public private(set) var scores: Scores
  /// The read-out, [features].
  public private(set) var output: Tensor<Scalar>

  /// Sequences of a block: its features and scores stay in a core's own caches.
  private static var blockSize: Int { 1_024 }

  /// A network of an embedding and scores.
  public init(embedding: SequenceEmbedding<Scalar>, scores: Scores) {
    self.embedding = embedding
    self.scores = scores
    output = .ones([embedding.featureCount])
  }

  /// The same network with its scores times a factor, and so at another inverse temperature.
  public func tempered(by factor: Scalar) -> SequenceBagNetwork<TemperedScores<Scores>> {
    var network = SequenceBagNetwork<TemperedScores<Scores>>(
      embedding: embedding, scores: TemperedScores(scores, factor: factor))
    network.output = output
    return network
  }

  /// Reads a whole bag, without derivatives.
  public func reading(of bag: SymbolSequences) -> BagReading<Scalar> { reading(of: bag, ranked: false) }

  /// Reads several bags, each by a core of its own.
  public func readings(of bags: [SymbolSequences]) -> [BagReading<Scalar>] {
    Parallelism.map(bags.count) { reading(of: bags[$0]) }
  }

  /// - Parameter ranked: Whether the strongest instances are wanted, too.
  private func reading(of bag: SymbolSequences, ranked: Bool) -> BagReading<Scalar> {
    require(bag.count > 0, "a bag without sequences cannot be read")
    var pool: SoftmaxPool<Scalar>?
    var claims: [Scalar] = []
    claims.reserveCapacity(ranked ? bag.count : 0)
    forEachBlock(of: bag) { features, scores in
      var grown = pool ?? SoftmaxPool(featureCount: output.count, headCount: scores.shape[1])
      grown.add(features, scores: scores)
      if ranked { claims += grown.largestExcess(of: scores) }
      pool = grown
    }
    guard let pool else { fatalError("a bag without blocks") }
    return BagReading(pool, claims: claims)
  }

  /// Calls `body` with features and scores of a bag's blocks in order, without derivatives.
  private func forEachBlock(
    of bag: SymbolSequences, _ body: (_ features: Tensor<Scalar>, _ scores: Tensor<Scalar>) -> Void
  ) {
    let plain = isTracked ? with(parameters.map { $1.detached }) : self
    for start in stride(from: 0, to: bag.count, by: Self.blockSize) {
      let features = plain.embedding(bag.sliced(start..<min(start + Self.blockSize, bag.count)))
      body(features, plain.scores(features))
    }
  }

  /// The logit of the positive class of a bag, but for a constant that all bags share; without derivatives.
  public func logit(of bag: SymbolSequences) -> Scalar { logit(of: reading(of: bag)) }

  /// The same of a bag that this network has read.
  public func logit(of reading: BagReading<Scalar>) -> Scalar {
    Scalar(reading.pooled.reshaped([output.count]).innerProduct(output.detached))
  }

  /// The same with derivatives through a share of the bag, one number.
  ///
  /// - Parameters:
  ///   - bag: The bag.
  ///   - share: The part of the sequences, above 0 and at most 1, that derivatives go through: those with the
  ///     largest weights, or, where all weigh the same, any.
  ///   - random: Draws them where all weigh the same.
  public func logit(
    of bag: SymbolSequences, throughShare share: Double, random: RandomStream
  ) -> Tensor<Scalar> {
    require(share > 0 && share <= 1, "derivatives through a share of \(share), expected 0 to 1")
    let reading = reading(of: bag, ranked: scores.ranksInstances)
    let count = max(1, min(bag.count, Int((share * Double(bag.count)).rounded())))
    let chosen =
      scores.ranksInstances
      ? reading.strongest(count) : Self.drawn(count, of: bag.count, random: random)
    let parameters = parameters
    return .differentiable(Tensor(logit(of: reading)), inputs: parameters.values) { pull in
      if pull.isDifferentiated {
        return pull.byDifferentiating { values in
          with(parameters.with(values)).logit(reading, through: bag.selected(chosen))
        }
      }
      let gradient = with(parameters.with(pull.inputs)).gradient(reading, through: bag, chosen)
      return zip(gradient, pull.needed).map { $1 ? $0 * pull.cotangent.scalar : nil }
    }
  }

  /// The logit of a bag of which some sequences are variable, in one graph.
  private func logit(_ reading: BagReading<Scalar>, through sequences: SymbolSequences) -> Tensor<Scalar> {
    let features = embedding(sequences)
    let weights = (scores(features) - reading.largest).exponential()
    let weightSum = weights.sum(axes: [0], keepingDimensions: true)
    let valueSum = (weights * features).sum(axes: [0], keepingDimensions: true)
    // What is added is 0 but for the instances left out, and for them a constant.
    let pooled =
      (valueSum + (reading.valueSum - valueSum.detached))
      / (weightSum + (reading.weightSum - weightSum.detached))
    return (pooled * output).sum()
  }

  /// The gradient of that by each parameter, block by block, so that a block's graph stays in a core's own caches.
  ///
  /// With z = V / W for the sums V of e^s h and W of e^s, dz = sum over x of d(e^s (h - z)) / W with z and W held
  /// constant: a sum over blocks, as the reading knows z and W of the whole bag.
  private func gradient(
    _ reading: BagReading<Scalar>, through bag: SymbolSequences, _ chosen: [Int32]
  ) -> [Tensor<Scalar>] {
    let parameters = parameters
    let slopes = output / reading.weightSum
    var sums: [Tensor<Scalar>] = []
    for start in stride(from: 0, to: chosen.count, by: Self.blockSize) {
      let block = bag.selected(Array(chosen[start..<min(start + Self.blockSize, chosen.count)]))
      let found = valueWithGradients(at: parameters.values) { values in
        let network = with(parameters.with(values))
        let features = network.embedding(block)
        let weights = (network.scores(features) - reading.largest).exponential()
        let ofBlock = (weights * ((features - reading.pooled) * slopes)).sum()
        return start == 0
          ? ofBlock + (reading.pooled * network.output).sum() : ofBlock
      }.gradients
      sums = sums.isEmpty ? found : zip(sums, found).map { $0 + $1 }
    }
    return sums
  }

  /// How much of the bag each of its sequences makes up, adding up to 1: weights of the heads, averaged with
  /// the given shares where each feature has a head of its own.
  ///
  /// - Parameters:
  ///   - bag: The bag.
  ///   - reading: What this network read of the bag; read again where nil.
  ///   - featureShares: One number a feature, adding up to 1.
  public func instanceWeights(
    of bag: SymbolSequences, reading: BagReading<Scalar>? = nil, featureShares: [Double]
  ) -> [Scalar] {
    require(
      featureShares.count == output.count,
      "\(featureShares.count) shares for \(output.count) features")
    let logSums = (reading ?? self.reading(of: bag)).logSums
    let shares: Tensor<Scalar> =
      logSums.count == 1
      ? .ones([1, 1]) : Tensor(shape: logSums.shape, elements: featureShares.map { Scalar($0) })
    var weights: [Scalar] = []
    weights.reserveCapacity(bag.count)
    forEachBlock(of: bag) { _, scores in
      weights += ((scores - logSums).exponential() * shares).sum(axes: [1]).elements
    }
    return weights
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("embedding", &embedding)
    visit("scores", &scores)
    visit("output", &output)
  }

  private var isTracked: Bool { parameters.values.contains(where: \.isTracked) }

  /// Some of 0 ..< total, each once, in rising order.
  private static func drawn(_ count: Int, of total: Int, random: RandomStream) -> [Int32] {
    var stream = random
    var order = (0..<Int32(total)).map { $0 }
    for index in 0..<count { order.swapAt(index, index + stream.integer(below: total - index)) }
    return order.prefix(count).sorted()
  }
}

/// A bag read from its first instance to its last, block by block, without derivatives.
public struct BagReading<Scalar: TensorScalar>: Sendable {
  /// The pooled features, [1, features].
  public let pooled: Tensor<Scalar>
  /// log sum exp of the scores of each head over the instances, [1, heads].
  public let logSums: Tensor<Scalar>
  /// The largest score of each head, [1, heads].
  let largest: Tensor<Scalar>
  /// Sum over instances of exp(score - largest), [1, heads].
  let weightSum: Tensor<Scalar>
  /// Sum over instances of exp(score - largest) h, [1, features].
  let valueSum: Tensor<Scalar>
  /// How much each instance weighs in the head that it weighs most in, compared with the mean of the
  /// instances up to its block, as a logarithm; empty unless asked for.
  private let claims: [Scalar]

  init(_ pool: SoftmaxPool<Scalar>, claims: [Scalar]) {
    (largest, weightSum, valueSum) = (pool.largest, pool.weightSum, pool.valueSum)
    (pooled, logSums) = (pool.pooled, pool.logSums)
    self.claims = claims
  }

  /// The instances with the largest claims, in rising order.
  func strongest(_ count: Int) -> [Int32] { indicesOfLargest(claims, count: count) }
}

extension SequenceBagNetwork {
  /// How much each feature moves the logits of some bags, adding up to 1: the size of its read-out times the standard
  /// deviation of what is pooled of it. Equal shares where nothing moves.
  ///
  /// - Parameter readings: What this network read of the bags.
  public func featureShares(over readings: [BagReading<Scalar>]) -> [Double] {
    let pooled = readings.map(\.pooled.elements)
    let moves = output.elements.enumerated().map { feature, weight in
      abs(Double(weight)) * Self.deviation(pooled.map { Double($0[feature]) })
    }
    let total = moves.reduce(0, +)
    return moves.map { total > 0 ? $0 / total : 1 / Double(moves.count) }
  }

  /// The sample deviation; 0 for fewer than two numbers, and where one is not finite.
  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1, values.allSatisfy(\.isFinite) else { return 0 }
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
