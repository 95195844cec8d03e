import FlyingFox
import Foundation

/// Who is answered.
///
/// A page of another site must not reach the server through its visitor's browser: under a name of its own that it points at
/// this machine (the host would be another), or by a request across sites (the origin would be). Where other machines reach
/// the server every request carries the token, in the query or in a cookie.
struct AccessRules: Sendable {
  /// What the host of a request may be; any where nil.
  let hosts: Set<String>?
  /// nil where only this machine reaches the server.
  let token: String?
  private let port: UInt16

  init(address: ListeningAddress, port: UInt16) {
    self.port = port
    guard address.isLoopback else {
      (hosts, token) = (nil, Self.randomToken())
      return
    }
    let names = ["localhost", "127.0.0.1", "[::1]", address.name]
    // Without a port the host means port 80.
    hosts = Set(names.flatMap { port == 80 ? [$0, "\($0):80"] : ["\($0):\(port)"] })
    token = nil
  }

  /// Checks a request.
  ///
  /// - Returns: A cookie that a browser should keep, where the token came in the address.
  func check(_ request: HTTPRequest) throws -> String? {
    let host = request.headers[.host]?.lowercased()
    if let hosts, !hosts.contains(host ?? "") {
      throw RequestError(.misdirectedRequest, "This server answers under the address that it printed alone.")
    }
    if let origin = request.headers[HTTPHeader("Origin")]?.lowercased(), origin != "http://\(host ?? "")" {
      throw RequestError(
        .forbidden, "This server answers its own page alone, not one of \(origin.prefix(100)).")
    }
    guard let token else { return nil }
    if let given = request.query["token"] {
      guard isToken(given, token) else { throw Self.refusal }
      return "\(cookieName)=\(token); HttpOnly; SameSite=Strict; Path=/"
    }
    let cookies = (request.headers[.cookie] ?? "").split(separator: ";").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let given = cookies.first { $0.hasPrefix("\(cookieName)=") }?.dropFirst(cookieName.count + 1)
    guard isToken(String(given ?? ""), token) else { throw Self.refusal }
    return nil
  }

  /// Cookies are shared by all ports of a machine.
  private var cookieName: String { "energy-transformer-\(port)" }

  private static let refusal = RequestError(
    .unauthorized, "The address lacks the token; take the whole address that the server printed.")

  /// Compares in a time that does not tell where two texts differ.
  private func isToken(_ given: String, _ token: String) -> Bool {
    let (given, token) = (Array(given.utf8), Array(token.utf8))
    guard given.count == token.count else { return false }
    return zip(given, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// 128 bits of the system's random numbers.
  private static func randomToken() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
