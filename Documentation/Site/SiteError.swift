/// What keeps the site from being built, in one line.
package struct SiteError: Error, CustomStringConvertible, Equatable {
  package let description: String

  package init(_ description: String) { self.description = description }
}
