/// A page or a symbol as `docc convert` writes it under `data`: the parts of DocC's RenderNode format that pages are made of.
struct RenderNode: Decodable {
  /// Whether it is written text or a declaration.
  enum Kind: String, Decodable { case article, symbol }

  let kind: Kind
  /// `doc://bundle/documentation/Module/Type/member`.
  let identifier: String
  let metadata: Metadata
  let abstract: [Inline]
  let sections: [ContentSection]
  let topics: [LinkGroup]
  let relationships: [LinkGroup]
  let defaultImplementations: [LinkGroup]
  let seeAlso: [LinkGroup]
  let references: [String: Reference]

  struct Metadata: Decodable {
    let title: String
    let role: String?
    /// The kind in words, such as "Instance Method".
    let roleHeading: String?
    let symbolKind: String?
    /// Whether a protocol asks for it.
    let required: Bool?
  }

  /// A titled list of identifiers.
  struct LinkGroup: Decodable {
    let title: String?
    let identifiers: [String]
  }

  private struct Address: Decodable { let url: String }

  private enum CodingKeys: String, CodingKey {
    case kind, identifier, metadata, abstract, references
    case sections = "primaryContentSections", topics = "topicSections"
    case relationships = "relationshipsSections", defaultImplementations = "defaultImplementationsSections"
    case seeAlso = "seeAlsoSections"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    kind = try values.decode(Kind.self, forKey: .kind)
    identifier = try values.decode(Address.self, forKey: .identifier).url
    metadata = try values.decode(Metadata.self, forKey: .metadata)
    abstract = try values.decodeIfPresent([Inline].self, forKey: .abstract) ?? []
    sections = try values.decodeIfPresent([ContentSection].self, forKey: .sections) ?? []
    topics = try values.decodeIfPresent([LinkGroup].self, forKey: .topics) ?? []
    relationships = try values.decodeIfPresent([LinkGroup].self, forKey: .relationships) ?? []
    defaultImplementations =
      try values.decodeIfPresent([LinkGroup].self, forKey: .defaultImplementations) ?? []
    seeAlso = try values.decodeIfPresent([LinkGroup].self, forKey: .seeAlso) ?? []
    references = try values.decodeIfPresent([String: Reference].self, forKey: .references) ?? [:]
  }
}

/// What an identifier in a page stands for.
struct Reference: Decodable {
  let type: String
  let title: String?
  /// Where a link outside the documentation leads.
  let url: String?
  /// What an image shows, in words.
  let alt: String?
  /// The files of an image.
  let variants: [Variant]?

  struct Variant: Decodable {
    /// The file's address, below the archive.
    let url: String
    /// Such as `2x` and `dark`.
    let traits: [String]
  }
}

/// A part of a declaration.
struct DeclarationToken: Decodable, Equatable {
  let kind: String
  let text: String
  /// What it names.
  let identifier: String?
}

/// A part of the body of a page.
enum ContentSection: Decodable {
  case declarations([[DeclarationToken]])
  case parameters([(name: String, content: [Block])])
  case content([Block])
  /// The pages that name this one.
  case mentions([String])

  private struct Declaration: Decodable { let tokens: [DeclarationToken] }
  private struct Parameter: Decodable {
    let name: String
    let content: [Block]
  }
  private enum CodingKeys: String, CodingKey { case kind, declarations, parameters, content, mentions }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    switch try values.decode(String.self, forKey: .kind) {
    case "declarations":
      self = .declarations(try values.decode([Declaration].self, forKey: .declarations).map(\.tokens))
    case "parameters":
      self = .parameters(
        try values.decode([Parameter].self, forKey: .parameters).map { ($0.name, $0.content) })
    case "content": self = .content(try values.decode([Block].self, forKey: .content))
    case "mentions": self = .mentions(try values.decode([String].self, forKey: .mentions))
    case let kind:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: values, debugDescription: "a section of the unknown kind \(kind)")
    }
  }
}
