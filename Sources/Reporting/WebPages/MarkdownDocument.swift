import CMarkGFM
import Foundation

/// Markdown with GitHub's tables, read by cmark-gfm, as HTML.
///
/// Raw HTML is left out unless it is asked for, comments among it, and so are addresses of other kinds than files, the web and mail.
package final class MarkdownDocument {
  private let parser: OpaquePointer
  private let root: OpaquePointer

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - keepsHTML: Whether raw HTML stays in it.
  package init(_ text: String, keepsHTML: Bool = false) {
    cmark_gfm_core_extensions_ensure_registered()
    let parser: OpaquePointer = cmark_parser_new(CMARK_OPT_DEFAULT)
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"))
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
    }
    self.parser = parser
    root = cmark_parser_finish(parser)
    for node in keepsHTML ? [] : nodes(of: [CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE]) {
      cmark_node_unlink(node)
      cmark_node_free(node)
    }
    changeAddresses(of: CMARK_NODE_LINK) { Self.isHarmless($0) ? $0 : "" }
    changeAddresses(of: CMARK_NODE_IMAGE) { Self.isHarmless($0) ? $0 : "" }
  }

  deinit {
    cmark_node_free(root)
    cmark_parser_free(parser)
  }

  /// Puts other addresses in the place of those of all links.
  func changeLinks(_ change: (String) throws -> String) rethrows {
    try changeAddresses(of: CMARK_NODE_LINK, change)
  }

  /// Puts other addresses in the place of those of all images, of any scheme.
  func changeImages(_ change: (String) throws -> String) rethrows {
    try changeAddresses(of: CMARK_NODE_IMAGE, change)
  }

  /// The text of the first heading of level 1.
  var title: String? {
    nodes(of: [CMARK_NODE_HEADING]).first { cmark_node_get_heading_level($0) == 1 }.map { heading in
      var text = ""
      var child = cmark_node_first_child(heading)
      while let node = child {
        if let literal = cmark_node_get_literal(node) { text += String(cString: literal) }
        child = cmark_node_next(node)
      }
      return text
    }
  }

  /// Puts HTML before the first heading of level 2, or at the end.
  func insertBeforeSections(_ html: String) {
    guard let block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK) else { return }
    cmark_node_set_on_enter(block, html)
    if let heading = nodes(of: [CMARK_NODE_HEADING]).first(where: { cmark_node_get_heading_level($0) == 2 }) {
      cmark_node_insert_before(heading, block)
    } else {
      cmark_node_append_child(root, block)
    }
  }

  /// The document as HTML, without anything around it.
  package var html: String {
    // Addresses have been looked at, and raw HTML is gone: what is unsafe here is the data of our own pictures.
    let text = cmark_render_html(root, CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser))
    defer { free(text) }
    return text.map { String(cString: $0) } ?? ""
  }

  private func changeAddresses(
    of type: cmark_node_type, _ change: (String) throws -> String
  ) rethrows {
    for node in nodes(of: [type]) {
      let address = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
      cmark_node_set_url(node, try change(address))
    }
  }

  private func nodes(of types: [cmark_node_type]) -> [OpaquePointer] {
    var found: [OpaquePointer] = []
    let walk = cmark_iter_new(root)
    defer { cmark_iter_free(walk) }
    while true {
      let event = cmark_iter_next(walk)
      if event == CMARK_EVENT_DONE { return found }
      guard event == CMARK_EVENT_ENTER, let node = cmark_iter_get_node(walk) else { continue }
      if types.contains(cmark_node_get_type(node)) { found.append(node) }
    }
  }

  private static func isHarmless(_ address: String) -> Bool {
    let colon = address.firstIndex(of: ":")
    let slash = address.firstIndex { "/?#".contains($0) }
    guard let colon, slash.map({ colon < $0 }) ?? true else { return true }
    return ["http", "https", "mailto"].contains(address[..<colon].lowercased())
  }
}
