/// What every page of the site has around its text.
struct PageTemplate {
  /// The name of the site, which leads home.
  static let siteName = "Energy Transformer"

  /// The page's path from the site's folder.
  let path: String
  let title: String
  /// What stands above this page, from the top: the words and the path of each.
  var above: [(title: String, path: String)] = []
  /// The list beside the text, as HTML.
  var contents = ""
  /// The text, as HTML.
  let body: String

  /// The page as HTML.
  var html: String {
    let name = Markup.escaped(title)
    let head = path == "index.html" ? name : "\(name) · \(Self.siteName)"
    let trail = above.map { "<li><a href=\"\(address($0.path))\">\(Markup.escaped($0.title))</a></li>" }
    let crumbs =
      above.isEmpty
      ? ""
      : "<nav class=\"trail\" aria-label=\"Above this page\"><ol>\(trail.joined())<li aria-current=\"page\">\(name)</li></ol></nav>\n"
    let beside =
      contents.isEmpty ? "" : "<nav class=\"contents\" aria-label=\"Contents\">\n\(contents)</nav>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(head)</title>
      <link rel="icon" href="data:,">
      <link rel="stylesheet" href="\(address("site.css"))">
      <script src="\(address("site.js"))" defer data-home="\(address("index.html"))" data-index="\(address("search-index.js"))"></script>
      </head>
      <body>
      <a class="skip" href="#content">To the text</a>
      <header>
      <a class="home" href="\(address("index.html"))">\(Self.siteName)</a>
      <nav aria-label="Site"><a href="\(address("index.html"))#articles">Articles</a> <a href="\(address("index.html"))#modules">Modules</a> <a href="\(address("index.html"))#results">Results</a></nav>
      <div class="search" role="search" hidden>
      <input type="search" id="search" placeholder="Search" aria-label="Search titles and symbols" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
      <ul id="found" role="listbox" aria-label="Found" hidden></ul>
      </div>
      </header>
      <div class="page">
      \(beside)<main id="content">
      \(crumbs)\(body)</main>
      </div>
      </body>
      </html>

      """
  }

  private func address(_ file: String) -> String { Markup.escaped(SiteMap.relative(file, from: path)) }
}
