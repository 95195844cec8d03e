import Foundation
import ImageFiles
import Reporting
import Testing

@Suite("event files for TensorBoard") struct TensorBoardEventsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
  }

  @Test("CRC-32C has the check values of its catalogue and of RFC 3720, masked as TFRecord says")
  func checksum() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum(repeatElement(0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum(repeatElement(0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
    #expect(CRC32C.checksum([]) == 0)
    // 0xE3069283 >> 15 is 0x1C60D, << 17 is 0x25060000; their sum with the constant beyond 32 bits is dropped.
    #expect(CRC32C.masked("123456789".utf8) == 0xC78A_B0E5)
  }

  @Test("a file is, byte for byte, its version and a number of a step, as written by hand")
  func wholeFile() throws {
    let events = try TensorBoardEvents(inFolder: folder.path) { 1_700_000_000.5 }
    try events.addScalars(step: 3, [("loss", 0.5)])
    let time: [UInt8] = [0x09, 0x00, 0x00, 0x20, 0x40, 0xFC, 0x54, 0xD9, 0x41]
    let version: [UInt8] = time + [0x1A, 0x0D] + Array("brain.Event:2".utf8)
    let loss: [UInt8] =
      time + [0x10, 3, 0x2A, 0x0D, 0x0A, 0x0B, 0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
    // Checksums from a division by the polynomial bit by bit.
    let expected: [UInt8] =
      [0x18, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22] + version + [0x2B, 0x35, 0x31, 0x10]
      + [0x1A, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x9B, 0xD8, 0x2D] + loss + [0x8C, 0xFF, 0x6F, 0xE4]
    #expect(try bytes("events.out.tfevents.1700000000.run") == expected)
    #expect(try folder.names() == ["events.out.tfevents.1700000000.run"])
  }

  @Test(
    "what a file of metrics is given stands in the event file at the same steps, in the order of the columns")
  func metrics() throws {
    let writer = try MetricsWriter(
      path: "\(folder.path)/metrics.csv", columns: ["loss", "rate"], eventsFolder: folder.path)
    try writer.append(step: 0, ["rate": 0, "loss": 2])
    try writer.append(step: 300, ["loss": 1e40])
    let found = try events()
    #expect(found.map(\.step) == [0, 0, 300])
    #expect(
      found.map(\.scalars) == [
        [], [.init(tag: "loss", value: 2), .init(tag: "rate", value: 0)],
        [.init(tag: "loss", value: .infinity)],
      ])
  }

  @Test("a run that goes on writes the next file, which drops what is repeated; a new run begins anew")
  func resuming() throws {
    let path = "\(folder.path)/metrics.csv"
    var writer = try MetricsWriter(path: path, columns: ["loss"], eventsFolder: folder.path)
    for step in 0..<5 { try writer.append(step: step, ["loss": 1]) }
    writer = try MetricsWriter(resuming: path, columns: ["loss"], atStep: 3, eventsFolder: folder.path)
    for step in 3..<6 { try writer.append(step: step, ["loss": 0.5]) }
    let names = try folder.names().filter { $0.hasPrefix("events") }
    #expect(names.count == 2)
    let (first, second) = (try events(names[0]), try events(names[1]))
    #expect(first.map(\.step) == [0, 0, 1, 2, 3, 4] && !first.contains(where: \.isStart))
    // TensorBoard drops what it has from the step of such an event on.
    #expect(
      second.map(\.step) == [3, 3, 3, 4, 5] && second.map(\.isStart) == [false, true, false, false, false])

    try folder.write("another program's", to: "events.out.tfevents.1.elsewhere")
    _ = try MetricsWriter(path: path, columns: ["loss"], eventsFolder: folder.path)
    let left = try folder.names().filter { $0.hasPrefix("events") }
    #expect(left.count == 2 && left.contains("events.out.tfevents.1.elsewhere"))
    #expect(try events(left.first { $0.hasSuffix(".run") }).map(\.step) == [0])
  }

  @Test("a picture keeps its bytes, with its size and whether it is grey")
  func pictures() throws {
    let writer = try TensorBoardEvents(inFolder: folder.path)
    for (channels, colours) in [(1, 1), (3, 3)] {
      let image = PixelImage(
        width: 5, height: 2, channels: channels, bytes: (0..<UInt8(10 * channels)).map { 8 * $0 })
      let png = try image.pngData()
      try writer.addImage(step: 7, tag: "Completion", png: Data(png))
      let picture = try #require(try events().last?.pictures.first)
      #expect(picture.tag == "Completion" && picture.png == png)
      #expect((picture.height, picture.width, picture.colours) == (2, 5, colours))
    }
    #expect(
      message {
        try writer.addImage(step: 8, tag: "Completion", png: Data("GIF89a and more than that".utf8))
      }?
      .hasSuffix("Completion: expected the bytes of a PNG file") == true)
  }

  private func events(_ name: String? = nil) throws -> [ReadEvent] {
    let first = try folder.names().first { $0.hasPrefix("events") }
    return try ReadEvent.read(bytes(try #require(name ?? first)))
  }
}

/// An event read back by the rules of the formats.
private struct ReadEvent {
  struct Scalar: Equatable {
    let tag: String
    let value: Float
  }

  var step = 0
  var isStart = false
  var scalars: [Scalar] = []
  var pictures: [(tag: String, height: Int, width: Int, colours: Int, png: [UInt8])] = []

  /// The events of a file whose checksums are right.
  static func read(_ bytes: [UInt8]) throws -> [ReadEvent] {
    var found: [ReadEvent] = []
    var position = 0
    func number(_ count: Int) -> Int {
      defer { position += count }
      return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while position < bytes.count {
      let start = position
      let length = number(8)
      try #require(number(4) == Int(CRC32C.masked(bytes[start..<start + 8])))
      let data = Array(bytes[position..<position + length])
      position += length
      try #require(number(4) == Int(CRC32C.masked(data)))
      found.append(ReadEvent(data))
    }
    return found
  }

  private init(_ data: [UInt8]) {
    for field in WireField.all(data) {
      switch field.number {
      case 2: step = field.value
      case 7: isStart = WireField.all(field.bytes).contains { $0.number == 1 && $0.value == 1 }
      case 5: for value in WireField.all(field.bytes) { add(WireField.all(value.bytes)) }
      default: break
      }
    }
  }

  private mutating func add(_ value: [WireField]) {
    func bytes(_ number: Int, _ fields: [WireField]) -> [UInt8] {
      fields.first { $0.number == number }?.bytes ?? []
    }
    let tag = String(decoding: bytes(1, value), as: UTF8.self)
    if let scalar = value.first(where: { $0.number == 2 }) {
      scalars.append(Scalar(tag: tag, value: Float(bitPattern: UInt32(scalar.value))))
    }
    let image = WireField.all(bytes(4, value))
    guard !image.isEmpty else { return }
    func size(_ number: Int) -> Int { image.first { $0.number == number }?.value ?? 0 }
    pictures.append((tag, size(1), size(2), size(3), bytes(4, image)))
  }
}

/// A field of a protocol buffer.
private struct WireField {
  let number: Int
  var value = 0
  var bytes: [UInt8] = []

  static func all(_ data: [UInt8]) -> [WireField] {
    var (fields, position): ([WireField], Int) = ([], 0)
    func varint() -> Int {
      var (value, shift) = (0, 0)
      while true {
        let byte = Int(data[position])
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return value }
      }
    }
    func fixed(_ count: Int) -> Int {
      defer { position += count }
      return data[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while position < data.count {
      let key = varint()
      var field = WireField(number: key >> 3)
      switch key & 7 {
      case 0: field.value = varint()
      case 1: field.value = fixed(8)
      case 5: field.value = fixed(4)
      default:
        let count = varint()
        field.bytes = Array(data[position..<position + count])
        position += count
      }
      fields.append(field)
    }
    return fields
  }
}
