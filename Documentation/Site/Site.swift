import Foundation
import Reporting

/// The documentation as plain pages that open from disk.
package struct Site {
  private let archive: Archive
  private let contents: SiteContents

  /// A site of what `docc convert` wrote and of the pages of results.
  ///
  /// - Parameters:
  ///   - archive: The folder that `docc convert` wrote.
  ///   - root: The module whose page lists the articles.
  ///   - results: The folder of results; none where nil.
  /// - Throws: ``SiteError`` for what cannot be shown, naming the page and what is wrong with it.
  package init(archive: String, root: String, results: String?) throws {
    let archive = try Archive(path: archive)
    self.archive = archive
    contents = try SiteContents(
      nodes: archive.nodes, root: root, results: results.map(ResultsCopies.init) ?? ResultsCopies())
  }

  /// The pages by their paths.
  package func pages() throws -> [String: String] {
    var pages = ["index.html": try IndexPage(site: contents).template().html]
    for node in contents.nodes.values where contents.map.hasPage(node) && node.identifier != contents.map.root
    {
      guard let place = contents.map.place(of: node.identifier) else { continue }
      let template =
        node.kind == .article
        ? try ArticlePage(site: contents, node: node, path: place.page).template()
        : try SymbolPage(site: contents, node: node, path: place.page).template()
      guard pages.updateValue(template.html, forKey: place.page) == nil else {
        throw SiteError("\(node.identifier): has the file name \(place.page) of another page")
      }
    }
    return pages
  }

  /// Writes the site into a folder, in the place of the one that is there.
  ///
  /// - Returns: The number of pages, without those of results.
  package func write(to folder: String) throws -> Int {
    let pages = try pages()
    let manager = FileManager.default
    let new = folder + ".new"
    try? manager.removeItem(atPath: new)
    var files = pages
    files["site.css"] = try WebPage.resource("page.css") + Self.resource("site.css")
    files["site.js"] = try Self.resource("site.js")
    files["search-index.js"] = try SearchIndex(site: contents).script()
    for (path, text) in files {
      let url = URL(fileURLWithPath: "\(new)/\(path)")
      try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    if manager.fileExists(atPath: archive.path + "/images") {
      try manager.copyItem(atPath: archive.path + "/images", toPath: new + "/images")
    }
    try contents.results.write(toSite: new)
    try? manager.removeItem(atPath: folder)
    try manager.moveItem(atPath: new, toPath: folder)
    return pages.count
  }

  private static func resource(_ name: String) throws -> String {
    guard let url = Bundle.module.resourceURL?.appendingPathComponent("pages/\(name)"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { throw SiteError("\(name): the resources of the package are missing") }
    return text
  }
}
