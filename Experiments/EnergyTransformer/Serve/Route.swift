import EnergyTransformer
import FlyingFox
import Foundation
import Kit

/// An address of the page and what answers it. A path is compared as a whole: none leads to a file of its own.
struct Route: Sendable {
  let method: HTTPMethod
  let path: String
  let answer: @Sendable (PageRequest) async throws -> Answer

  /// What is read without sending anything but a query.
  static func get(
    _ path: String, _ answer: @escaping @Sendable (PageRequest) async throws -> Answer
  ) -> Route {
    Route(method: .GET, path: path, answer: answer)
  }

  /// What is given a body as it is.
  static func post(
    _ path: String, _ answer: @escaping @Sendable (PageRequest) async throws -> Answer
  ) -> Route {
    Route(method: .POST, path: path, answer: answer)
  }

  /// What is asked in JSON and answered in JSON.
  static func post<Input: Decodable & Sendable>(
    _ path: String, _ input: Input.Type,
    _ answer: @escaping @Sendable (Input) async throws -> some Encodable & Sendable
  ) -> Route {
    post(path) { request in
      let decoded: Input
      do {
        decoded = try JSONDecoder().decode(input, from: request.body)
      } catch let fault as DecodingError {
        throw RequestError(.badRequest, fault.sentence)
      }
      return try .json(await answer(decoded))
    }
  }
}

/// What a route is given.
struct PageRequest: Sendable {
  let query: [String: String]
  let body: Data
}

/// What a route answers.
struct Answer: Sendable {
  let data: Data
  let contentType: String
  /// Whether a browser may keep it, to ask whether it is still the same.
  var isFile = false

  /// An answer in JSON.
  static func json(_ value: some Encodable) throws -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Answer(data: try encoder.encode(value), contentType: "application/json")
  }
}

/// A request that cannot be answered: the status and one sentence for who asked.
struct RequestError: Error, CustomStringConvertible {
  let status: HTTPStatusCode
  let description: String

  init(_ status: HTTPStatusCode, _ sentence: String) { (self.status, description) = (status, sentence) }

  /// A request whose numbers or files cannot be used.
  static func unusable(_ sentence: String) -> RequestError { RequestError(.unprocessableContent, sentence) }
  /// A request that is too large.
  static func tooLarge(_ sentence: String) -> RequestError { RequestError(.payloadTooLarge, sentence) }
  /// A request for what there is not.
  static func missing(_ sentence: String) -> RequestError { RequestError(.notFound, sentence) }

  /// What is wrong with a request, from an error of the library: its own line where the request brought the fault.
  init(_ error: any Error) {
    switch error {
    case let error as RequestError: self = error
    case is ImageFileError, is FileFormatError, is DataFileError, is DescentFailure, is ExperimentError:
      self.init(.unprocessableContent, "\(error)")
    default: self.init(.internalServerError, "The server could not compute this.")
    }
  }

  /// Checks a number of a request.
  static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
    if !range.contains(value) {
      throw RequestError.unusable(
        "\(name) must lie in \(range.lowerBound) ... \(range.upperBound), not \(value)"
      )
    }
  }
}

extension DecodingError {
  /// What is wrong with the JSON, in a sentence.
  fileprivate var sentence: String {
    func name(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }
        .description
    }
    switch self {
    case .keyNotFound(let key, let context):
      return "The request lacks \(name(context.codingPath + [key]))."
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "The request's \(name(context.codingPath)) is not of type \(type)."
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "The request's \(name(context.codingPath)) is damaged."
    default: return "The request is not JSON."
    }
  }
}
