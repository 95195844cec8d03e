import Foundation

/// Turns the text of a node into HTML, with its links as they lead from one page.
struct ContentText {
  let site: SiteContents
  /// The node whose references are meant.
  let node: RenderNode
  /// The page that the text stands in.
  let page: String
  /// How many levels headings stand lower than they say.
  var headingShift = 0
  /// Whether headings can be linked to.
  var hasAnchors = true

  func html(_ blocks: [Block]) throws -> String { try blocks.map(html).joined() }

  func html(_ inlines: [Inline]) throws -> String { try inlines.map(html).joined() }

  private func html(_ block: Block) throws -> String {
    switch block {
    case .paragraph(let inlines): return "<p>\(try html(inlines))</p>\n"
    case .heading(let text, let level, let anchor):
      let name = "h\(min(6, level + headingShift))"
      let id = hasAnchors ? " id=\"\(escaped(anchor))\"" : ""
      return "<\(name)\(id)>\(escaped(text))</\(name)>\n"
    case .listing(let lines, let language): return listing(lines.joined(separator: "\n"), language)
    case .aside(let name, let style, let content):
      let kind = style.lowercased().filter { $0.isASCII && $0.isLetter }
      return "<aside class=\"\(kind)\"><p class=\"label\">\(escaped(name))</p>\(try html(content))</aside>\n"
    case .ordered(let items, let start):
      return "<ol\(start == 1 ? "" : " start=\"\(start)\"")>\n\(try items.map(item).joined())</ol>\n"
    case .unordered(let items): return "<ul>\n\(try items.map(item).joined())</ul>\n"
    case .terms(let terms):
      let body = try terms.map { "<dt>\(try html($0.term))</dt><dd>\(try html($0.definition))</dd>\n" }
      return "<dl>\n\(body.joined())</dl>\n"
    case .table(let table): return try html(table)
    case .columns(let columns):
      let body = try columns.map { "<div>\(try html($0))</div>" }
      return "<div class=\"row\">\(body.joined())</div>\n"
    case .tabs(let tabs):
      return try tabs.map { tab in
        "<section class=\"tab\"><p class=\"label\">\(escaped(tab.title))</p>\(try html(tab.content))</section>\n"
      }.joined()
    case .links(let identifiers): return try site.list(identifiers, from: page)
    case .rule: return "<hr>\n"
    }
  }

  private func html(_ inline: Inline) throws -> String {
    switch inline {
    // What docc makes of a line break that is meant.
    case .text("\n"): return "<br>\n"
    case .text(let text): return escaped(text)
    case .code(let code): return "<code>\(escaped(code))</code>"
    case .styled(let style, let inlines): return "<\(style)>\(try html(inlines))</\(style)>"
    case .link(let address, let words): return try link(address, escaped(words))
    case .image(let identifier): return try image(identifier)
    case .reference(let identifier, let words, let isActive):
      let reference = node.references[identifier]
      let target = site.node(identifier)
      let title = reference?.title ?? target?.metadata.title ?? identifier
      let shown =
        try words.map(html)
        ?? (target?.kind == .symbol && !identifier.contains("#")
          ? "<code>\(escaped(title))</code>" : escaped(title))
      if let place = site.map.place(of: identifier) {
        guard isActive else { return shown }
        return "<a href=\"\(escaped(SiteMap.address(of: place, from: page)))\">\(shown)</a>"
      }
      switch reference?.type {
      case "link": return try link(reference?.url ?? identifier, shown)
      case "unresolvable": return "<code>\(escaped(title))</code>"
      case let type where type != nil || identifier.hasPrefix("doc:"):
        throw SiteError("\(node.identifier): links to \(identifier), which has no page")
      default: return try link(identifier, shown)
      }
    }
  }

  /// A link outside the documentation: to the web, or to a file of the repository that the site has a copy of.
  private func link(_ address: String, _ shown: String) throws -> String {
    let target: String
    if address.contains(":") || address.hasPrefix("#") {
      target = address
    } else {
      target = SiteMap.relative(try site.copy(of: address, in: node.identifier), from: page)
    }
    return "<a href=\"\(escaped(target))\">\(shown)</a>"
  }

  private func image(_ identifier: String) throws -> String {
    guard let reference = node.references[identifier], let variants = reference.variants, !variants.isEmpty
    else {
      throw SiteError("\(node.identifier): the image \(identifier) is missing")
    }
    guard let alt = reference.alt, !alt.isEmpty else {
      throw SiteError("\(node.identifier): the image \(identifier) lacks words for those who do not see it")
    }
    func address(_ variant: Reference.Variant) -> String {
      let file = variant.url.hasPrefix("/") ? String(variant.url.dropFirst()) : variant.url
      return escaped(SiteMap.relative(file, from: page))
    }
    func first(_ isDark: Bool) -> Reference.Variant? {
      let fitting = variants.filter { $0.traits.contains("dark") == isDark }
      return fitting.max { $0.traits.contains("2x") == false && $1.traits.contains("2x") }
    }
    let light = first(false) ?? variants[0]
    let picture = "<img src=\"\(address(light))\" alt=\"\(escaped(alt))\">"
    guard let dark = first(true) else { return picture }
    return
      "<picture><source srcset=\"\(address(dark))\" media=\"(prefers-color-scheme: dark)\">\(picture)</picture>"
  }

  private func item(_ item: Block.ListItem) throws -> String {
    let box = item.checked.map { "<input type=\"checkbox\" disabled\($0 ? " checked" : "")> " } ?? ""
    if case .paragraph(let inlines)? = item.content.first, item.content.count == 1 {
      return "<li>\(box)\(try html(inlines))</li>\n"
    }
    return "<li>\(box)\(try html(item.content))</li>\n"
  }

  private func html(_ table: Block.Table) throws -> String {
    let hasRow = table.header == "row" || table.header == "both"
    let hasColumn = table.header == "column" || table.header == "both"
    var rows: [String] = []
    for (number, cells) in table.rows.enumerated() {
      let texts = try cells.enumerated().map { column, cell in
        let isHead = hasRow && number == 0 || hasColumn && column == 0
        let side = table.alignments.flatMap { column < $0.count && $0[column] != "unset" ? $0[column] : nil }
        let scope = isHead ? (hasRow && number == 0 ? " scope=\"col\"" : " scope=\"row\"") : ""
        let name = isHead ? "th" : "td"
        return "<\(name)\(scope)\(side.map { " align=\"\($0)\"" } ?? "")>\(try self.cell(cell))</\(name)>"
      }
      rows.append("<tr>\(texts.joined())</tr>\n")
    }
    let head = hasRow && !rows.isEmpty ? "<thead>\n\(rows.removeFirst())</thead>\n" : ""
    return
      "<div class=\"scroll\" tabindex=\"0\"><table>\n\(head)<tbody>\n\(rows.joined())</tbody></table></div>\n"
  }

  private func cell(_ blocks: [Block]) throws -> String {
    if case .paragraph(let inlines)? = blocks.first, blocks.count == 1 { return try html(inlines) }
    return try html(blocks)
  }

  private func listing(_ code: String, _ language: String) -> String {
    let text = language == "swift" ? SwiftListing(code: code).html : Markup.escapedLines(code)
    return "<pre tabindex=\"0\"><code>\(text)</code></pre>\n"
  }

  private func escaped(_ text: String) -> String { Markup.escaped(text) }
}
