import Datasets
import ImageFiles
import Tensors
import Testing

struct ImageDatasetTests {
  private let dataset = ImageDataset(
    name: "set", source: "made here", height: 2, width: 3, channels: 3, pixels: ramp(7 * 18),
    labels: [0, 1, 2, 0, 1, 2, 0], classNames: ["a", "b", "c"])

  @Test("an error stays on one line whatever the file is called")
  func oneLine() {
    let error = DataFileError(file: "a\nb\u{2028}.tar", problem: "ends\r\nhere")
    #expect(error.description == "a\\nb\\u{2028}.tar: ends\\r\\nhere")
  }

  @Test("images, subsets and batches pick the right bytes and labels")
  func picking() {
    #expect(dataset.count == 7)
    #expect(dataset[2].bytes == ramp(18, from: 36))
    let part = dataset.subset([5, 1], name: "part")
    #expect(part.pixels == ramp(18, from: 90) + ramp(18, from: 18))
    #expect(part.labels == [2, 1] && part.name == "part")
    let batch = dataset.batch(at: [6, 0, 6])
    #expect(batch.shape == [3, 2, 3, 3])
    #expect(batch.pixels == ramp(18, from: 108) + ramp(18) + ramp(18, from: 108))
    #expect(batch.labels == [0, 0, 0] && batch.indices == [6, 0, 6])
  }

  @Test("a split keeps every image once, in order, and depends only on the seed")
  func split() {
    func parts(seed: UInt64) -> (training: ImageDataset, validation: ImageDataset) {
      var stream = RandomStream(seed: seed)
      return dataset.split(validationCount: 3, using: &stream)
    }
    let (training, validation) = parts(seed: 4)
    #expect(training.count == 4 && validation.count == 3)
    let first = (0..<7).map { dataset[$0].bytes[0] }
    let (left, right) = ((0..<4).map { training[$0].bytes[0] }, (0..<3).map { validation[$0].bytes[0] })
    #expect((left + right).sorted() == first)
    #expect(left == left.sorted() && right == right.sorted())
    #expect(parts(seed: 4).validation == validation)
    #expect((5..<15).contains { parts(seed: $0).validation != validation })
  }

  @Test("normalised pixels have mean 0 and deviation 1 in every channel")
  func normalization() {
    let normalization = PixelNormalization(measuring: dataset)
    let values = normalization.values(of: dataset.pixels)
    for channel in 0..<3 {
      let channelValues = stride(from: channel, to: values.count, by: 3).map { Double(values[$0]) }
      let mean = channelValues.reduce(0, +) / Double(channelValues.count)
      let variance = channelValues.reduce(0) { $0 + $1 * $1 } / Double(channelValues.count) - mean * mean
      #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-5)
    }
    #expect(normalization.pixels(from: values) == dataset.pixels)
  }

  @Test("normalisation follows its formula and its inverse clamps")
  func normalizationFormula() {
    let normalization = PixelNormalization(mean: [0.5, 0.25], standardDeviation: [0.5, 0.125])
    #expect(normalization.values(of: [255, 0, 0, 255]) == [1, -2, -1, 6])
    #expect(normalization.pixels(from: [1, -2, -5, 90, .nan, .infinity]) == [255, 0, 0, 255, 0, 255])
  }

  @Test("mean and deviation of a small set are those computed by hand; a flat channel divides by 1")
  func measuring() {
    let small = ImageDataset(
      name: "small", source: "made here", height: 1, width: 2, channels: 3,
      pixels: [0, 51, 9, 255, 102, 9], labels: nil, classNames: [])
    let normalization = PixelNormalization(measuring: small)
    let expected: [(mean: Float, deviation: Float)] = [(0.5, 0.5), (0.3, 0.1), (9.0 / 255, 1)]
    for channel in 0..<3 {
      #expect(abs(normalization.mean[channel] - expected[channel].mean) < 1e-7)
      #expect(abs(normalization.standardDeviation[channel] - expected[channel].deviation) < 1e-7)
    }
  }
}
