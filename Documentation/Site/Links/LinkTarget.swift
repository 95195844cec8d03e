import Foundation

/// Where an address in a page leads.
enum LinkTarget: Equatable {
  /// A file by its path from the folder that pages are known by, and the place in it.
  case file(String, fragment: String?)
  /// A place on the web or an address of mail.
  case external(String)
  /// A path that begins at the root of a disk or a server.
  case absolute(String)

  /// Where an address in a page leads; nil for data in the address itself and for symbols of the documentation.
  init?(_ address: String, from page: String) {
    let colon = address.firstIndex(of: ":")
    let end = address.firstIndex { "/?#".contains($0) }
    if let colon, end.map({ colon < $0 }) ?? true {
      let scheme = address[..<colon].lowercased()
      if scheme == "data" || scheme == "doc" { return nil }
      self = .external(address)
      return
    }
    if address.hasPrefix("//") {
      self = .external(address)
      return
    }
    let parts = address.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let fragment = parts.count > 1 ? String(parts[1]).removingPercentEncoding ?? String(parts[1]) : nil
    let path = String(parts[0].split(separator: "?", omittingEmptySubsequences: false)[0])
    guard !path.hasPrefix("/") else {
      self = .absolute(address)
      return
    }
    self = .file(Self.joined(path.removingPercentEncoding ?? path, to: page), fragment: fragment)
  }

  /// A path from a page, as a path from the folder that the page is known by; it begins with ".." where it leaves that.
  private static func joined(_ path: String, to page: String) -> String {
    guard !path.isEmpty else { return page }
    var names = page.split(separator: "/").dropLast().map(String.init)
    for name in path.split(separator: "/") where name != "." {
      if name == "..", let last = names.last, last != ".." {
        names.removeLast()
      } else {
        names.append(String(name))
      }
    }
    return names.joined(separator: "/")
  }
}
