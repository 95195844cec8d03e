import Foundation
import Reporting

/// The pages of results, and what they link to in their folders, as they are copied into the site.
struct ResultsCopies {
  /// A run's page.
  struct Page {
    let title: String
    /// The path in the site.
    let path: String
  }

  /// The folder in the site.
  static let folder = "results"

  /// The files, by their paths from the folder of results.
  let files: [String]
  /// The runs' pages, by title.
  let pages: [Page]
  private let source: String

  /// Finds the pages of results and, from link to link, what they lead to.
  ///
  /// - Throws: ``SiteError`` where the index is missing.
  init(folder: String) throws {
    source = folder
    guard FileManager.default.fileExists(atPath: "\(folder)/\(WebPage.indexName)") else {
      throw SiteError(
        "\(folder)/\(WebPage.indexName): missing, expected the index that `results-tables` writes")
    }
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .map { "\($0)/\(WebPage.fileName)" }
      .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    var found = [WebPage.indexName] + runs
    var pages: [Page] = []
    var next = 0
    while next < found.count {
      let file = found[next]
      next += 1
      guard file.hasSuffix(".html") else { continue }
      let markup = MarkupPage(html: try Self.bytes("\(folder)/\(file)"))
      if runs.contains(file) {
        pages.append(Page(title: markup.title ?? file, path: "\(Self.folder)/\(file)"))
      }
      for link in markup.links {
        guard let target = LinkTarget(link.address, from: file), case .file(let path, _) = target,
          !found.contains(path), !path.hasPrefix(".."), Self.isFile("\(folder)/\(path)")
        else { continue }
        found.append(path)
      }
    }
    files = found
    self.pages = pages.sorted { $0.title < $1.title }
  }

  /// No results.
  init() { (files, pages, source) = ([], [], "") }

  /// The path in the site of a file of the results, of which a Markdown page is the page of the run.
  func copy(of path: String) -> String? {
    var name = path.hasSuffix("/") ? String(path.dropLast()) : path
    if name == "README.md" || name.isEmpty { name = WebPage.indexName }
    if name.hasSuffix("/README.md") { name = name.dropLast("README.md".count) + WebPage.fileName }
    if files.contains("\(name)/\(WebPage.fileName)") { name += "/\(WebPage.fileName)" }
    return files.contains(name) ? "\(Self.folder)/\(name)" : nil
  }

  /// Puts the copies into the site.
  func write(toSite site: String) throws {
    for file in files {
      let target = URL(fileURLWithPath: "\(site)/\(Self.folder)/\(file)")
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: URL(fileURLWithPath: "\(source)/\(file)"), to: target)
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw SiteError("\(path): cannot be read")
    }
    return Array(bytes)
  }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }
}
