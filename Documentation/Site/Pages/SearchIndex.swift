import Foundation

/// What the search box looks through: every title and symbol with its place, as a script, since a page that was opened from disk
/// may load scripts and nothing else.
struct SearchIndex {
  let site: SiteContents

  /// The script.
  func script() throws -> String {
    var entries: [[String]] = []
    for node in site.nodes.values {
      guard let place = site.map.place(of: node.identifier), !site.map.isImplementationList(node) else {
        continue
      }
      let above = SiteMap.components(node.identifier).dropLast().joined(separator: ".")
      entries.append([
        node.metadata.title, node.kind == .article ? "Article" : above,
        SiteMap.address(of: place, from: "index.html"),
      ])
    }
    entries += site.results.pages.map {
      [$0.title, "Results", SiteMap.relative($0.path, from: "index.html")]
    }
    entries.sort { ($0[0], $0[2]) < ($1[0], $1[2]) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return "searchIndex = \(String(decoding: try encoder.encode(entries), as: UTF8.self));\n"
  }
}
