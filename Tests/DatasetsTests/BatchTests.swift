import Datasets
import Tensors
import Testing

struct BatchTests {
  @Test("an epoch holds every image once, another epoch in another order", arguments: [true, false])
  func epochs(dropsLast: Bool) {
    let order = BatchOrder(
      imageCount: 23, batchSize: 5, dropsLast: dropsLast, shuffledBy: RandomStream(seed: 8))
    #expect(order.batchesPerEpoch == (dropsLast ? 4 : 5))
    let epochs = (0..<2).map { epoch in
      (0..<order.batchesPerEpoch).map { order.indices(ofUpdate: epoch * order.batchesPerEpoch + $0) }
    }
    for (epoch, batches) in epochs.enumerated() {
      #expect(batches.map(\.count) == (dropsLast ? [5, 5, 5, 5] : [5, 5, 5, 5, 3]))
      #expect(Array(order.indices(ofEpoch: epoch).prefix(batches.joined().count)) == Array(batches.joined()))
      #expect(order.indices(ofEpoch: epoch).sorted() == Array(0..<23))
    }
    #expect(epochs[0] != epochs[1])
  }

  @Test("without a stream the order is that of the data set")
  func unshuffled() {
    let order = BatchOrder(imageCount: 5, batchSize: 2, dropsLast: false, shuffledBy: nil)
    #expect((0..<4).map { order.indices(ofUpdate: $0) } == [[0, 1], [2, 3], [4], [0, 1]])
  }

  @Test("batches depend on seed and number only, so a resumed run continues alike")
  func resuming() {
    func batches(seed: UInt64) -> Batches {
      Batches(
        of: dataset, batchSize: 4, augmentation: Augmentation(padding: 1, flipProbability: 0.5),
        random: RandomStream(seed: seed))
    }
    let run = (0..<7).map(batches(seed: 3).batch)
    #expect((4..<7).map(batches(seed: 3).batch) == Array(run[4...]))
    #expect((0..<7).map(batches(seed: 2).batch) != run)
    #expect(run[0].shape == [4, 3, 4, 3])
    #expect(run[0].labels == run[0].indices.map { $0 % 2 })
  }

  @Test("a shift and a flip are the cut of the padded image, each as often as it should be")
  func augmentation() {
    let batch = dataset.batch(at: [9, 2])
    let augmentation = Augmentation(padding: 1, flipProbability: 0.25, fill: 77)
    var seen: [String: Int] = [:]
    let draws = 3600
    for seed in 0..<UInt64(draws) {
      let changed = augmentation.apply(to: batch, random: RandomStream(seed: seed))
      #expect(changed.indices == [9, 2] && changed.labels == batch.labels)
      seen[identify(changed, place: 1, of: batch, fill: 77) ?? "none", default: 0] += 1
    }
    #expect(seen.count == 18 && seen["none"] == nil)
    let flips = seen.filter { $0.key.hasSuffix("flip") }.values.reduce(0, +)
    #expect(abs(flips - draws / 4) < 130, "five standard deviations of the binomial distribution")
    for (change, count) in seen {
      let expected = Double(draws) / 9 * (change.hasSuffix("flip") ? 0.25 : 0.75)
      #expect(abs(Double(count) - expected) < 5 * expected.squareRoot(), "\(change)")
    }
  }

  @Test("padding 0 without flips changes nothing, probability 1 always mirrors")
  func certainAugmentation() {
    let batch = dataset.batch(at: [1, 3, 5])
    let stream = RandomStream(seed: 1)
    #expect(Augmentation(padding: 0, flipProbability: 0).apply(to: batch, random: stream) == batch)
    let mirror = Augmentation(padding: 0, flipProbability: 1)
    let mirrored = mirror.apply(to: batch, random: stream)
    #expect(mirrored != batch && mirror.apply(to: mirrored, random: stream) == batch)
  }

  @Test("the change of an image does not depend on its place in the batch")
  func place() {
    let augmentation = Augmentation(padding: 2, flipProbability: 0.5)
    let both = augmentation.apply(to: dataset.batch(at: [4, 7]), random: RandomStream(seed: 6))
    let alone = augmentation.apply(to: dataset.batch(at: [7]), random: RandomStream(seed: 6))
    #expect(Array(both.pixels.suffix(36)) == alone.pixels)
  }

  private let dataset = ImageDataset(
    name: "set", source: "made here", height: 3, width: 4, channels: 3,
    pixels: (0..<10 * 36).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 36 &* 13) },
    labels: (0..<10).map { $0 % 2 }, classNames: ["even", "odd"])

  /// Which shift and mirroring turned image `place` of `batch` into that of `changed`.
  private func identify(_ changed: ImageBatch, place: Int, of batch: ImageBatch, fill: UInt8) -> String? {
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      guard (0..<3).contains(row), (0..<4).contains(column) else { return [fill, fill, fill] }
      let start = place * 36 + (row * 4 + column) * 3
      return Array(batch.pixels[start..<start + 3])
    }
    for down in -1...1 {
      for right in -1...1 {
        for flip in [false, true] {
          let expected = (0..<3).flatMap { row in
            (0..<4).flatMap { pixel(row + down, (flip ? 3 - $0 : $0) + right) }
          }
          if expected == Array(changed.pixels[place * 36..<place * 36 + 36]) {
            return "\(down) \(right)\(flip ? " flip" : "")"
          }
        }
      }
    }
    return nil
  }
}
