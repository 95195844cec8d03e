import Foundations
public import Tensors

/// Bags of labelled images, positive where one of them shows the target class.
///
/// Numbers of images are normal, rounded, at least 1. Half of the bags are positive, in random order; a
/// positive bag has at least one image of the target, put at an index drawn at random where none was drawn by
/// chance, a negative one none.
///
/// - Source: the MNIST bags of Ilse, Tomczak, Welling, ICML 2018.
public struct DigitBags: Sendable, Equatable {
  /// The images of each bag, by their indices in the data set.
  public let images: [[Int]]
  /// Whether each bag is positive.
  public let isPositive: [Bool]
  /// The class that makes a bag positive.
  public let target: Int

  /// Draws bags of images with given labels.
  ///
  /// - Parameters:
  ///   - labels: The class of each image; some are of the target, some are not.
  ///   - bagCount: The number of bags.
  ///   - meanSize: The mean number of images of a bag.
  ///   - sizeDeviation: The standard deviation of that number.
  ///   - target: The class whose images make a bag positive.
  ///   - stream: Its children draw; it is not advanced.
  public init(
    labels: [Int], bagCount: Int, meanSize: Double = 10, sizeDeviation: Double = 2, target: Int = 9,
    random stream: RandomStream
  ) {
    let targets = labels.indices.filter { labels[$0] == target }
    let others = labels.indices.filter { labels[$0] != target }
    require(
      !targets.isEmpty && !others.isEmpty,
      "\(targets.count) images of class \(target) and \(others.count) others, expected some of each")
    var random = stream.child(0)
    let isPositive = random.permutation(of: bagCount).map { $0 < bagCount / 2 }
    images = isPositive.map { isPositive in
      let size = max(1, Int((meanSize + sizeDeviation * random.normal()).rounded()))
      if !isPositive { return (0..<size).map { _ in others[random.integer(below: others.count)] } }
      var bag = (0..<size).map { _ in random.integer(below: labels.count) }
      if !bag.contains(where: { labels[$0] == target }) {
        bag[random.integer(below: size)] = targets[random.integer(below: targets.count)]
      }
      return bag
    }
    (self.isPositive, self.target) = (isPositive, target)
  }

  /// The number of bags.
  public var count: Int { isPositive.count }
}

extension DigitBags {
  /// Draws bags of the images of a data set.
  ///
  /// - Throws: ``DataFileError`` where these are not gray images with labels, some of the target and others.
  public init(
    of dataset: ImageDataset, bagCount: Int, target: Int = 9, random stream: RandomStream
  ) throws {
    guard let labels = dataset.labels, dataset.channels == 1, labels.contains(target),
      labels.contains(where: { $0 != target })
    else {
      throw DataFileError(
        file: dataset.name, problem: "expected gray images with labels, some of class \(target) and others")
    }
    self.init(labels: labels, bagCount: bagCount, target: target, random: stream)
  }
}

/// Bags of images with their pixels.
public struct ImageBags: LabelledBags {
  private let bags: DigitBags
  private let dataset: ImageDataset

  /// The bags of a data set's images.
  public init(_ bags: DigitBags, in dataset: ImageDataset) {
    (self.bags, self.dataset) = (bags, dataset)
  }

  /// Draws bags of the images of a data set.
  ///
  /// - Throws: ``DataFileError`` where these are not gray images with labels, some of the target and others.
  public init(of dataset: ImageDataset, bagCount: Int, target: Int = 9, random stream: RandomStream) throws {
    self.init(try DigitBags(of: dataset, bagCount: bagCount, target: target, random: stream), in: dataset)
  }

  public var isPositive: [Bool] { bags.isPositive }

  /// The images of one bag, or of several of as many, dark 0 and light 1, [bags, images, height, width].
  public func batch<Scalar: TensorScalar>(_ indices: [Int]) -> Tensor<Scalar> {
    let counts = indices.map { bags.images[$0].count }
    require(Set(counts).count == 1, "bags of \(counts) images side by side, expected equally many")
    let batch = dataset.batch(at: indices.flatMap { bags.images[$0] })
    return Tensor(
      shape: [indices.count, counts[0], batch.height, batch.width],
      elements: batch.pixels.map { Scalar($0) / 255 })
  }
}
