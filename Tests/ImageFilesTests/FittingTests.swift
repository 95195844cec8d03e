import ImageFiles
import Testing

struct FittingTests {
  @Test("halving averages blocks, channel by channel")
  func halving() {
    let image = PixelImage(
      width: 4, height: 2, channels: 3,
      bytes: (0..<24).map { UInt8(10 * $0) })
    let half = image.fitted(width: 2, height: 1)
    for column in 0..<2 {
      for channel in 0..<3 {
        let places = [0, 1, 4, 5].map { (2 * column + $0) * 3 + channel }
        let mean = places.map { Double(image.bytes[$0]) }.reduce(0, +) / 4
        #expect(half.bytes[column * 3 + channel] == UInt8(mean.rounded()))
      }
    }
  }

  @Test("the middle part of the wanted shape is taken")
  func middle() {
    // Columns 1 and 2 of four; rows 1 and 2 of four.
    let wide = PixelImage(width: 4, height: 2, channels: 1, bytes: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(wide.fitted(width: 2, height: 2).bytes == [2, 3, 6, 7])
    let tall = PixelImage(width: 2, height: 4, channels: 1, bytes: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(tall.fitted(width: 2, height: 2).bytes == [3, 4, 5, 6])
  }

  @Test("pixels that are cut count in proportion")
  func proportion() {
    // Three pixels make two: the middle one is half of each.
    let image = PixelImage(width: 3, height: 3, channels: 1, bytes: [0, 90, 240, 0, 90, 240, 0, 90, 240])
    // (0 + 45) / 1.5 = 30, (45 + 240) / 1.5 = 190
    #expect(image.fitted(width: 2, height: 2).bytes == [30, 190, 30, 190])
  }

  @Test("the same size gives the same pixels, a larger one repeats them")
  func sizes() {
    let image = PixelImage(width: 2, height: 2, channels: 1, bytes: [10, 20, 30, 40])
    #expect(image.fitted(width: 2, height: 2) == image)
    #expect(
      image.fitted(width: 4, height: 4).bytes
        == [10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40])
    let gray = PixelImage(width: 7, height: 5, channels: 1, bytes: Array(repeating: 99, count: 35))
    #expect(gray.fitted(width: 3, height: 4).bytes.allSatisfy { $0 == 99 })
  }

  @Test("stretching keeps the whole image and scales each side by itself")
  func stretching() {
    let image = PixelImage(width: 4, height: 2, channels: 1, bytes: [0, 20, 40, 60, 100, 120, 140, 160])
    #expect(image.stretched(width: 2, height: 2).bytes == [10, 50, 110, 150])
    #expect(image.stretched(width: 1, height: 1).bytes == [80])
    #expect(image.stretched(width: 2, height: 4).bytes == [10, 50, 10, 50, 110, 150, 110, 150])
    // Of three columns the first and last give two thirds of a pixel to each of two.
    let three = PixelImage(width: 3, height: 1, channels: 3, bytes: [0, 1, 2, 90, 91, 92, 240, 241, 242])
    #expect(three.stretched(width: 2, height: 1).bytes == [30, 31, 32, 190, 191, 192])
    #expect(image.stretched(width: 4, height: 2) == image)
  }
}
