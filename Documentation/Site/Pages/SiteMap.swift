import Foundation

/// Where everything stands in the site: articles, modules and types have pages, members stand in the page of their type.
struct SiteMap {
  /// A place in the site.
  struct Place: Equatable {
    /// The page's path from the site's folder.
    let page: String
    /// The element in it, unless the whole page is meant.
    let anchor: String?
  }

  /// The identifier of the page that the course and the modules hang on.
  let root: String
  private let nodes: [String: RenderNode]

  private static let kindsWithPages: Set<String> = ["module", "struct", "class", "enum", "protocol", "actor"]
  private static let prefix = "/documentation/"

  /// - Throws: ``SiteError`` where the archive has no page of this module.
  init(_ nodes: [String: RenderNode], root module: String) throws {
    self.nodes = nodes
    let found = nodes.values.first { node in
      node.metadata.symbolKind == "module" && Self.components(node.identifier) == [module]
    }
    guard let found else { throw SiteError("the archive has no page of the module \(module)") }
    root = found.identifier
  }

  /// The names from the module down to what is meant, as in `Energies/EnergySum/energy(at:)`.
  static func components(_ identifier: String) -> [String] {
    guard let start = identifier.range(of: prefix) else { return [] }
    let path = identifier[start.upperBound...].split(separator: "#", maxSplits: 1).first ?? ""
    return path.split(separator: "/").map(String.init)
  }

  /// Whether what is meant has a page of its own.
  func hasPage(_ node: RenderNode) -> Bool {
    if let kind = node.metadata.symbolKind { return Self.kindsWithPages.contains(kind) }
    return !isImplementationList(node)
  }

  /// Whether it is a list of members that docc has put on a page of its own, such as "Energy Implementations".
  func isImplementationList(_ node: RenderNode) -> Bool {
    guard node.kind == .article, node.metadata.role == "collectionGroup" else { return false }
    return owner(of: node.identifier)?.kind == .symbol
      && owner(of: node.identifier)?.metadata.symbolKind != "module"
  }

  /// What stands one level above, by the identifier.
  func owner(of identifier: String) -> RenderNode? {
    guard let slash = identifier.lastIndex(of: "/") else { return nil }
    return nodes[String(identifier[..<slash])]
  }

  /// The nearest node above that has a page, or the node itself.
  func pageOwner(of node: RenderNode) -> RenderNode? {
    var found: RenderNode? = node
    while let current = found, !hasPage(current) { found = owner(of: current.identifier) }
    return found
  }

  /// The place of what an identifier means; nil where the site does not have it.
  func place(of identifier: String) -> Place? {
    let parts = identifier.split(separator: "#", maxSplits: 1).map(String.init)
    guard let first = parts.first, let node = nodes[first], let owner = pageOwner(of: node) else {
      return nil
    }
    let page = path(of: owner.identifier)
    if parts.count > 1 { return Place(page: page, anchor: parts[1]) }
    return Place(page: page, anchor: owner.identifier == node.identifier ? nil : anchor(of: node.identifier))
  }

  /// The id of a member in the page of its type.
  func anchor(of identifier: String) -> String { Self.components(identifier).last ?? "" }

  private func path(of identifier: String) -> String {
    if identifier == root { return "index.html" }
    let names = Self.components(identifier).map { name in
      String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
    }
    return names.joined(separator: "/") + ".html"
  }

  /// A relative address from a page to a place.
  static func address(of place: Place, from page: String) -> String {
    let fragment = place.anchor.map {
      "#" + ($0.addingPercentEncoding(withAllowedCharacters: .urlFragmentAllowed) ?? $0)
    }
    if place.page == page, let fragment { return fragment }
    return relative(place.page, from: page) + (fragment ?? "")
  }

  /// The relative path from a page to a file, both from the site's folder.
  static func relative(_ file: String, from page: String) -> String {
    let from = page.split(separator: "/").dropLast()
    let to = file.split(separator: "/")
    let shared = zip(from, to.dropLast()).prefix { $0 == $1 }.count
    let names = Array(repeating: "..", count: from.count - shared) + to.dropFirst(shared).map(String.init)
    return names.map { $0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0 }
      .joined(separator: "/")
  }
}
