import Baselines
import Foundations
import Tensors
import Testing

struct HarmonicInpaintingTests {
  @Test("every hidden pixel is the mean of its neighbours inside the image, channel by channel")
  func meanOfNeighbours() throws {
    let (height, width, channels) = (6, 9, 2)
    let shape = [5, height * width * channels]
    let images = BaselineExamples.images(5, height: height, width: width, channels: channels, seed: 21)
    let hidden = BaselineExamples.mask(shape, share: 0.8, seed: 22)
    let inpainting = HarmonicInpainting(height: height, width: width, channels: channels)
    let completed = try inpainting.completed(images, hidden: hidden)
    BaselineExamples.expectVisibleKept(completed, images, hidden: hidden)
    func value(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> Float? {
      guard row >= 0, row < height, column >= 0, column < width else { return nil }
      return completed[image, (row * width + column) * channels + channel]
    }
    var worst: Float = 0
    for image in 0..<5 {
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels where hidden[image, (row * width + column) * channels + channel] == 1 {
            let around = [(-1, 0), (1, 0), (0, -1), (0, 1)].compactMap {
              value(image, row + $0.0, column + $0.1, channel)
            }
            let mean = around.reduce(0, +) / Float(around.count)
            let centre = try #require(value(image, row, column, channel))
            worst = max(worst, abs(mean - centre))
          }
        }
      }
    }
    #expect(worst < 3e-7)
  }

  @Test("a linear ramp between two visible columns is restored exactly")
  func linearRamp() throws {
    let (height, width) = (4, 11)
    // The ramp obeys the equation inside, and its slope along the upper and lower border is 0.
    let ramp = (0..<2 * height * width).map { index in
      index < height * width ? Float(index % width) / 10 : 1 - Float(index % width) / 20
    }
    let mask = (0..<2 * height * width).map { index -> Float in [0, 10].contains(index % width) ? 0 : 1 }
    let images = Tensor(shape: [2, height * width], elements: ramp)
    let hidden = Tensor(shape: [2, height * width], elements: mask)
    let completed = try HarmonicInpainting(height: height, width: width, channels: 1)
      .completed(BaselineExamples.spoiled(images, hidden: hidden), hidden: hidden)
    #expect(BaselineExamples.largestDifference(completed, images) < 1e-6)
  }

  @Test("one visible pixel spreads over its channel; a channel without any becomes 0.5")
  func fewVisiblePixels() throws {
    let images = BaselineExamples.images(2, height: 5, width: 7, channels: 2, seed: 23)
    var mask = [Float](repeating: 1, count: 2 * 70)
    // Image 1, row 2, column 3, channel 1.
    mask[70 + (2 * 7 + 3) * 2 + 1] = 0
    let completed = try HarmonicInpainting(height: 5, width: 7, channels: 2)
      .completed(images, hidden: Tensor(shape: [2, 70], elements: mask))
    let seen = images[1, (2 * 7 + 3) * 2 + 1]
    for position in 0..<35 {
      #expect(completed[0, 2 * position] == 0.5 && completed[0, 2 * position + 1] == 0.5)
      #expect(completed[1, 2 * position] == 0.5)
      #expect(abs(completed[1, 2 * position + 1] - seen) < 1e-6)
    }
  }

  @Test("a tolerance below double precision is an error that names the image")
  func unreachableTolerance() {
    let images = BaselineExamples.images(3, height: 8, width: 9, channels: 1, seed: 24)
    let hidden = BaselineExamples.mask([3, 72], share: 0.9, seed: 25)
    let inpainting = HarmonicInpainting(height: 8, width: 9, channels: 1, tolerance: 1e-30)
    let error = #expect(throws: CompletionNotConverged.self) {
      try inpainting.completed(images, hidden: hidden)
    }
    #expect(error?.description.contains("harmonic inpainting of image 0, channel 0") == true)
  }
}
