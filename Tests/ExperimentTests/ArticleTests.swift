import Foundation
import Testing

/// The articles of the documentation, held against the code, the commands and the files that they show and name.
struct ArticleTests {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let catalog = package.appending(path: "Sources/EnergyTransformer/Documentation.docc")
  private static let pages: [Page] = {
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: catalog.path)) ?? []
    return files.filter { $0.hasSuffix(".md") }.sorted().compactMap { file in
      (try? String(contentsOf: catalog.appending(path: file), encoding: .utf8)).map { Page(file, $0) }
    }
  }()
  private static var articles: [Page] { pages.filter { !$0.name.contains("/") } }

  @Test("every Swift block of an article is code that the tests compile, letter by letter")
  func codeIsCompiled() throws {
    let code = try Self.compiledFiles()
    let blocks = Self.articles.flatMap { page in page.blocks(of: "swift").map { (page.name, $0) } }
    #expect(blocks.count > 20)
    for (page, block) in blocks {
      #expect(
        code.contains { $0.holds(block) },
        "\(page): no file of Tests/ExperimentTests or Experiments/OwnEnergy holds \(block.joined(separator: "\n"))"
      )
    }
  }

  @Test("every listing says its language, one that the tests know")
  func languages() {
    for page in Self.articles {
      let unknown = page.languages.subtracting(["swift", "shell", "text"])
      #expect(unknown.isEmpty, "\(page.name): \(unknown)")
    }
  }

  @Test("every article stands in a group of the landing page, and articles link to articles that are there")
  func articlesAreListed() throws {
    let names = Set(Self.articles.map(\.stem)).subtracting(["EnergyTransformer"])
    let landing = try #require(Self.articles.first { $0.stem == "EnergyTransformer" })
    #expect(Set(landing.links) == names)
    for page in Self.pages {
      #expect(names.isSuperset(of: page.links), "\(page.name): \(Set(page.links).subtracting(names))")
    }
  }

  @Test("every symbol an article names is declared public in the module it names")
  func symbolsExist() throws {
    var sources: [String: String] = [:]
    for page in Self.articles {
      for symbol in page.symbols {
        let parts = symbol.split(separator: "/").map(String.init)
        let module = parts[0]
        let folder = Self.package.appending(path: "Sources/\(module)")
        #expect(FileManager.default.fileExists(atPath: folder.path), "\(page.name): no module \(module)")
        guard parts.count > 1, module != "EnergyTransformer" else { continue }
        let text = sources[module] ?? Self.text(ofModule: module)
        sources[module] = text
        let name = String(parts[1].prefix { $0.isLetter || $0.isNumber })
        let declarations = ["struct", "class", "final class", "enum", "protocol", "typealias", "func"]
          .flatMap { ["public \($0) \(name)", "public indirect \($0) \(name)"] }
        #expect(declarations.contains { text.contains($0) }, "\(page.name): no public \(name) in \(module)")
      }
    }
  }

  @Test("every module has a page that says what it holds")
  func modulesHavePages() throws {
    let sources = Self.package.appending(path: "Sources")
    let modules = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { folder in
      let files = try? FileManager.default.subpathsOfDirectory(atPath: sources.appending(path: folder).path)
      return folder != "EnergyTransformer" && files?.contains { $0.hasSuffix(".swift") } == true
    }
    #expect(modules.count > 16)
    let pages = Self.pages.filter { $0.name.hasPrefix("Modules/") }
    #expect(Set(pages.map(\.name)) == Set(modules.map { "Modules/\($0).md" }))
    for page in pages {
      #expect(page.symbols.first == "/" + page.name.dropFirst("Modules/".count).dropLast(3), "\(page.name)")
    }
  }

  @Test("a figure has a drawing for light and one for dark pages, and words for those who do not see it")
  func figures() {
    for page in Self.articles {
      for (words, file) in page.figures {
        #expect(words.count > 20, "\(page.name): \(file)")
        let stem = file.replacing(".svg", with: "")
        for name in ["\(stem).svg", "\(stem)~dark.svg"] {
          #expect(FileManager.default.fileExists(atPath: Self.catalog.appending(path: name).path), "\(name)")
        }
      }
    }
  }

  @Test("every command of an article names a program of the package, and options that it has")
  func commandsExist() throws {
    let makefile = try String(contentsOf: Self.package.appending(path: "Makefile"), encoding: .utf8)
    var help: [[String]: String] = [:]
    for page in Self.articles {
      for line in page.blocks(of: "shell").joined() where !line.isEmpty {
        let words = line.split(separator: " ").map(String.init)
        if words[0] == "make" {
          #expect(words.count > 1 && makefile.contains("\n\(words[1]):"), "\(page.name): \(line)")
          continue
        }
        try #require(words.count > 4 && words.prefix(4) == ["swift", "run", "-c", "release"], "\(line)")
        let command = Array(words[4...].prefix { !$0.hasPrefix("-") })
        let options = words.filter { $0.hasPrefix("--") }
        guard !options.isEmpty else {
          _ = try Program(command[0])
          continue
        }
        let text =
          try help[command] ?? Program(command[0]).run(Array(command.dropFirst()) + ["--help"]).output
        help[command] = text
        for option in options { #expect(text.contains(option), "\(page.name): \(line)") }
      }
    }
  }

  private static func text(ofModule module: String) -> String {
    let folder = package.appending(path: "Sources/\(module)")
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".swift") }.compactMap {
      try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)
    }.joined(separator: "\n")
  }

  private static func compiledFiles() throws -> [CompiledFile] {
    let tests = package.appending(path: "Tests/ExperimentTests")
    let files = try FileManager.default.subpathsOfDirectory(atPath: tests.path)
      .filter { $0.hasSuffix("Snippet.swift") || $0.hasSuffix("Example.swift") }.map {
        tests.appending(path: $0)
      }
    return try (files + [package.appending(path: "Experiments/OwnEnergy/OwnEnergy.swift")]).map {
      CompiledFile(try String(contentsOf: $0, encoding: .utf8))
    }
  }
}

/// A file of Swift code.
private struct CompiledFile {
  let lines: [String]

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Whether successive lines are those of a block, all of them indented by as much more.
  func holds(_ block: [String]) -> Bool {
    guard let first = block.first, block.count <= lines.count else { return false }
    return (0...lines.count - block.count).contains { start in
      guard lines[start].hasSuffix(first) else { return false }
      let indent = lines[start].dropLast(first.count)
      guard indent.allSatisfy({ $0 == " " }) else { return false }
      return block.indices.allSatisfy { lines[start + $0] == (block[$0].isEmpty ? "" : indent + block[$0]) }
    }
  }
}

/// An article, taken apart.
private struct Page {
  /// The path below the catalog.
  let name: String
  private let prose: String
  private var listings: [(language: String, lines: [String])] = []

  init(_ name: String, _ text: String) {
    self.name = name
    var (prose, open): ([String], (language: String, lines: [String])?) = ([], nil)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```"), !line.dropFirst(3).contains("`") {
        if let listing = open {
          listings.append(listing)
          open = nil
        } else {
          open = (String(line.dropFirst(3)), [])
        }
      } else if open != nil {
        open?.lines.append(line)
      } else {
        prose.append(line)
      }
    }
    self.prose = prose.joined(separator: "\n")
  }

  /// The file's name without its ending.
  var stem: String { String(name.dropLast(3)) }

  var languages: Set<String> { Set(listings.map(\.language)) }

  func blocks(of language: String) -> [[String]] {
    listings.filter { $0.language == language }.map(\.lines)
  }

  /// The articles it links to.
  var links: [String] {
    prose.matches(of: /[<(]doc:([A-Za-z]+)/).map { String($0.output.1) }
  }

  /// What stands in double backticks.
  var symbols: [String] {
    prose.matches(of: /``([^`]+)``/).map { String($0.output.1) }
  }

  /// Pictures with the words that stand for them.
  var figures: [(words: String, file: String)] {
    prose.matches(of: /!\[([^\]]*)\]\(([^)]+)\)/).map { (String($0.output.1), String($0.output.2)) }
  }
}
