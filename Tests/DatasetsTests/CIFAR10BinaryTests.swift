import Datasets
import Foundation
import ImageFiles
import Testing

struct CIFAR10BinaryTests {
  @Test("colour planes become pixels, files follow each other in order")
  func reading() throws {
    let folder = try cifarLike()
    let train = try CIFAR10Binary.train(folder.url)
    #expect(sizes(train) == [6, 32, 32, 3])
    #expect(train.labels == [1, 2, 3, 4, 5, 9])
    #expect(train.classNames[9] == "truck")
    let image = train[1]
    for (row, column) in [(0, 0), (0, 31), (5, 7), (31, 31)] {
      let position = row * 32 + column
      let expected = (0..<3).map { UInt8(truncatingIfNeeded: 2 * 50 + $0 * 1024 + position + $0) }
      #expect(Array(image.bytes[3 * position..<3 * position + 3]) == expected)
    }
    #expect(try CIFAR10Binary.test(folder.url).labels == [8])
  }

  @Test("missing, empty, cut and mislabelled files are named")
  func damaged() throws {
    let folder = try cifarLike()
    let path = "\(folder.url.path)/data_batch_3.bin"
    try folder.write("data_batch_3.bin", [])
    #expect(
      message { _ = try CIFAR10Binary.train(folder.url) }
        == "\(path): 0 bytes, expected a positive multiple of the record size 3073")
    try folder.write("data_batch_3.bin", record(label: 1) + record(label: 2).dropLast())
    #expect(
      message { _ = try CIFAR10Binary.train(folder.url) }
        == "\(path): 6145 bytes, expected a positive multiple of the record size 3073")
    try folder.write("data_batch_3.bin", record(label: 1) + record(label: 10))
    #expect(
      message { _ = try CIFAR10Binary.train(folder.url) } == "\(path): label 10 of record 1, expected 0 to 9")
    try folder.write("data_batch_3.bin", Array("<html><title>Sign in</title>".utf8))
    #expect(
      message { _ = try CIFAR10Binary.train(folder.url) }
        == "\(path): is an HTML page (the download gave a page instead of the file: fetch it again), expected records"
        + " of 3073 bytes")
    try folder.remove("data_batch_3.bin")
    #expect(message { _ = try CIFAR10Binary.train(folder.url) } == "\(path): missing, expected a file")
  }

  private func cifarLike() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for number in 1...4 { try folder.write("data_batch_\(number).bin", record(label: number)) }
    try folder.write("data_batch_5.bin", record(label: 5) + record(label: 9))
    try folder.write("test_batch.bin", record(label: 8))
    return folder
  }

  /// Value of a pixel: depends on label, plane and place.
  private func record(label: Int) -> [UInt8] {
    [UInt8(label)] + (0..<3).flatMap { plane in ramp(1024, from: 50 * label + plane * 1025) }
  }
}
