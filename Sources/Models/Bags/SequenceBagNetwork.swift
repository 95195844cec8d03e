public import Tensors

/// Tells the class of a bag of sequences, of which there may be hundreds of thousands: features of each
/// sequence, pooled with the weights that scores give, and a linear read-out.
///
///     h(x) = embedding of sequence x,   p = softmax over x of the scores of h(x)
///     z = sum over x of p(x) h(x),   evidence = o · z
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

  /// Reads a whole bag, without derivatives.
  public func reading(of bag: LetterSequences) -> BagReading<Scalar> { reading(of: bag, ranked: false) }

  /// - Parameter ranked: Whether the strongest instances are wanted, too.
  private func reading(of bag: LetterSequences, ranked: Bool) -> BagReading<Scalar> {
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
    of bag: LetterSequences, _ body: (_ features: Tensor<Scalar>, _ scores: Tensor<Scalar>) -> Void
  ) {
    let plain = isTracked ? with(parameters.map { $1.detached }) : self
    for start in stride(from: 0, to: bag.count, by: Self.blockSize) {
      let features = plain.embedding(bag.sliced(start..<min(start + Self.blockSize, bag.count)))
      body(features, plain.scores(features))
    }
  }

  /// How strongly a bag speaks for the positive class, without derivatives.
  public func evidence(of bag: LetterSequences) -> Scalar {
    Scalar(reading(of: bag).pooled.reshaped([output.count]).innerProduct(output.detached))
  }

  /// The same with derivatives through a share of the bag, one number.
  ///
  /// - Parameters:
  ///   - share: The part of the sequences, above 0 and at most 1, that derivatives go through: those with the
  ///     largest weights, or, where all weigh the same, any.
  ///   - random: Draws them where all weigh the same.
  public func evidence(
    of bag: LetterSequences, throughShare share: Double, random: RandomStream
  ) -> Tensor<Scalar> {
    require(share > 0 && share <= 1, "derivatives through a share of \(share), expected 0 to 1")
    let reading = reading(of: bag, ranked: scores.ranksInstances)
    let count = max(1, min(bag.count, Int((share * Double(bag.count)).rounded())))
    let chosen =
      scores.ranksInstances
      ? reading.strongest(count) : Self.drawn(count, of: bag.count, using: random)
    let features = embedding(bag.selected(chosen))
    let weights = (scores(features) - reading.largest).exponential()
    let weightSum = weights.sum(axes: [0], keepingDimensions: true)
    let valueSum = (weights * features).sum(axes: [0], keepingDimensions: true)
    // What is added is 0 but for the instances left out, and for them a constant.
    let pooled =
      (valueSum + (reading.valueSum - valueSum.detached))
      / (weightSum + (reading.weightSum - weightSum.detached))
    return (pooled * output.reshaped([1, output.count])).sum()
  }

  /// How much of the bag each of its sequences makes up, adding up to 1: weights of the heads, averaged with
  /// the given shares where each feature has a head of its own.
  ///
  /// - Parameter featureShares: One number a feature, adding up to 1.
  public func instanceWeights(of bag: LetterSequences, featureShares: [Double]) -> [Scalar] {
    require(
      featureShares.count == output.count,
      "\(featureShares.count) shares for \(output.count) features")
    let logSums = reading(of: bag).logSums
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

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    embedding.visitParameters(prefix: "embedding", visit)
    scores.visitParameters(prefix: "scores", visit)
    visit("output", &output)
  }

  private var isTracked: Bool { parameters.values.contains(where: \.isTracked) }

  /// Some of 0 ..< total, each once, in rising order.
  private static func drawn(_ count: Int, of total: Int, using random: RandomStream) -> [Int32] {
    var stream = random
    var order = (0..<Int32(total)).map { $0 }
    for place in 0..<count { order.swapAt(place, place + stream.integer(below: total - place)) }
    return order.prefix(count).sorted()
  }
}
