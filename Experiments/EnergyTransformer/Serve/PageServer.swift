import FlyingFox
import FlyingSocks
import Foundation
import Kit

/// Serves routes until it is told to stop.
///
/// On FlyingFox: it is built in seconds and brings no further package, where hummingbird brings SwiftNIO and a dozen others;
/// this page needs neither TLS nor HTTP/2.
struct PageServer {
  let address: ListeningAddress
  let port: UInt16
  let routes: [Route]
  let uploadLimit: Int

  /// Serves from the moment when it prints its address until a signal; then what was asked is answered first.
  ///
  /// - Throws: `ExperimentError` where the port cannot be had.
  func run(until signals: StopSignals) async throws {
    let server = try address.server(port: port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask { try await server.waitUntilListening(timeout: 60) }
      do {
        try await group.next()
      } catch {
        group.cancelAll()
        throw ExperimentError(problem(error))
      }
      let access = AccessRules(address: address, port: await listeningPort(of: server))
      let handler = RequestHandler(routes: routes, access: access, uploadLimit: uploadLimit)
      await server.appendRoute("*") { await handler.response(to: $0) }
      print("Serving at \(await page(of: server, access)) until Ctrl-C.")
      fflush(nil)
      await signals.wait()
      print("Stopping when what was asked is answered; again to stop at once.")
      fflush(nil)
      await handler.stop()
      // Answers that are being sent have this long to arrive.
      await server.stop(timeout: 0.5)
      group.cancelAll()
      // The server ends with the news that its socket is closed.
      while let ended = await group.nextResult() { _ = ended }
    }
  }

  private func page(of server: HTTPServer, _ access: AccessRules) async -> String {
    // The address of all networks is none to ask under.
    let host = ["0.0.0.0", "[::]"].contains(address.name) ? ProcessInfo.processInfo.hostName : address.name
    return "http://\(host):\(await listeningPort(of: server))/" + (access.token.map { "?token=\($0)" } ?? "")
  }

  private func listeningPort(of server: HTTPServer) async -> UInt16 {
    switch await server.listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): port
    default: port
    }
  }

  private func problem(_ error: any Error) -> String {
    guard case SocketError.failed(_, let number, let message) = error else {
      return "cannot listen on \(address.name) port \(port): \(error)"
    }
    switch number {
    case EADDRINUSE: return "port \(port) is in use: choose another with --port, or 0 for a free one"
    case EACCES: return "port \(port) needs rights that this user lacks: choose one from 1024 on with --port"
    case EADDRNOTAVAIL: return "--host \(address.name) is not an address of this machine"
    default: return "cannot listen on \(address.name) port \(port): \(message)"
    }
  }
}
