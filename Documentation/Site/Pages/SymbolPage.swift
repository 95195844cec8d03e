/// The page of a module or a type: its declaration, what is said of it, and all its members in full.
struct SymbolPage {
  let site: SiteContents
  let node: RenderNode
  let path: String

  /// The page.
  func template() throws -> PageTemplate {
    let isModule = node.metadata.symbolKind == "module"
    var body = """
      <p class="kind">\(Markup.escaped(isModule ? "Module" : node.metadata.roleHeading ?? ""))</p>
      <h1><code>\(Markup.escaped(node.metadata.title))</code></h1>
      <p class="abstract">\(try text(node).html(node.abstract))</p>

      """
    body += try declarations(of: node) + details(of: node, text(node))
    var contents: [(title: String, id: String, members: [RenderNode])] = []
    var shown: Set<String> = []
    for group in try groups() {
      let members = group.members.filter { shown.insert($0.identifier).inserted }
      guard !members.isEmpty else { continue }
      let id = "group-\(contents.count + 1)"
      contents.append((group.title, id, members))
      body += "<section class=\"group\"><h2 id=\"\(id)\">\(Markup.escaped(group.title))</h2>\n"
      body += try site.list(members.filter(site.map.hasPage).map(\.identifier), from: path)
      for member in members where !site.map.hasPage(member) { body += try html(member) }
      body += "</section>\n"
    }
    body += try relations(node.relationships) + relations(node.seeAlso)
    return PageTemplate(
      path: path, title: node.metadata.title, above: above(), contents: list(contents), body: body)
  }

  /// The groups of members, in which lists that docc has put on pages of their own stand as groups, and members that no
  /// group has in a last one.
  private func groups() throws -> [(title: String, members: [RenderNode])] {
    var groups: [(title: String, members: [RenderNode])] = []
    var listed: Set<String> = []
    func add(_ group: RenderNode.LinkGroup, within title: String?) {
      let members = group.identifiers.compactMap { site.nodes[$0] }
      let own = members.filter { !site.map.isImplementationList($0) }
      if !own.isEmpty {
        groups.append((title ?? group.title ?? "Members", own))
        listed.formUnion(own.map(\.identifier))
      }
      for list in members where site.map.isImplementationList(list) {
        for inner in list.topics { add(inner, within: list.metadata.title) }
      }
    }
    for group in node.topics + node.defaultImplementations { add(group, within: nil) }
    let rest = site.members(of: node).filter { !listed.contains($0.identifier) && !site.map.hasPage($0) }
    if !rest.isEmpty { groups.append((groups.isEmpty ? "Members" : "More", rest)) }
    return groups
  }

  private func html(_ member: RenderNode) throws -> String {
    let anchor = site.map.anchor(of: member.identifier)
    let link = Markup.escaped(SiteMap.address(of: .init(page: path, anchor: anchor), from: path))
    let text = ContentText(site: site, node: member, page: path, headingShift: 2, hasAnchors: false)
    var body = """
      <section class="member">
      <h3 id="\(Markup.escaped(anchor))"><a href="\(link)"><code>\(Markup.escaped(member.metadata.title))</code></a>\
      \(member.metadata.required == true ? " <span class=\"required\">required</span>" : "")</h3>

      """
    // The declaration comes before the words, as in a source file.
    body += try declarations(of: member)
    if let requirement = site.requirement(of: member), let place = site.map.place(of: requirement.identifier)
    {
      let names = [site.map.owner(of: requirement.identifier), requirement].compactMap { $0?.metadata.title }
        .joined(separator: ".")
      let address = Markup.escaped(SiteMap.address(of: place, from: path))
      let words = try ContentText(site: site, node: requirement, page: path).html(requirement.abstract)
      body += words.isEmpty ? "" : "<p>\(words)</p>\n"
      body += "<p class=\"from\">From <a href=\"\(address)\"><code>\(Markup.escaped(names))</code></a></p>\n"
    } else if !member.abstract.isEmpty {
      body += "<p>\(try text.html(member.abstract))</p>\n"
    }
    body += try details(of: member, text)
    for group in member.defaultImplementations {
      let own = group.identifiers.compactMap { site.nodes[$0] }.filter { !site.map.isImplementationList($0) }
      for implementation in own { body += try html(implementation) }
    }
    return body + "</section>\n"
  }

  private func declarations(of node: RenderNode) throws -> String {
    var result = ""
    for case .declarations(let declarations) in node.sections {
      for tokens in declarations {
        let declaration = DeclarationText(tokens: tokens) { identifier in
          guard identifier != node.identifier, let place = site.map.place(of: identifier) else { return nil }
          return SiteMap.address(of: place, from: path)
        }
        result += "<pre class=\"declaration\" tabindex=\"0\"><code>\(declaration.html)</code></pre>\n"
      }
    }
    return result
  }

  /// What follows the first sentence, in the order of a doc comment: text and formula, parameters, what is returned and thrown.
  private func details(of node: RenderNode, _ text: ContentText) throws -> String {
    var (parameters, mentions) = ("", "")
    var blocks: [Block] = []
    for section in node.sections {
      switch section {
      case .declarations: break
      case .content(let content): blocks += content
      case .parameters(let list):
        let items = try list.map {
          "<dt><code>\(Markup.escaped($0.name))</code></dt><dd>\(try text.html($0.content))</dd>\n"
        }
        parameters += "<p class=\"label\">Parameters</p>\n<dl class=\"parameters\">\n\(items.joined())</dl>\n"
      case .mentions(let identifiers):
        let found = try site.list(identifiers, from: path)
        guard !found.isEmpty else { continue }
        mentions += "<details class=\"mentions\"><summary>Articles that name it</summary>\(found)</details>\n"
      }
    }
    let parts = DiscussionParts(blocks)
    return try text.html(parts.text) + parameters + text.html(parts.returned + parts.notes) + mentions
  }

  private func relations(_ groups: [RenderNode.LinkGroup]) throws -> String {
    try groups.map { group in
      let items = try group.identifiers.map { identifier in
        "<li>\(try text(node).html([.reference(identifier, words: nil, isActive: true)]))</li>"
      }
      return
        "<section class=\"related\"><h2>\(Markup.escaped(group.title ?? ""))</h2><ul>\(items.joined())</ul></section>\n"
    }.joined()
  }

  private func text(_ node: RenderNode) -> ContentText { ContentText(site: site, node: node, page: path) }

  private func above() -> [(title: String, path: String)] {
    var found: [(title: String, path: String)] = []
    var current = site.map.owner(of: node.identifier)
    while let owner = current {
      if let place = site.map.place(of: owner.identifier), place.anchor == nil {
        found.insert((owner.metadata.title, place.page), at: 0)
      }
      current = site.map.owner(of: owner.identifier)
    }
    return [(PageTemplate.siteName, "index.html")] + found
  }

  private func list(_ groups: [(title: String, id: String, members: [RenderNode])]) -> String {
    groups.map { group in
      let items = group.members.compactMap { member -> String? in
        guard let place = site.map.place(of: member.identifier) else { return nil }
        let address = Markup.escaped(SiteMap.address(of: place, from: path))
        return "<li><a href=\"\(address)\"><code>\(Markup.escaped(member.metadata.title))</code></a></li>"
      }
      return
        "<p><a href=\"#\(group.id)\">\(Markup.escaped(group.title))</a></p>\n<ul>\n\(items.joined(separator: "\n"))\n</ul>\n"
    }.joined()
  }
}
