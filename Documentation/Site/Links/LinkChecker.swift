import Foundation
import Reporting

/// Follows every link of pages in a folder, Markdown and HTML, as far as it leads to files.
package struct LinkChecker {
  /// A link that leads nowhere.
  package struct Finding: Equatable, CustomStringConvertible {
    package let file: String
    /// The line, known for HTML.
    package let line: Int?
    package let address: String
    package let problem: String

    package var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(address): \(problem)" }
  }

  /// The broken links, in the order of the pages.
  package private(set) var findings: [Finding] = []
  /// The addresses on the web, which are not fetched.
  package private(set) var external: Set<String> = []
  /// The number of links that were followed.
  package private(set) var linkCount = 0

  private let folder: String
  private var pages: [String: MarkupPage] = [:]

  /// Checks pages by their paths from a folder, out of which no link may lead.
  ///
  /// - Throws: ``SiteError`` for a page that cannot be read.
  package init(folder: String, files: [String]) throws {
    self.folder = folder
    for file in files { try check(file) }
  }

  private mutating func check(_ file: String) throws {
    guard let page = page(file) else { throw SiteError("\(folder)/\(file): cannot be read as text") }
    let isArticle = file.contains(".docc/")
    for link in page.links {
      // Images in a catalog of docc go by their names alone; docc itself finds them.
      if isArticle && !link.address.contains("/") { continue }
      guard let target = LinkTarget(link.address, from: file) else { continue }
      linkCount += 1
      var problem: String?
      switch target {
      case .external(let address): external.insert(address)
      case .absolute: problem = "begins at the root of the disk"
      case .file(let path, let fragment): problem = self.problem(path, fragment, from: file)
      }
      guard let problem else { continue }
      let line = file.hasSuffix(".md") ? nil : link.line
      findings.append(Finding(file: file, line: line, address: link.address, problem: problem))
    }
  }

  private mutating func problem(_ path: String, _ fragment: String?, from file: String) -> String? {
    guard path != "..", !path.hasPrefix("../") else { return "leads out of the folder" }
    var isFolder: ObjCBool = false
    guard
      FileManager.default.fileExists(
        atPath: path.isEmpty ? folder : "\(folder)/\(path)", isDirectory: &isFolder)
    else { return "there is no such file" }
    // A folder is a page on a server and where a repository is shown, not on a disk.
    if isFolder.boolValue { return file.hasSuffix(".html") ? "leads to a folder" : nil }
    guard let fragment, !fragment.isEmpty, path.hasSuffix(".html") || path.hasSuffix(".md") else {
      return nil
    }
    return page(path)?.anchors.contains(fragment) == true ? nil : "there is no such place in the page"
  }

  private mutating func page(_ file: String) -> MarkupPage? {
    if let known = pages[file] { return known }
    guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(file)") else { return nil }
    var page: MarkupPage
    if file.hasSuffix(".md") {
      guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
      page = MarkupPage(html: Array(MarkdownDocument(text, keepsHTML: true).html.utf8))
      page.addHeadingAnchors()
    } else {
      page = MarkupPage(html: Array(bytes))
    }
    pages[file] = page
    return page
  }
}
