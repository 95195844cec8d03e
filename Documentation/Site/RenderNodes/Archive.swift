import Foundation

/// What `docc convert` wrote: a node for every page and symbol, and the files of images.
struct Archive {
  /// The folder.
  let path: String
  /// The nodes by their identifiers.
  let nodes: [String: RenderNode]

  /// Reads every node of an archive.
  ///
  /// - Throws: ``SiteError`` that names the file and what in it is not known.
  init(path: String) throws {
    self.path = path
    let data = path + "/data"
    guard let files = FileManager.default.enumerator(atPath: data) else {
      throw SiteError("\(data): cannot be read, expected what `docc convert` writes")
    }
    var nodes: [String: RenderNode] = [:]
    let decoder = JSONDecoder()
    for case let name as String in files where name.hasSuffix(".json") {
      let file = "\(data)/\(name)"
      guard let bytes = FileManager.default.contents(atPath: file) else {
        throw SiteError("\(file): cannot be read")
      }
      do {
        let node = try decoder.decode(RenderNode.self, from: bytes)
        nodes[node.identifier] = node
      } catch let error as DecodingError {
        throw SiteError("\(file): \(Self.words(error))")
      }
    }
    guard !nodes.isEmpty else { throw SiteError("\(data): holds no page") }
    self.nodes = nodes
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context): context.debugDescription
    case .keyNotFound(let key, let context):
      "\(place(context)) lacks \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(place(context)) is not of the expected kind"
    @unknown default: "cannot be read"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty ? "the page" : context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}
