import Foundation
import Testing

/// Whom `energy-transformer serve` answers, and with which files.
@Suite(.serialized) struct ServeAccessTests {
  private let folder: TemporaryPlace

  init() throws { folder = try ServedFolder().place }

  @Test("answers with no file beside its own, whatever the path")
  func traversal() throws {
    let server = try RunningServer(in: folder)
    for path in [
      "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
      "/Resources/page.html",
      "/page.html", "/\(ServedFolder.name)", "/./../page.css/../../etc/hosts", "/api/../etc/passwd",
      "/api/examples?model=../../etc/passwd", "/%00", "/page.css%00.html",
    ] {
      let answer = try server.ask(path)
      #expect(answer.status == 404, "\(path)")
      #expect(!String(decoding: answer.body, as: UTF8.self).contains("root:"), "\(path)")
    }
    #expect(server.end() == 0)
  }

  @Test("answers its own page alone: no other host, no other site")
  func hosts() throws {
    let server = try RunningServer(in: folder)
    let port = server.port
    for host in ["localhost:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)", "LOCALHOST:\(port)"] {
      #expect(try server.ask("/", headers: ["Host": host]).status == 200, "\(host)")
    }
    for host in [
      "example.org", "example.org:\(port)", "localhost", "localhost:1", "127.0.0.1.example.org:\(port)", "",
    ] {
      #expect(try server.ask("/api/models", headers: ["Host": host]).status == 421, "\(host)")
    }
    #expect(try server.ask("/api/models", headers: ["Origin": "http://127.0.0.1:\(port)"]).status == 200)
    for origin in ["http://example.org", "null", "http://127.0.0.1:1", "https://127.0.0.1:\(port)"] {
      #expect(try server.ask("/api/models", headers: ["Origin": origin]).status == 403, "\(origin)")
    }
    #expect(server.end() == 0)
  }

  @Test("asks for the token of its address when other machines can reach it")
  func token() throws {
    let server = try RunningServer(["--host", "0.0.0.0"], in: folder)
    let token = try #require(server.address.split(separator: "=").last.map(String.init))
    #expect(token.count == 32 && server.address.contains("/?token="))
    for path in [
      "/", "/page.css", "/api/models", "/?token=", "/?token=\(token.dropLast())0x", "/?token=\(token)a",
      "/?token=\(token.dropLast())\(token.last == "0" ? "1" : "0")",
    ] {
      let answer = try server.ask(path)
      #expect(answer.status == 401, "\(path)")
      #expect(try answer.sentence.contains("token"))
      #expect(answer.headers["set-cookie"] == nil)
    }
    let page = try server.ask("/?token=\(token)", headers: ["Host": "example.org:\(server.port)"])
    #expect(page.status == 200)
    let cookie = try #require(page.headers["set-cookie"])
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let pair = String(cookie.prefix { $0 != ";" })
    #expect(try server.ask("/api/models", headers: ["Cookie": "a=b; \(pair); c=d"]).status == 200)
    #expect(try server.ask("/api/models", headers: ["Cookie": "\(pair)0"]).status == 401)
    #expect(server.end() == 0)
  }

  @Test("names the port that is in use, and options that are none, in one line")
  func start() throws {
    let server = try RunningServer(in: folder)
    let program = try Program("energy-transformer")
    try program.run(["serve", "--port", "\(server.port)"]).expectOneLine(
      containing: "port \(server.port) is in use")
    try program.run(["serve", "--host", "example.org"]).expectOneLine(containing: "--host example.org")
    try program.run(["serve", "--photos", folder.path("none")]).expectOneLine(containing: folder.path("none"))
    for options in [["--port", "70000"], ["--upload-limit", "0"]] {
      #expect(try program.run(["serve"] + options).status == 64)
    }
    #expect(server.end() == 0)
  }
}
