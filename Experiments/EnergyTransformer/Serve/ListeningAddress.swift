import FlyingFox
import FlyingSocks
import Foundation
import Kit

/// Where a server listens, and what that means for who may ask.
struct ListeningAddress {
  /// As it stands in an address of the web.
  let name: String
  /// Whether only programs of this machine reach it.
  let isLoopback: Bool
  private let socketAddress: @Sendable (UInt16) throws -> any SocketAddress

  /// - Throws: `ExperimentError` for what is not an address.
  init(_ host: String) throws {
    if host == "localhost" || (try? sockaddr(ip4: host)) != nil {
      let number = host == "localhost" ? "127.0.0.1" : host
      (name, isLoopback) = (host, number.hasPrefix("127."))
      socketAddress = { try sockaddr(ip4: number, port: $0) }
    } else if (try? sockaddr(ip6: host)) != nil {
      (name, isLoopback) = ("[\(host)]", host == "::1")
      socketAddress = { try sockaddr(ip6: host, port: $0) }
    } else {
      throw ExperimentError(
        "--host \(host): expected an IPv4 or IPv6 address of this machine, such as 127.0.0.1 or 0.0.0.0")
    }
  }

  func server(port: UInt16) throws -> HTTPServer {
    func configured(_ address: some SocketAddress) -> HTTPServer {
      // The time limit is for what a route computes while others wait before it.
      HTTPServer(address: address, timeout: 3_600, logger: .disabled)
    }
    return configured(try socketAddress(port))
  }
}

private func sockaddr(ip4: String, port: UInt16 = 0) throws -> any SocketAddress {
  func made(_ address: some SocketAddress) -> any SocketAddress { address }
  return made(try .inet(ip4: ip4, port: port))
}

private func sockaddr(ip6: String, port: UInt16 = 0) throws -> any SocketAddress {
  func made(_ address: some SocketAddress) -> any SocketAddress { address }
  return made(try .inet6(ip6: ip6, port: port))
}
