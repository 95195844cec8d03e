import Foundation

/// What the site has: the nodes of the documentation with their places, the course, and copies of the results.
struct SiteContents {
  /// A part of the course.
  struct Chapter {
    let title: String
    let articles: [RenderNode]
  }

  let nodes: [String: RenderNode]
  let map: SiteMap
  /// The articles in the order of the root's topics; those that an article lists follow it.
  let course: [Chapter]
  /// The modules by name, without the root.
  let modules: [RenderNode]
  let results: ResultsCopies
  private let membersByOwner: [String: [RenderNode]]
  /// The requirements of protocols by names such as "Energy.energy(at:)".
  private let requirements: [String: RenderNode]

  /// - Throws: ``SiteError`` where an article stands in no topic that the root leads to.
  init(nodes: [String: RenderNode], root: String, results: ResultsCopies) throws {
    self.nodes = nodes
    self.results = results
    let map = try SiteMap(nodes, root: root)
    self.map = map
    let top = nodes[map.root]
    var seen: Set<String> = []
    func articles(_ identifiers: [String]) -> [RenderNode] {
      identifiers.flatMap { identifier -> [RenderNode] in
        guard let node = nodes[identifier], node.kind == .article, map.hasPage(node),
          seen.insert(identifier).inserted
        else { return [] }
        return [node] + articles(node.topics.flatMap(\.identifiers))
      }
    }
    course = (top?.topics ?? []).map { Chapter(title: $0.title ?? "", articles: articles($0.identifiers)) }
      .filter { !$0.articles.isEmpty }
    modules = nodes.values.filter { $0.metadata.symbolKind == "module" && $0.identifier != map.root }
      .sorted { $0.metadata.title < $1.metadata.title }
    membersByOwner = Dictionary(grouping: nodes.values.filter { $0.kind == .symbol && !map.hasPage($0) }) {
      map.pageOwner(of: $0)?.identifier ?? ""
    }.mapValues { $0.sorted { $0.identifier < $1.identifier } }
    let required = nodes.values.filter { $0.metadata.required == true }
    requirements = Dictionary(
      required.compactMap { node in
        map.owner(of: node.identifier).map { ("\($0.metadata.title).\(node.metadata.title)", node) }
      },
      uniquingKeysWith: { first, _ in first })
    let lost = nodes.values.filter { $0.kind == .article && map.hasPage($0) && !seen.contains($0.identifier) }
    if let lost = lost.map(\.metadata.title).min() {
      throw SiteError("the article \"\(lost)\" stands in no topic of the page of \(root)")
    }
  }

  func node(_ identifier: String) -> RenderNode? {
    nodes[identifier.split(separator: "#", maxSplits: 1).first.map(String.init) ?? identifier]
  }

  /// The members of a page: what stands in it, by name.
  func members(of node: RenderNode) -> [RenderNode] { membersByOwner[node.identifier] ?? [] }

  /// The requirement of a protocol that a member fulfils without words of its own: docc then says only what it is called.
  func requirement(of member: RenderNode) -> RenderNode? {
    guard member.abstract.count > 1, member.abstract[0] == .text("Inherited from "),
      case .code(let name) = member.abstract[1]
    else { return nil }
    return requirements[name]
  }

  /// The pages and members that identifiers mean, with their abstracts, as a list.
  func list(_ identifiers: [String], from page: String, numberedFrom start: Int? = nil) throws -> String {
    let items = try identifiers.compactMap { identifier -> String? in
      guard let node = node(identifier), let place = map.place(of: identifier) else { return nil }
      let words = Markup.escaped(node.metadata.title)
      let address = Markup.escaped(SiteMap.address(of: place, from: page))
      let name = node.kind == .symbol ? "<code>\(words)</code>" : words
      let abstract = try ContentText(site: self, node: node, page: page).html(node.abstract)
      return "<li><a href=\"\(address)\">\(name)</a>\(abstract.isEmpty ? "" : "<p>\(abstract)</p>")</li>\n"
    }
    guard !items.isEmpty else { return "" }
    guard let start else { return "<ul class=\"pages\">\n\(items.joined())</ul>\n" }
    return "<ol class=\"pages\" start=\"\(start)\">\n\(items.joined())</ol>\n"
  }

  /// The site's copy of a file that an article links to as it lies in the repository.
  func copy(of address: String, in identifier: String) throws -> String {
    let path = address.split(separator: "#").first.map(String.init) ?? ""
    let names = path.split(separator: "/").drop { $0 == ".." || $0 == "." }.map(String.init)
    guard names.first == "Results", let copy = results.copy(of: names.dropFirst().joined(separator: "/"))
    else {
      throw SiteError(
        "\(identifier): links to \(address), which the site has no copy of; only pages of Results are in it")
    }
    return copy
  }
}
