import Foundation
import Synchronization
import Testing

/// The program `energy-transformer serve`, while it runs, on a port of its own.
final class RunningServer {
  /// As it was printed.
  let address: String
  let port: UInt16
  private let process = Process()
  private let output = Pipe()
  /// How many connections were made.
  let connectionCount = Atomic<Int>(0)

  /// What ended a connection before an answer.
  struct Refused: Error {}

  /// Starts the program and waits until it prints its address.
  init(_ arguments: [String] = [], in workingFolder: TemporaryPlace) throws {
    process.executableURL = URL(fileURLWithPath: try Program("energy-transformer").path)
    process.arguments = ["serve", "--port", "0"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: workingFolder.path(""))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.contains("\n") {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "the server ended before it printed its address: \(text)")
      text += String(decoding: data, as: UTF8.self)
    }
    let words = text.split(separator: " ")
    address = String(try #require(words.first { $0.hasPrefix("http://") }, "no address in: \(text)"))
    let url = try #require(URL(string: address))
    port = UInt16(try #require(url.port))
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// Sends a signal, and gives the exit code with which the program ends.
  func end(_ signal: Int32 = SIGTERM) -> Int32 {
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  /// What an answer holds.
  struct Answer {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: Data

    /// The sentence of an error.
    var sentence: String {
      get throws { try JSONDecoder().decode([String: String].self, from: body)["error"] ?? "" }
    }
  }

  /// Asks on a connection of its own, with the path as it stands.
  func ask(
    _ path: String, method: String = "GET", headers: [String: String] = [:], body: Data = Data()
  ) throws -> Answer {
    var all = ["Host": "127.0.0.1:\(port)", "Connection": "close", "Content-Length": "\(body.count)"]
    all.merge(headers) { $1 }
    let head = ["\(method) \(path) HTTP/1.1"] + all.map { "\($0): \($1)" } + ["", ""]
    return try send(head.joined(separator: "\r\n"), body)
  }

  /// Sends a head and a body as they stand.
  func send(_ head: String, _ body: Data) throws -> Answer {
    try Self.parse(exchange(Data(head.utf8) + body))
  }

  /// Posts a value as JSON.
  func post(_ path: String, _ value: some Encodable, headers: [String: String] = [:]) throws -> Answer {
    try ask(path, method: "POST", headers: headers, body: try JSONEncoder().encode(value))
  }

  private static func parse(_ data: Data) throws -> Answer {
    let end = try #require(
      data.range(of: Data("\r\n\r\n".utf8)), "no answer: \(String(decoding: data, as: UTF8.self))")
    let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
    }
    return Answer(
      status: try #require(Int(words[1])), headers: headers, body: Data(data[end.upperBound...]))
  }

  /// Sends bytes, and gives all that comes back until the server closes the connection.
  private func exchange(_ request: Data) throws -> Data {
    #if canImport(Darwin)
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // Not required: threads that a test starts by itself belong to no test.
    guard isConnected else { throw Refused() }
    connectionCount.add(1, ordering: .relaxed)
    var sent = 0
    while sent < request.count {
      let count = request.withUnsafeBytes { bytes in
        // A server that closes early must not end the test.
        Foundation.send(
          descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { break }
      sent += count
    }
    var received = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return received }
      received += buffer[..<count]
    }
  }
}
