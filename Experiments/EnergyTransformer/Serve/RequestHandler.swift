import EnergyTransformer
import FlyingFox
import Foundation

/// Answers requests by a table of routes. Every answer is one of theirs, or one sentence of what is wrong in JSON.
actor RequestHandler {
  private let routes: [String: [HTTPMethod: Route]]
  private let access: AccessRules
  private let uploadLimit: Int
  private var underWay = 0
  private var isStopping = false
  private var waiting: CheckedContinuation<Void, Never>?

  init(routes: [Route], access: AccessRules, uploadLimit: Int) {
    self.routes = Dictionary(grouping: routes, by: \.path).mapValues { routes in
      Dictionary(uniqueKeysWithValues: routes.map { ($0.method, $0) })
    }
    self.access = access
    self.uploadLimit = uploadLimit
  }

  /// Takes no new requests, and returns when all that were taken are answered.
  func stop() async {
    isStopping = true
    if underWay > 0 { await withCheckedContinuation { waiting = $0 } }
  }

  func response(to request: HTTPRequest) async -> HTTPResponse {
    underWay += 1
    defer {
      underWay -= 1
      if underWay == 0 { waiting?.resume() }
    }
    do {
      let (route, cookie) = try await admitted(request)
      let answer = try await answer(to: request, by: route)
      var response = HTTPResponse(
        statusCode: .ok,
        headers: headers(answer.contentType, caching: answer.isFile ? "no-cache" : "no-store"),
        body: answer.data)
      if let cookie { response.headers[.setCookie] = cookie }
      return response
    } catch {
      let fault = RequestError(error)
      if fault.status == .internalServerError {
        try? FileHandle.standardError.write(contentsOf: Data("\(request.path): \(error)\n".utf8))
      }
      return response(fault)
    }
  }

  /// The route of a request that may be answered, and a cookie for who asked.
  private func admitted(_ request: HTTPRequest) async throws -> (route: Route, cookie: String?) {
    do {
      if isStopping { throw RequestError(.serviceUnavailable, "The server is stopping.") }
      let cookie = try access.check(request)
      guard let found = routes[request.path] else {
        throw RequestError.missing("There is nothing at this address.")
      }
      guard let route = found[request.method] else {
        let names = found.keys.map(\.rawValue).sorted().joined(separator: ", ")
        throw RequestError(.methodNotAllowed, "This address takes \(names).")
      }
      return (route, cookie)
    } catch {
      // Read and not kept: see ``RequestBody``.
      _ = try? await RequestBody.read(request, limit: 0)
      throw error
    }
  }

  private func answer(to request: HTTPRequest, by route: Route) async throws -> Answer {
    let body = route.method == .POST ? try await RequestBody.read(request, limit: uploadLimit) : Data()
    let query = Dictionary(request.query.map { ($0.name, $0.value) }) { first, _ in first }
    return try await route.answer(PageRequest(query: query, body: body))
  }

  private func response(_ fault: RequestError) -> HTTPResponse {
    let data = (try? Answer.json(["error": fault.description]).data) ?? Data()
    var headers = headers("application/json", caching: "no-store")
    // Of a body that is too long a rest may be left in the connection.
    headers[.connection] = "close"
    return HTTPResponse(
      statusCode: fault.status, headers: headers,
      body: HTTPBodySequence(from: LastBody(data: data), count: data.count))
  }

  private func headers(_ contentType: String, caching: String) -> HTTPHeaders {
    [
      .contentType: contentType,
      .cacheControl: caching,
      HTTPHeader("Content-Security-Policy"):
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'",
      HTTPHeader("X-Content-Type-Options"): "nosniff",
      HTTPHeader("Referrer-Policy"): "no-referrer",
      HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
    ]
  }
}
