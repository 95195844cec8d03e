import DocumentationSite
import Foundation
import TestSupport
import Testing

@Suite("the documentation's pages") struct SiteTests {
  private func results(in folder: TemporaryFolder) throws -> String {
    try folder.write(
      "<title>All results</title><a href=\"run/page.html\">a run</a>", to: "Results/index.html")
    try folder.write(
      "<title>The run &amp; more</title><a href=\"../index.html\">all</a><a href=\"notes.md\">notes</a>",
      to: "Results/run/page.html")
    try folder.write("# Notes", to: "Results/run/notes.md")
    try folder.write("{}", to: "Results/run/run.json")
    return folder.path("Results")
  }

  private func pages(_ archive: SampleArchive) throws -> [String: String] {
    try Site(archive: archive.path, root: "Sample", results: try results(in: archive.folder)).pages()
  }

  @Test("text, code, tables and asides of an article come out as such, with nothing taken for markup")
  func article() throws {
    let page = try #require(try pages(SampleArchive())["sample/first.html"])
    #expect(page.contains("<title>First &amp; last · "))
    #expect(page.contains("<h1>First &amp; last</h1>\n<p class=\"abstract\">a &lt; b</p>"))
    #expect(page.contains("<p>x &amp; &quot;y&quot; &lt;z&gt; <code>A&lt;B&gt;</code><strong>bold</strong>"))
    #expect(!page.contains(">Overview<"))
    // Headings begin below that of the page, whatever their level was.
    #expect(page.contains("<h2 id=\"Code-tables\">Code &amp; tables</h2>"))
    #expect(
      page.contains(
        "<span class=\"keyword\">let</span> x = <span class=\"string\">&quot;&lt;a&gt; // b&quot;</span>  "
          + "<span class=\"comment\">// c</span>\n<span class=\"keyword\">func</span> f"))
    #expect(page.contains("x + <span class=\"number\">1.5</span> }</code>"))
    #expect(page.contains("<code>let &lt;y&gt;</code>"))
    #expect(
      page.contains(
        "<thead>\n<tr><th scope=\"col\">method</th><th scope=\"col\" align=\"right\">error</th></tr>\n</thead>\n"
          + "<tbody>\n<tr><td>a|b</td><td align=\"right\">0.5</td></tr>"))
    #expect(page.contains("<aside class=\"note\"><p class=\"label\">Note</p><p>Beside.</p>"))
  }

  @Test(
    "links are relative, whatever folder a page is in, and lead to pages, members, places, results and the web"
  )
  func links() throws {
    let pages = try pages(SampleArchive())
    let article = try #require(pages["sample/first.html"])
    #expect(article.contains("<a href=\"../energies/sum.html#energy(at:)\"><code>energy(at:)</code></a>"))
    #expect(article.contains("<a href=\"second.html#More-here\">more</a>"))
    #expect(article.contains("<a href=\"https://example.org/?a=1&amp;b=2\">the web</a>"))
    #expect(article.contains("<a href=\"../results/run/page.html\">the run</a>"))
    #expect(
      article.contains(
        "<picture><source srcset=\"../images/sample/figure~dark.svg\" media=\"(prefers-color-scheme: dark)\">"
          + "<img src=\"../images/sample/figure.svg\" alt=\"Two &quot;spaces&quot;\"></picture>"))
    #expect(article.contains("<link rel=\"stylesheet\" href=\"../site.css\">"))
    // The course goes from the second to the first.
    #expect(article.contains("<a rel=\"prev\" href=\"second.html\">") && !article.contains("rel=\"next\""))
    #expect(
      pages["energies.html"]?.contains("<a href=\"energies/sum.html\"><code>Sum</code></a><p>Adds.</p>")
        == true)
  }

  @Test("the page of a type has its declaration and all members in full, also one that no group lists")
  func symbols() throws {
    let page = try #require(try pages(SampleArchive())["energies/sum.html"])
    #expect(
      page.contains(
        "<span class=\"keyword\">struct</span> <span class=\"name\">Sum</span>&lt;<span class=\"type\">S</span>&gt; : "
          + "<a href=\"energy.html\"><span class=\"type\">Energy</span></a>"))
    #expect(page.contains("<h3 id=\"energy(at:)\">"))
    // A long declaration has a line for each parameter, and only for these.
    let plain = page.replacing(try Regex("<[^>]*>"), with: "")
    #expect(
      plain.contains(
        """
        func energy(
          at activations: Dictionary&lt;String, (Activations) -&gt; Int&gt;,
          scale: Double
        ) -&gt; (Tensor)
        """))
    #expect(page.contains("<dt><code>scale</code></dt><dd><p>Above 0.</p>"))
    // In the order of a doc comment: formula, parameters, what is returned, what is thrown.
    #expect(
      plain.contains("E = 0\n") && plain.contains("Returns\nOne number.\nThrowsNever.")
        && plain.range(of: "E = 0")?.lowerBound ?? plain.endIndex < plain.range(of: "Above 0.")?.lowerBound
          ?? plain.startIndex
    )
    #expect(!plain.contains("Discussion") && !plain.contains("Inherited from"))
    // What fulfils a requirement without words of its own has those of the requirement.
    #expect(page.contains("<p>E of each example.</p>"))
    #expect(page.contains("From <a href=\"energy.html#energy(at:)-2x\"><code>Energy.energy(at:)</code></a>"))
    #expect(page.contains("<h2 id=\"group-2\">More</h2>") && page.contains("Which no group lists."))
    #expect(page.contains("<li><code>Swift.Sendable</code></li>"))
  }

  @Test("the site opens at the course in its order, the modules and the results")
  func index() throws {
    let page = try #require(try pages(SampleArchive())["index.html"])
    let places = [
      "What it is.", "<h2 id=\"articles\">", "sample/second.html", "sample/first.html", "<h2 id=\"modules\">",
      "<p>What falls.</p>", "<h2 id=\"results\">", "results/index.html",
      "<a href=\"results/run/page.html\">The run &amp; more</a>",
    ].map { page.range(of: $0, options: .backwards)?.lowerBound }
    let found = places.compactMap(\.self)
    #expect(found.count == places.count && found == found.sorted())
  }

  @Test("a written site holds all that it links to, and its search leads to what is there")
  func written() throws {
    let archive = try SampleArchive()
    let results = try results(in: archive.folder)
    let folder = archive.folder.path("site")
    let site = try Site(archive: archive.path, root: "Sample", results: results)
    #expect(try site.write(to: folder) == 6)
    // Again in its place; nothing of an earlier one stays.
    try archive.folder.write("old", to: "site/old.html")
    _ = try site.write(to: folder)
    let files = try #require(FileManager.default.subpaths(atPath: folder))
    #expect(!files.contains("old.html") && !files.contains("results/run/run.json"))
    #expect(files.contains("results/run/notes.md"))
    let checker = try LinkChecker(folder: folder, files: files.filter { $0.hasSuffix(".html") })
    #expect(checker.findings == [] && checker.linkCount > 50)
    let script = try String(contentsOfFile: folder + "/search-index.js", encoding: .utf8)
    let start = try #require(script.range(of: "searchIndex = "))
    let entries = try JSONDecoder().decode(
      [[String]].self, from: Data(script[start.upperBound...].prefix { $0 != ";" }.utf8))
    #expect(entries.contains(["energy(at:)", "Energies.Sum", "energies/sum.html#energy(at:)"]))
    #expect(entries.contains(["Second", "Article", "sample/second.html"]))
    // Each leads to a place that is there.
    let links = entries.map { "<a href=\"\($0[2])\">x</a>" }.joined()
    try archive.folder.write(links, to: "site/entries.html")
    #expect(try LinkChecker(folder: folder, files: ["entries.html"]).findings == [])
  }

  @Test("what cannot be shown is named, not left out")
  func errors() throws {
    func message(_ change: (SampleArchive) throws -> Void) -> String? {
      do {
        let archive = try SampleArchive()
        try change(archive)
        _ = try pages(archive)
        return nil
      } catch { return "\(error)" }
    }
    let lost = message {
      try $0.write("third", "article", "Sample/Third", metadata: #""title": "Third""#, #""sections": []"#)
    }
    #expect(lost == "the article \"Third\" stands in no topic of the page of Sample")
    let block = message { try $0.replaceArticle(content: #"{"type": "video", "identifier": "film"}"#) }
    #expect(block?.hasSuffix("first.json: a block of the unknown type video") == true)
    let link =
      #"{"type": "paragraph", "inlineContent": [{"type": "reference", "identifier": "@Energies/None"}]}"#
    #expect(
      message { try $0.replaceArticle(content: link) }
        == "doc://sample/documentation/Sample/First: links to doc://sample/documentation/Energies/None, which has no page"
    )
    let source =
      #"{"type": "paragraph", "inlineContent": [{"type": "reference", "identifier": "../../README.md"}]}"#
    #expect(message { try $0.replaceArticle(content: source) }?.contains("the site has no copy of") == true)
    let image = #"{"type": "paragraph", "inlineContent": [{"type": "image", "identifier": "figure"}]}"#
    let silent = #""figure": {"type": "image", "variants": [{"url": "/images/a.svg", "traits": []}]}"#
    #expect(
      message { try $0.replaceArticle(content: image, references: silent) }?
        .hasSuffix("the image figure lacks words for those who do not see it") == true)
    #expect(
      message { try $0.replaceArticle(content: image) }?.hasSuffix("the image figure is missing") == true)
  }
}
