import DocumentationSite
import TestSupport
import Testing

@Suite("the checker of links") struct LinkCheckerTests {
  private func problems(_ texts: [String: String], of file: String) throws -> [String] {
    let folder = try TemporaryFolder()
    for (name, text) in texts { try folder.write(text, to: name) }
    return try LinkChecker(folder: folder.root, files: [file]).findings.map(\.description)
  }

  @Test("a broken file, a broken place and a way out of the folder are each found in Markdown")
  func markdown() throws {
    let text = """
      # Title

      [good](docs/other.md), [place](docs/other.md#a-second-one-1), [here](#title), [folder](docs), [web](https://example.org),
      [missing](docs/none.md), [no place](docs/other.md#a-third), [out](docs/../../secret.md), [root](/etc/hosts)

      ![picture](none.png)

      <img src="gone.svg" alt="raw HTML">

      `[code](code.md)`

      ```
      [listing](listing.md)
      ```
      """
    let other = "# A second *one*\n\n# A second one!\n"
    #expect(
      try problems(["README.md": text, "docs/other.md": other], of: "README.md") == [
        "README.md: docs/none.md: there is no such file",
        "README.md: docs/other.md#a-third: there is no such place in the page",
        "README.md: docs/../../secret.md: leads out of the folder",
        "README.md: /etc/hosts: begins at the root of the disk",
        "README.md: none.png: there is no such file",
        "README.md: gone.svg: there is no such file",
      ])
  }

  @Test(
    "in HTML links, pictures, sources and scripts are followed, data and scripts' text are not, and lines are told"
  )
  func html() throws {
    let text = """
      <!DOCTYPE html><!-- <a href="comment.html"> -->
      <link href="style.css"><script>const a = '<a href="script.html">'</script>
      <a href="b%20c.html#x&amp;y">good</a> <a href='b%20c.html#z'>no place</a>
      <img src="data:image/png;base64,AA=="><img
        src=none.png><source srcset="small.png 1x, none2.png 2x">
      <a href="folder">folder</a><a href="#top">no place</a><a id=top2 href="#top2">good</a>
      """
    let found = try problems(
      [
        "a.html": text, "b c.html": "<p id=\"x&amp;y\">", "small.png": "", "style.css": "",
        "folder/c.html": "",
      ],
      of: "a.html")
    #expect(
      found == [
        "a.html:3: b%20c.html#z: there is no such place in the page",
        "a.html:4: none.png: there is no such file",
        "a.html:5: none2.png: there is no such file",
        "a.html:6: folder: leads to a folder",
        "a.html:6: #top: there is no such place in the page",
      ])
  }

  @Test("addresses on the web are counted, not fetched; those of docc are docc's")
  func external() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "[a](https://example.org) <https://example.org/b> <doc:Article> [c](doc:Article#d) ![e](figure.svg)",
      to: "Some.docc/Page.md")
    let checker = try LinkChecker(folder: folder.root, files: ["Some.docc/Page.md"])
    #expect(checker.findings == [])
    #expect(checker.external == ["https://example.org", "https://example.org/b"])
  }

  @Test("a page that cannot be read is named")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    #expect(throws: SiteError("\(folder.root)/none.md: cannot be read as text")) {
      try LinkChecker(folder: folder.root, files: ["none.md"])
    }
  }
}
