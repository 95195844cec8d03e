public import Tensors

extension DigitBags {
  /// Draws bags of the images of a data set.
  ///
  /// - Throws: ``DataFileError`` where these are not gray images with labels, some of the target and others.
  public init(
    of dataset: ImageDataset, bagCount: Int, target: Int = 9, using stream: RandomStream
  ) throws {
    guard let labels = dataset.labels, dataset.channels == 1, labels.contains(target),
      labels.contains(where: { $0 != target })
    else {
      throw DataFileError(
        file: dataset.name, problem: "expected gray images with labels, some of class \(target) and others")
    }
    self.init(labels: labels, bagCount: bagCount, target: target, using: stream)
  }

  /// The images of a bag, dark 0 and light 1, [1, images, height, width].
  public func batch(of bag: Int, in dataset: ImageDataset) -> Tensor<Float> {
    let batch = dataset.batch(at: images[bag])
    return Tensor(
      shape: [1, batch.count, batch.height, batch.width], elements: batch.pixels.map { Float($0) / 255 })
  }
}
