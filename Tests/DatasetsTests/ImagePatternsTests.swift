import Datasets
import ImageFiles
import Tensors
import Testing

struct ImagePatternsTests {
  private let images = ImageDataset(
    name: "three", source: "test", height: 2, width: 3, channels: 1,
    pixels: [0, 10, 20, 30, 40, 50, 250, 3, 90, 12, 0, 255, 7, 200, 33, 128, 64, 5], labels: nil,
    classNames: [])

  @Test("rows are centred on the mean image and have length 1")
  func rows() {
    let patterns = ImagePatterns(images)
    for image in 0..<3 {
      let centred = (0..<6).map { place -> Double in
        let levels = (0..<3).map { Double(images.pixels[$0 * 6 + place]) / 255 }
        return levels[image] - levels.reduce(0, +) / 3
      }
      let length = centred.map { $0 * $0 }.reduce(0, +).squareRoot()
      for place in 0..<6 {
        #expect(abs(Double(patterns.rows[image, place]) - centred[place] / length) < 1e-6)
      }
    }
    #expect(patterns.rows(of: images).elements == patterns.rows.elements)
  }

  @Test("where images are alike rows are 0 to the bit, and an image that is the mean has none but zeros")
  func alike() {
    for (count, level) in [(2, 7), (3, 100), (7, 33), (49, 201)] as [(Int, UInt8)] {
      // All but the last number of the last image are alike.
      var pixels = [UInt8](repeating: level, count: 6 * count)
      let same = ImageDataset(
        name: "same", source: "test", height: 2, width: 3, channels: 1, pixels: pixels, labels: nil,
        classNames: [])
      #expect(ImagePatterns(same).rows.elements.allSatisfy { $0 == 0 })
      #expect(ImagePatterns(same).image(of: .zeros([6])).bytes.allSatisfy { $0 == level })
      pixels[6 * count - 1] += 1
      let other = ImageDataset(
        name: "other", source: "test", height: 2, width: 3, channels: 1, pixels: pixels, labels: nil,
        classNames: [])
      let rows = ImagePatterns(other).rows.elements
      for (place, value) in rows.enumerated() {
        let expected: Float = place % 6 < 5 ? 0 : (place == rows.count - 1 ? 1 : -1)
        #expect(value == expected)
      }
    }
    let middle = ImageDataset(
      name: "middle", source: "test", height: 1, width: 2, channels: 1, pixels: [0, 50, 100, 50, 200, 50],
      labels: nil, classNames: [])
    #expect(ImagePatterns(middle).rows.elements == [-1, 0, 0, 0, 1, 0])
  }

  @Test("a row of the mean length is shown as its image, cut to what a pixel holds")
  func showing() {
    // Two images are as far from their mean as each other.
    let pair = images.subset([0, 2])
    let patterns = ImagePatterns(pair)
    for image in 0..<2 {
      let shown = patterns.image(of: patterns.rows.sliced(axis: 0, image..<image + 1))
      #expect(shown == pair[image])
    }
    let bright = patterns.image(of: Tensor(repeating: 9, shape: [1, 6]))
    #expect(bright.bytes.allSatisfy { $0 == 255 })
    #expect(patterns.image(of: Tensor(repeating: -.infinity, shape: [6])).bytes.allSatisfy { $0 == 0 })
  }

  @Test("halves hide what they name", arguments: ImageHalf.allCases)
  func halves(half: ImageHalf) {
    let color = ImageDataset(
      name: "c", source: "test", height: 2, width: 2, channels: 3, pixels: ramp(24), labels: nil,
      classNames: [])
    let patterns = ImagePatterns(color)
    let hidden = patterns.hiding(half, of: .ones([1, 12])).elements.enumerated().filter { $1 == 0 }.map(
      \.offset)
    let expected =
      switch half {
      case .upper: [0, 1, 2, 3, 4, 5]
      case .lower: [6, 7, 8, 9, 10, 11]
      case .left: [0, 1, 2, 6, 7, 8]
      case .right: [3, 4, 5, 9, 10, 11]
      }
    #expect(hidden == expected)
  }
}
