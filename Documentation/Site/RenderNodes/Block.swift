/// A block of text: a paragraph, a list, a table.
indirect enum Block: Decodable, Equatable {
  case paragraph([Inline])
  case heading(String, level: Int, anchor: String)
  case listing([String], language: String)
  case aside(String, style: String, [Block])
  case ordered([ListItem], start: Int)
  case unordered([ListItem])
  case terms([Term])
  case table(Table)
  /// Columns side by side.
  case columns([[Block]])
  case tabs([Tab])
  /// A list of pages with their abstracts.
  case links([String])
  case rule

  struct ListItem: Decodable, Equatable {
    let content: [Block]
    /// Of a list of tasks: whether it is done.
    let checked: Bool?
  }

  struct Term: Decodable, Equatable {
    let term: [Inline]
    let definition: [Block]

    private struct Words: Decodable { let inlineContent: [Inline] }
    private struct Text: Decodable { let content: [Block] }
    private enum CodingKeys: String, CodingKey { case term, definition }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      term = try values.decode(Words.self, forKey: .term).inlineContent
      definition = try values.decode(Text.self, forKey: .definition).content
    }
  }

  struct Table: Decodable, Equatable {
    /// Which cells are headings: `row`, `column`, `both` or `none`.
    let header: String
    let rows: [[[Block]]]
    /// `left`, `center`, `right` or `unset` for each column.
    let alignments: [String]?
  }

  struct Tab: Decodable, Equatable {
    let title: String
    let content: [Block]
  }

  private struct Column: Decodable { let content: [Block] }

  private enum CodingKeys: String, CodingKey {
    case type, inlineContent, text, level, anchor, code, syntax, name, style, content, items, start, columns,
      tabs
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    switch try values.decode(String.self, forKey: .type) {
    case "paragraph", "small": self = .paragraph(try values.decode([Inline].self, forKey: .inlineContent))
    case "heading":
      self = .heading(
        try values.decode(String.self, forKey: .text), level: try values.decode(Int.self, forKey: .level),
        anchor: try values.decode(String.self, forKey: .anchor))
    case "codeListing":
      self = .listing(
        try values.decode([String].self, forKey: .code),
        language: try values.decodeIfPresent(String.self, forKey: .syntax) ?? "")
    case "aside":
      let style = try values.decode(String.self, forKey: .style)
      self = .aside(
        try values.decodeIfPresent(String.self, forKey: .name) ?? style.prefix(1).uppercased()
          + style.dropFirst(), style: style,
        try values.decode([Block].self, forKey: .content))
    case "orderedList":
      self = .ordered(
        try values.decode([ListItem].self, forKey: .items),
        start: try values.decodeIfPresent(Int.self, forKey: .start) ?? 1)
    case "unorderedList": self = .unordered(try values.decode([ListItem].self, forKey: .items))
    case "termList": self = .terms(try values.decode([Term].self, forKey: .items))
    case "table": self = .table(try Table(from: decoder))
    case "row": self = .columns(try values.decode([Column].self, forKey: .columns).map(\.content))
    case "tabNavigator": self = .tabs(try values.decode([Tab].self, forKey: .tabs))
    case "links": self = .links(try values.decode([String].self, forKey: .items))
    case "thematicBreak": self = .rule
    case let type:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: values, debugDescription: "a block of the unknown type \(type)")
    }
  }
}
