import Baselines
import Tensors
import Testing

struct ImageBaselineTests {
  private let training = BaselineExamples.images(37, height: 3, width: 5, channels: 2, seed: 1)
  private let images = BaselineExamples.images(7, height: 3, width: 5, channels: 2, seed: 2)
  private let hidden = BaselineExamples.mask([7, 30], share: 0.45, seed: 3)

  private var completions: [any ImageCompletion] {
    [
      MeanImageCompletion(training: training), NearestImageCompletion(training: training),
      GaussianCompletion(training: training), HarmonicInpainting(height: 3, width: 5, channels: 2),
    ]
  }

  @Test("visible pixels are kept and hidden ones never read")
  func masksAreRespected() throws {
    let spoiled = BaselineExamples.spoiled(images, hidden: hidden)
    for completion in completions {
      let completed = try completion.completed(images, hidden: hidden)
      BaselineExamples.expectVisibleKept(completed, images, hidden: hidden)
      #expect(try completion.completed(spoiled, hidden: hidden).elements == completed.elements)
    }
  }

  @Test("an image is completed the same alone and in a batch")
  func imagesAreIndependent() throws {
    for completion in completions {
      let all = try completion.completed(images, hidden: hidden)
      for image in 0..<7 {
        let alone = try completion.completed(
          images.sliced(axis: 0, image..<image + 1), hidden: hidden.sliced(axis: 0, image..<image + 1))
        // The Gaussian one stops by its tolerance, which the slowest image of a block decides.
        #expect(BaselineExamples.largestDifference(alone, all.sliced(axis: 0, image..<image + 1)) < 1e-5)
      }
    }
  }

  @Test("no images give no images, and nothing hidden leaves all as it is")
  func emptyCases() throws {
    for completion in completions {
      let none = try completion.completed(.zeros([0, 30]), hidden: .zeros([0, 30]))
      #expect(none.shape == [0, 30])
      #expect(try completion.completed(images, hidden: .zeros([7, 30])).elements == images.elements)
    }
  }

  @Test("completions have the same bits with one thread as with several")
  func threadsChangeNothing() throws {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    for completion in completions {
      Parallelism.threadCount = 1
      let one = try completion.completed(images, hidden: hidden)
      Parallelism.threadCount = 3
      #expect(try completion.completed(images, hidden: hidden).elements == one.elements)
    }
  }

  @Test("the mean image is the mean over the training images, pixel by pixel")
  func meanImage() {
    let completion = MeanImageCompletion(training: training)
    let completed = completion.completed(images, hidden: .ones([7, 30]))
    for pixel in 0..<30 {
      let mean = (0..<37).reduce(0.0) { $0 + Double(training[$1, pixel]) } / 37
      #expect(abs(Double(completed[6, pixel]) - mean) < 1e-7)
    }
  }

  @Test("the nearest image is the one a plain search finds")
  func nearestImage() {
    // More than one block of training images, and of images.
    let training = BaselineExamples.images(2_100, height: 2, width: 3, channels: 2, seed: 4)
    let images = BaselineExamples.images(515, height: 2, width: 3, channels: 2, seed: 5)
    let hidden = BaselineExamples.mask([515, 12], share: 0.4, seed: 6)
    let found = NearestImageCompletion(training: training).nearestIndices(images, hidden: hidden)
    let (x, t, m) = (images.elements, training.elements, hidden.elements)
    let expected = (0..<515).map { image in
      var best = (distance: Double.infinity, index: -1)
      for index in 0..<2_100 {
        var distance = 0.0
        for pixel in 0..<12 where m[image * 12 + pixel] == 0 {
          let difference = Double(x[image * 12 + pixel]) - Double(t[index * 12 + pixel])
          distance += difference * difference
        }
        if distance < best.distance { best = (distance, index) }
      }
      return best.index
    }
    #expect(found == expected)
    #expect(Set(found).count > 300)
  }

  @Test("of equally near images the first is taken, whatever the rounding of the products")
  func nearestTies() {
    let twice = Tensor.concatenated([training, training, training], axis: 0)
    let found = NearestImageCompletion(training: twice).nearestIndices(images, hidden: hidden)
    #expect(found == NearestImageCompletion(training: training).nearestIndices(images, hidden: hidden))
    #expect(found.allSatisfy { $0 < 37 })
    let blank = NearestImageCompletion(training: training).nearestIndices(images, hidden: .ones([7, 30]))
    #expect(blank == [Int](repeating: 0, count: 7))
  }
}
