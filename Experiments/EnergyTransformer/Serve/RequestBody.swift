import FlyingFox
import FlyingSocks
import Foundation

/// The body of a request, up to a limit.
enum RequestBody {
  /// Reads all of it.
  ///
  /// - Throws: `RequestError` where it is longer.
  static func read(_ request: HTTPRequest, limit: Int) async throws -> Data {
    var data = Data()
    var count = 0
    var isTooLong = (request.bodySequence.count ?? 0) > limit
    for try await part in request.bodySequence {
      count += part.count
      isTooLong = isTooLong || count > limit
      if isTooLong {
        // A browser shows no answer to what it could not send: what little is left is read, and not kept.
        data = Data()
        if count > 4 * limit + (1 << 24) { break }
      } else {
        data.append(part)
      }
    }
    guard !isTooLong else {
      throw RequestError.tooLarge(
        "The upload is larger than \(limit.formatted(.number.locale(Locale(identifier: "en_GB")))) bytes; "
          + "--upload-limit sets the limit.")
    }
    return data
  }
}

/// The body of an answer after which the connection is closed: there may be a rest of the request in it.
struct LastBody: AsyncBufferedSequence {
  typealias Element = UInt8
  let data: Data

  func makeAsyncIterator() -> Iterator { Iterator(data: data) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    typealias Element = UInt8
    var data: Data?

    mutating func next() async throws -> UInt8? {
      if data?.isEmpty == true { throw SocketError.disconnected }
      return data?.popFirst()
    }

    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      defer { data = nil }
      guard let data else { throw SocketError.disconnected }
      return data
    }
  }
}
