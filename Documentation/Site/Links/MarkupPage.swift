/// What matters of an HTML page for its links: the addresses in it, the places that can be linked to, and its title.
struct MarkupPage {
  /// An address with the line that it stands in.
  struct Link: Equatable {
    let address: String
    let line: Int
  }

  private(set) var links: [Link] = []
  private(set) var anchors: Set<String> = []
  private(set) var title: String?
  /// The headings in their order, without markup.
  private(set) var headings: [String] = []

  private static let addresses: Set<String> = ["href", "src", "srcset", "poster"]

  /// Reads a page: its elements with their attributes, not what stands in comments, scripts and styles.
  init(html: [UInt8]) {
    var reader = MarkupReader(html)
    var heading: String?
    while let piece = reader.next() {
      switch piece {
      case .text(let text): heading?.append(text)
      case .element(let name, let attributes, let line):
        for (key, value) in attributes {
          if key == "id" || key == "name" && name == "a" { anchors.insert(value) }
          guard Self.addresses.contains(key) else { continue }
          let found = key == "srcset" ? Self.sources(value) : [value]
          links += found.map { Link(address: $0, line: line) }
        }
        if name == "title" || name.count == 2 && name.first == "h" && "123456".contains(name.last ?? " ") {
          heading = ""
        }
      case .end(let name):
        guard let text = heading, name == "title" || name.count == 2 && name.first == "h" else { continue }
        if name == "title" { title = title ?? text } else { headings.append(text) }
        heading = nil
      }
    }
  }

  /// Adds the places that GitHub gives the headings of a Markdown page: small letters, hyphens for spaces, no punctuation, and
  /// a number where a heading comes again.
  mutating func addHeadingAnchors() {
    var counts: [String: Int] = [:]
    for heading in headings {
      let kept = heading.lowercased().unicodeScalars.filter {
        $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_" || $0 == " "
      }
      let name = String(String.UnicodeScalarView(kept)).replacing(" ", with: "-")
      let count = counts[name, default: 0]
      counts[name] = count + 1
      anchors.insert(count == 0 ? name : "\(name)-\(count)")
    }
  }

  private static func sources(_ set: String) -> [String] {
    set.split(separator: ",").compactMap { $0.split(separator: " ").first.map(String.init) }
  }
}
