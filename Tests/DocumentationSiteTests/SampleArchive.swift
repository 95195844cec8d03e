import Foundation
import TestSupport

/// An archive as docc writes it, of a few pages: two articles, a module with a protocol and a structure.
struct SampleArchive {
  let folder: TemporaryFolder
  /// The folder that docc would have written.
  var path: String { folder.path("archive") }

  static let scheme = "doc://sample/documentation/"

  init() throws {
    folder = try TemporaryFolder()
    try write(
      "root", "symbol", "Sample",
      metadata: #""title": "Sample", "role": "collection", "symbolKind": "module""#,
      #""abstract": [{"type": "text", "text": "What it is."}], "#
        + #""topicSections": [{"title": "The course", "identifiers": ["@Sample/Second", "@Sample/First"]}]"#)
    try write("first", "article", "Sample/First", metadata: #""title": "First & last""#, Self.article)
    try write(
      "second", "article", "Sample/Second", metadata: #""title": "Second""#,
      #""primaryContentSections": [{"kind": "content", "content": [{"type": "heading", "level": 2, "text": "More here", "#
        + #""anchor": "More-here"}]}]"#)
    try write(
      "energies", "symbol", "Energies",
      metadata: #""title": "Energies", "role": "collection", "symbolKind": "module""#,
      #""abstract": [{"type": "text", "text": "What falls."}], "#
        + #""topicSections": [{"title": "Types", "identifiers": ["@Energies/Sum", "@Energies/Energy"]}]"#)
    try write(
      "sum", "symbol", "Energies/Sum",
      metadata: #""title": "Sum", "role": "symbol", "roleHeading": "Structure", "symbolKind": "struct""#,
      Self.sum)
    try write(
      "sum-energy", "symbol", "Energies/Sum/energy(at:)",
      metadata: #""title": "energy(at:)", "role": "symbol", "symbolKind": "method""#,
      #""abstract": [{"type": "text", "text": "Inherited from "}, {"type": "codeVoice", "code": "Energy.energy(at:)"}], "#
        + #""primaryContentSections": ["# + Self.method + "]")
    try write(
      "sum-name", "symbol", "Energies/Sum/name",
      metadata: #""title": "name", "role": "symbol", "symbolKind": "property""#,
      #""abstract": [{"type": "text", "text": "Which no group lists."}]"#)
    try write(
      "energy", "symbol", "Energies/Energy",
      metadata: #""title": "Energy", "role": "symbol", "roleHeading": "Protocol", "symbolKind": "protocol""#,
      #""topicSections": [{"title": "Methods", "identifiers": ["@Energies/Energy/energy(at:)-2x"]}]"#)
    try write(
      "energy-energy", "symbol", "Energies/Energy/energy(at:)-2x",
      metadata: #""title": "energy(at:)", "role": "symbol", "symbolKind": "method", "required": true"#,
      #""abstract": [{"type": "text", "text": "E of each example."}]"#)
    try folder.write("<svg/>", to: "archive/images/sample/figure.svg")
    try folder.write("<svg/>", to: "archive/images/sample/figure~dark.svg")
  }

  /// Writes a node; "@" in it stands for the beginning of an identifier.
  func write(_ file: String, _ kind: String, _ name: String, metadata: String, _ rest: String) throws {
    let text = """
      {"kind": "\(kind)", "identifier": {"url": "@\(name)", "interfaceLanguage": "swift"}, "metadata": {\(metadata)}, \(rest)}
      """
    try folder.write(
      text.replacing("\"@", with: "\"" + Self.scheme), to: "archive/data/documentation/\(file).json")
  }

  /// An article with these blocks in the place of the first one.
  func replaceArticle(content: String, references: String = "") throws {
    try write(
      "first", "article", "Sample/First", metadata: #""title": "First & last""#,
      #""primaryContentSections": [{"kind": "content", "content": ["# + content + #"]}], "references": {"#
        + references + "}")
  }

  private static let article = #"""
    "abstract": [{"type": "text", "text": "a < b"}],
    "primaryContentSections": [{"kind": "content", "content": [
      {"type": "heading", "level": 2, "text": "Overview", "anchor": "Overview"},
      {"type": "paragraph", "inlineContent": [
        {"type": "text", "text": "x & \"y\" <z> "}, {"type": "codeVoice", "code": "A<B>"},
        {"type": "strong", "inlineContent": [{"type": "text", "text": "bold"}]},
        {"type": "reference", "identifier": "@Energies/Sum/energy(at:)", "isActive": true},
        {"type": "reference", "identifier": "@Sample/Second#More-here", "isActive": true, "overridingTitle": "more",
          "overridingTitleInlineContent": [{"type": "text", "text": "more"}]},
        {"type": "reference", "identifier": "https://example.org/?a=1&b=2", "isActive": true},
        {"type": "reference", "identifier": "../../../Results/run/README.md", "isActive": true}]},
      {"type": "heading", "level": 3, "text": "Code & tables", "anchor": "Code-tables"},
      {"type": "codeListing", "syntax": "swift", "code": ["let x = \"<a> // b\"  // c", "func f(_ n: Int) { x + 1.5 }"]},
      {"type": "codeListing", "syntax": "text", "code": ["let <y>"]},
      {"type": "table", "header": "row", "alignments": ["unset", "right"], "rows": [
        [[{"type": "paragraph", "inlineContent": [{"type": "text", "text": "method"}]}],
         [{"type": "paragraph", "inlineContent": [{"type": "text", "text": "error"}]}]],
        [[{"type": "paragraph", "inlineContent": [{"type": "text", "text": "a|b"}]}],
         [{"type": "paragraph", "inlineContent": [{"type": "text", "text": "0.5"}]}]]]},
      {"type": "aside", "style": "note", "name": "Note", "content": [
        {"type": "paragraph", "inlineContent": [{"type": "text", "text": "Beside."}]}]},
      {"type": "paragraph", "inlineContent": [{"type": "image", "identifier": "figure"}]}]}],
    "references": {
      "https://example.org/?a=1&b=2": {"type": "link", "title": "the web", "url": "https://example.org/?a=1&b=2"},
      "../../../Results/run/README.md": {"type": "link", "title": "the run", "url": "../../../Results/run/README.md"},
      "figure": {"type": "image", "identifier": "figure", "alt": "Two \"spaces\"", "variants": [
        {"url": "/images/sample/figure~dark.svg", "traits": ["1x", "dark"]},
        {"url": "/images/sample/figure.svg", "traits": ["1x", "light"]}]}}
    """#

  private static let sum = #"""
    "abstract": [{"type": "text", "text": "Adds."}],
    "primaryContentSections": [{"kind": "declarations", "declarations": [{"platforms": ["Linux"], "tokens": [
      {"kind": "keyword", "text": "struct"}, {"kind": "text", "text": " "}, {"kind": "identifier", "text": "Sum"},
      {"kind": "text", "text": "<"}, {"kind": "genericParameter", "text": "S"}, {"kind": "text", "text": "> : "},
      {"kind": "typeIdentifier", "text": "Energy", "identifier": "@Energies/Energy"}]}]}],
    "topicSections": [{"title": "Instance Methods", "identifiers": ["@Energies/Sum/energy(at:)"]}],
    "relationshipsSections": [{"kind": "relationships", "type": "conformsTo", "title": "Conforms To",
      "identifiers": ["@Energies/Energy", "doc://sample/s8SendableP"]}],
    "references": {"doc://sample/s8SendableP": {"type": "unresolvable", "title": "Swift.Sendable"}}
    """#

  private static let method = #"""
    {"kind": "declarations", "declarations": [{"platforms": [], "tokens": [
      {"kind": "keyword", "text": "func"}, {"kind": "text", "text": " "}, {"kind": "identifier", "text": "energy"},
      {"kind": "text", "text": "("}, {"kind": "externalParam", "text": "at"}, {"kind": "text", "text": " "},
      {"kind": "internalParam", "text": "activations"}, {"kind": "text", "text": ": "},
      {"kind": "typeIdentifier", "text": "Dictionary"}, {"kind": "text", "text": "<"},
      {"kind": "typeIdentifier", "text": "String"}, {"kind": "text", "text": ", ("},
      {"kind": "typeIdentifier", "text": "Activations"}, {"kind": "text", "text": ") -> Int>, "},
      {"kind": "externalParam", "text": "scale"}, {"kind": "text", "text": ": "},
      {"kind": "typeIdentifier", "text": "Double"}, {"kind": "text", "text": ") -> ("},
      {"kind": "typeIdentifier", "text": "Tensor"}, {"kind": "text", "text": ")"}]}]},
    {"kind": "parameters", "parameters": [{"name": "scale", "content": [
      {"type": "paragraph", "inlineContent": [{"type": "text", "text": "Above 0."}]}]}]},
    {"kind": "content", "content": [
      {"type": "heading", "level": 2, "text": "Return Value", "anchor": "return-value"},
      {"type": "paragraph", "inlineContent": [{"type": "text", "text": "One number."}]},
      {"type": "heading", "level": 2, "text": "Discussion", "anchor": "discussion"},
      {"type": "codeListing", "syntax": "", "code": ["E = 0"]},
      {"type": "aside", "style": "note", "name": "Throws", "content": [
        {"type": "paragraph", "inlineContent": [{"type": "text", "text": "Never."}]}]}]}
    """#
}
