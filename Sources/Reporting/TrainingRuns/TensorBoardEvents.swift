public import Foundation
import Foundations

/// Writes an event file for TensorBoard while training runs: numbers and pictures by step, on the disk at once.
///
/// `tensorboard --logdir FOLDER` shows it. The file is a row of TFRecords, each a protocol buffer of the type `Event`
/// (tensorflow/core/util/event.proto and framework/summary.proto); of these types the few fields that are needed are written
/// here by hand.
public final class TensorBoardEvents {
  /// The file being written.
  public var path: String { file.path }
  private let file: AppendedFile
  private let clock: () -> Double

  private static let prefix = "events.out.tfevents."
  // In the place of the machine's name, which is nobody's concern.
  private static let suffix = ".run"

  /// Begins an event file in a folder, made if it is missing.
  ///
  /// A new run takes the place of an earlier one, whose event files are removed. A run that goes on leaves them and writes
  /// the next one, which begins by telling TensorBoard to drop what it has from that step on.
  ///
  /// - Parameters:
  ///   - folder: Where the file lies.
  ///   - step: The first step of a run that goes on; nil for a new one.
  ///   - clock: Seconds since 1970.
  public init(
    inFolder folder: String, resumingAtStep step: Int? = nil,
    clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    self.clock = clock
    let earlier = Self.seconds(ofFilesIn: folder)
    // TensorBoard reads the files of a folder in the order of their names.
    var second = Int(clock())
    if step == nil {
      for old in earlier { try? FileManager.default.removeItem(atPath: Self.path(folder, old)) }
    } else if let last = earlier.max() {
      second = max(second, last + 1)
    }
    let path = Self.path(folder, second)
    var bytes = Self.record(Self.event(clock(), step: step ?? 0) { $0.add(3, Array("brain.Event:2".utf8)) })
    if let step {
      var start = ProtocolBufferMessage()
      start.add(1, 1)
      bytes += Self.record(Self.event(clock(), step: step) { $0.add(7, start.bytes) })
    }
    try StagedFile(bytes, for: path).commit()
    file = try AppendedFile(path: path)
  }

  /// Adds numbers of a step by their tags, as single precision.
  public func addScalars(step: Int, _ values: [(tag: String, value: Double)]) throws {
    try add(
      step,
      values.map { tag, value in
        var message = ProtocolBufferMessage()
        message.add(1, Array(tag.utf8))
        message.add(2, Float(value))
        return message
      })
  }

  /// Adds a picture of a step.
  ///
  /// - Throws: `ReportingError` for bytes that are no PNG file, or a file that cannot be written.
  public func addImage(step: Int, tag: String, png: Data) throws {
    let bytes = Array(png)
    // A PNG begins with 8 bytes of its own and the header chunk: width, height, bits, kind of colours.
    guard bytes.count > 25, bytes[1...3].elementsEqual("PNG".utf8) else {
      throw ReportingError("\(path): \(tag): expected the bytes of a PNG file")
    }
    func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    var image = ProtocolBufferMessage()
    image.add(1, number(at: 20))
    image.add(2, number(at: 16))
    image.add(3, bytes[25] == 0 ? 1 : 3)
    image.add(4, bytes)
    var message = ProtocolBufferMessage()
    message.add(1, Array(tag.utf8))
    message.add(4, image.bytes)
    try add(step, [message])
  }

  /// Waits until everything so far is on the disk.
  public func synchronize() throws { try file.synchronize() }

  private func add(_ step: Int, _ values: [ProtocolBufferMessage]) throws {
    guard !values.isEmpty else { return }
    var summary = ProtocolBufferMessage()
    for value in values { summary.add(1, value.bytes) }
    let event = Self.event(clock(), step: step) { $0.add(5, summary.bytes) }
    try file.append(Self.record(event), name: "step \(step)")
  }

  private static func event(
    _ time: Double, step: Int, _ content: (inout ProtocolBufferMessage) -> Void
  ) -> [UInt8] {
    var event = ProtocolBufferMessage()
    event.add(1, time)
    event.add(2, step)
    content(&event)
    return event.bytes
  }

  /// A TFRecord: the length of the data, its checksum, the data, its checksum.
  private static func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
  }

  private static func path(_ folder: String, _ second: Int) -> String {
    let digits = String(second)
    return "\(folder)/\(prefix)\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits)\(suffix)"
  }

  /// When the event files that this type wrote into a folder were begun.
  private static func seconds(ofFilesIn folder: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
      return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
    }
  }
}

/// The bytes of a protocol buffer, field by field: each the number and kind of the field, then its value. A number that is 0
/// is left out, as the format has it.
private struct ProtocolBufferMessage {
  private(set) var bytes: [UInt8] = []

  /// A whole number that is not negative, as a varint.
  mutating func add(_ field: Int, _ value: Int) {
    require(value >= 0, "a whole number of an event is \(value)")
    guard value != 0 else { return }
    addVarint(field << 3)
    addVarint(value)
  }

  /// A number in double precision.
  mutating func add(_ field: Int, _ value: Double) {
    addVarint(field << 3 | 1)
    bytes += littleEndian(value.bitPattern)
  }

  /// A number in single precision; 0 too, since one of several kinds of value has to be there.
  mutating func add(_ field: Int, _ value: Float) {
    addVarint(field << 3 | 5)
    bytes += littleEndian(value.bitPattern)
  }

  /// Text, bytes or a message.
  mutating func add(_ field: Int, _ value: [UInt8]) {
    addVarint(field << 3 | 2)
    addVarint(value.count)
    bytes += value
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func addVarint(_ value: Int) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// The checksum CRC-32C (Castagnoli), which TFRecord files use; zlib has only that of another polynomial.
///
/// Polynomial 0x1EDC6F41, read from its lowest bit; RFC 3720, appendix B.4, has examples.
package enum CRC32C {
  /// The checksum of some bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
  }

  /// The same in the form that is stored, since the checksum of data that holds its own checksum says little: rotated right
  /// by 15 bits, plus a constant.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }
}
