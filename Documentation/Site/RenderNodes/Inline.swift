/// A piece of running text.
indirect enum Inline: Decodable, Equatable {
  case text(String)
  case code(String)
  case styled(Style, [Inline])
  /// A link by its identifier among the page's references, with words of its own or those of its target.
  case reference(String, words: [Inline]?, isActive: Bool)
  case link(String, words: String)
  case image(String)

  /// How text is set apart, by its HTML element.
  enum Style: String { case em, strong, s, sup, sub }

  private static let styles: [String: Style] = [
    "emphasis": .em, "newTerm": .em, "strong": .strong, "inlineHead": .strong, "strikethrough": .s,
    "superscript": .sup, "subscript": .sub,
  ]

  private enum CodingKeys: String, CodingKey {
    case type, text, code, inlineContent, identifier, isActive, overridingTitle, overridingTitleInlineContent
    case destination, title
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let type = try values.decode(String.self, forKey: .type)
    switch type {
    case "text": self = .text(try values.decode(String.self, forKey: .text))
    case "codeVoice": self = .code(try values.decode(String.self, forKey: .code))
    case "image": self = .image(try values.decode(String.self, forKey: .identifier))
    case "link":
      let destination = try values.decode(String.self, forKey: .destination)
      self = .link(
        destination, words: try values.decodeIfPresent(String.self, forKey: .title) ?? destination)
    case "reference":
      let title = try values.decodeIfPresent(String.self, forKey: .overridingTitle)
      self = .reference(
        try values.decode(String.self, forKey: .identifier),
        words: try values.decodeIfPresent([Inline].self, forKey: .overridingTitleInlineContent)
          ?? title.map { [.text($0)] },
        isActive: try values.decodeIfPresent(Bool.self, forKey: .isActive) ?? true)
    default:
      guard let style = Self.styles[type] else {
        throw DecodingError.dataCorruptedError(
          forKey: .type, in: values, debugDescription: "text of the unknown type \(type)")
      }
      self = .styled(style, try values.decode([Inline].self, forKey: .inlineContent))
    }
  }
}
