import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The files of the page, from a fixed table: no address leads to another file.
///
/// A tab is a button and a panel in `page.html`, whose names belong together, and a script of its own beside it, named in
/// `page.html` and in the table below; what it asks for are routes, added to those of ``Serve``. The script is a module that
/// calls `tab(name, open)` of `shared.js`: `open` runs once, when the tab is first shown.
struct PageFiles {
  private static let names = [
    "page.html", "serve.css", "shared.js", "editor.js", "complete.js", "recall.js", "landscape.js",
    "training.js", "chart.js", "course.js", "training.css",
  ]
  let routes: [Route]

  /// - Throws: `ExperimentError` where a file is missing.
  init() throws {
    guard let folder = Bundle.module.resourceURL else {
      throw ExperimentError("the resources of this program are missing")
    }
    var files: [(path: String, name: String, data: Data)] = [
      // The look and the viewer of the pages that runs write.
      ("/page.css", "page.css", Data(try WebPage.styleSheet().utf8)),
      ("/page.js", "page.js", Data(try WebPage.script().utf8)),
    ]
    for name in Self.names {
      let url = folder.appendingPathComponent("page/\(name)")
      guard let data = try? Data(contentsOf: url) else {
        throw ExperimentError("\(name): missing among the resources of this program")
      }
      files.append((name == "page.html" ? "/" : "/\(name)", name, data))
    }
    let types = ["html": "text/html", "css": "text/css", "js": "text/javascript"]
    routes = files.map { path, name, data in
      let type = types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
      return .get(path) { _ in Answer(data: data, contentType: "\(type); charset=utf-8", isFile: true) }
    }
  }
}
