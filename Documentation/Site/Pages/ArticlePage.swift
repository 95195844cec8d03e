/// The page of an article, with its place in the course.
struct ArticlePage {
  let site: SiteContents
  let node: RenderNode
  let path: String

  /// The page.
  func template() throws -> PageTemplate {
    var text = ContentText(site: site, node: node, page: path)
    text.headingShift = 2 - topLevel
    let abstract = node.abstract.isEmpty ? "" : "<p class=\"abstract\">\(try text.html(node.abstract))</p>\n"
    var body = "<h1>\(Markup.escaped(node.metadata.title))</h1>\n\(abstract)"
    for case .content(let blocks) in node.sections { body += try text.html(Self.withoutOverview(blocks)) }
    for group in node.topics {
      body +=
        "<h2>\(Markup.escaped(group.title ?? "Topics"))</h2>\n\(try site.list(group.identifiers, from: path))"
    }
    for group in node.seeAlso where group.title == "Related Documentation" {
      let items = try group.identifiers.map {
        "<li>\(try text.html([.reference($0, words: nil, isActive: true)]))</li>\n"
      }
      body += "<h2 id=\"See-Also\">See also</h2>\n<ul>\n\(items.joined())</ul>\n"
    }
    body += try neighbours()
    return PageTemplate(
      path: path, title: node.metadata.title, above: [(PageTemplate.siteName, "index.html")],
      contents: contents, body: body)
  }

  /// The first heading of an article says nothing where it is docc's own.
  private static func withoutOverview(_ blocks: [Block]) -> [Block] {
    if case .heading("Overview", _, _)? = blocks.first { return Array(blocks.dropFirst()) }
    return blocks
  }

  private func neighbours() throws -> String {
    let course = site.course.flatMap(\.articles)
    guard let index = course.firstIndex(where: { $0.identifier == node.identifier }) else { return "" }
    func link(_ index: Int, _ words: String, _ relation: String) -> String {
      guard course.indices.contains(index), let place = site.map.place(of: course[index].identifier) else {
        return "<span></span>"
      }
      let address = Markup.escaped(SiteMap.address(of: place, from: path))
      let title = Markup.escaped(course[index].metadata.title)
      return "<a rel=\"\(relation)\" href=\"\(address)\"><span class=\"label\">\(words)</span>\(title)</a>"
    }
    return
      "<nav class=\"neighbours\" aria-label=\"Course\">\(link(index - 1, "Before", "prev"))\(link(index + 1, "Next", "next"))</nav>\n"
  }

  /// The course, with the headings of this article below its name.
  private var contents: String {
    site.course.map { chapter in
      let items = chapter.articles.map { article in
        let title = Markup.escaped(article.metadata.title)
        guard article.identifier != node.identifier, let place = site.map.place(of: article.identifier) else {
          return "<li aria-current=\"page\">\(title)\(headings)</li>"
        }
        return "<li><a href=\"\(Markup.escaped(SiteMap.address(of: place, from: path)))\">\(title)</a></li>"
      }
      return "<p>\(Markup.escaped(chapter.title))</p>\n<ul>\n\(items.joined(separator: "\n"))\n</ul>\n"
    }.joined()
  }

  /// The level of the highest headings, which stand below that of the page.
  private var topLevel: Int {
    var levels: [Int] = []
    for case .content(let blocks) in node.sections {
      for case .heading(_, let level, _) in Self.withoutOverview(blocks) { levels.append(level) }
    }
    return levels.min() ?? 2
  }

  private var headings: String {
    var items: [String] = []
    for case .content(let blocks) in node.sections {
      for case .heading(let text, let level, let anchor) in Self.withoutOverview(blocks)
      where level == topLevel {
        let place = SiteMap.Place(page: path, anchor: anchor)
        items.append(
          "<li><a href=\"\(Markup.escaped(SiteMap.address(of: place, from: path)))\">\(Markup.escaped(text))</a></li>"
        )
      }
    }
    return items.isEmpty ? "" : "<ul>\(items.joined())</ul>"
  }
}
