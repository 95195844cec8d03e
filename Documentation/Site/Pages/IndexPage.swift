/// The page that the site opens at: what it is, the course, the modules and the results.
struct IndexPage {
  let site: SiteContents
  private let path = "index.html"

  init(site: SiteContents) { self.site = site }

  /// The page.
  func template() throws -> PageTemplate {
    var body = "<h1>\(Markup.escaped(PageTemplate.siteName))</h1>\n"
    if let root = site.nodes[site.map.root] {
      let text = ContentText(site: site, node: root, page: path)
      body += "<p class=\"abstract\">\(try text.html(root.abstract))</p>\n"
      for case .content(let blocks) in root.sections {
        body += try text.html(
          blocks.filter { if case .heading("Overview", _, _) = $0 { false } else { true } })
      }
    }
    body += "<h2 id=\"articles\">Articles</h2>\n"
    var articleCount = 0
    for (number, chapter) in site.course.enumerated() {
      body += "<h3 id=\"articles-\(number + 1)\">\(Markup.escaped(chapter.title))</h3>\n"
      body += try site.list(chapter.articles.map(\.identifier), from: path, numberedFrom: articleCount + 1)
      articleCount += chapter.articles.count
    }
    body += "<h2 id=\"modules\">Modules</h2>\n" + (try site.list(site.modules.map(\.identifier), from: path))
    if !site.results.pages.isEmpty {
      let pages = site.results.pages.map {
        "<li><a href=\"\(Markup.escaped(SiteMap.relative($0.path, from: path)))\">\(Markup.escaped($0.title))</a></li>\n"
      }
      body += """
        <h2 id="results">Results</h2>
        <p><a href="\(ResultsCopies.folder)/index.html">All results in one table</a>, and the page of each run:</p>
        <ul>
        \(pages.joined())</ul>

        """
    }
    let chapters = site.course.enumerated().map {
      "<li><a href=\"#articles-\($0.offset + 1)\">\(Markup.escaped($0.element.title))</a></li>"
    }
    let contents = """
      <p><a href="#articles">Articles</a></p>
      <ul>\(chapters.joined())</ul>
      <p><a href="#modules">Modules</a></p>
      <ul>\(try moduleLinks())</ul>
      \(site.results.pages.isEmpty ? "" : "<p><a href=\"#results\">Results</a></p>")

      """
    return PageTemplate(path: path, title: PageTemplate.siteName, contents: contents, body: body)
  }

  private func moduleLinks() throws -> String {
    site.modules.compactMap { module in
      site.map.place(of: module.identifier).map {
        "<li><a href=\"\(Markup.escaped(SiteMap.address(of: $0, from: path)))\"><code>\(Markup.escaped(module.metadata.title))</code></a></li>"
      }
    }.joined()
  }
}
