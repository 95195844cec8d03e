import Foundation

/// Values as lines of JSON.
enum ProtocolLine {
  static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(of line: String) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(line.utf8))
    } catch {
      throw WorkerFault("expected a line of the protocol, found \"\(line.prefix(200))\"")
    }
  }
}
