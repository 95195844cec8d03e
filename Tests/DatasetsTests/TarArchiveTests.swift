import Datasets
import Foundation
import Testing

struct TarArchiveTests {
  @Test("entries, folders, prefixes and long names are read in order")
  func reading() throws {
    let long = String(repeating: "n", count: 130) + "/image.png"
    let longer = String(repeating: "p", count: 700) + "/image.png"
    var tar = HandmadeTar()
    tar.add("./a/", [], type: "5")
    tar.add("./a/one.bin", ramp(3))
    tar.add("two.bin", ramp(512, from: 9), prefix: "a/b")
    tar.add("././@LongLink", Array(long.utf8) + [0], type: "L")
    tar.add(String(long.prefix(100)), ramp(513))
    tar.add("PaxHeaders/x", pax("mtime", "12.5") + pax("path", longer), type: "x")
    tar.add("short", [])
    let archive = try open(tar.closed)
    #expect(archive.entries.map(\.path) == ["a", "a/one.bin", "a/b/two.bin", long, longer])
    #expect(archive.entries.map(\.kind) == [.folder, .file, .file, .file, .file])
    #expect(archive.bytes(of: archive.entries[1]) == ramp(3))
    #expect(archive.bytes(of: archive.entries[2]) == ramp(512, from: 9))
    #expect(archive.bytes(of: archive.entries[3]) == ramp(513))
    #expect(archive.bytes(of: archive.entries[4]) == [])
  }

  @Test("a pax size replaces the size of the header")
  func paxSize() throws {
    var tar = HandmadeTar()
    tar.add("PaxHeaders/x", pax("size", "600"), type: "x")
    tar.add("big.bin", ramp(600), statedSize: 0)
    tar.add("next.bin", ramp(2))
    let archive = try open(tar.closed)
    #expect(archive.bytes(of: archive.entries[0]) == ramp(600))
    #expect(archive.entries[1].path == "next.bin")
  }

  @Test("every cut of an archive is refused with its name")
  func truncated() throws {
    let whole = HandmadeTar.archive([("a.bin", ramp(5)), ("b.bin", ramp(700))])
    let contentEnd = whole.count - 1024
    for count in stride(from: 0, through: contentEnd + 511, by: 73) + [511, 512, 1024, contentEnd] {
      let folder = try TemporaryFolder()
      let url = try folder.write("cut.tar", Array(whole.prefix(count)))
      let text = message { _ = try TarArchive(contentsOf: url) }
      #expect(text?.hasPrefix(url.path + ": ") == true, "first \(count) bytes")
    }
    #expect(try refusal([]) == "empty file, expected a tar archive")
    #expect(
      try refusal(Array(whole.prefix(contentEnd)))
        == "truncated tar: 2560 bytes, expected a header or the closing zero block at byte 2560")
    #expect(
      try refusal(Array(whole.prefix(1024 + 512 + 100)))
        == "tar header at byte 1024 states 700 bytes of contents, 100 are left")
  }

  @Test("a changed header, a wrong size and a foreign file are refused")
  func damaged() throws {
    var file = HandmadeTar.archive([("a.bin", ramp(5))])
    file[0] = UInt8(ascii: "z")
    #expect(try refusal(file)?.hasPrefix("tar header at byte 0 has checksum ") == true)

    var oversized = HandmadeTar()
    oversized.add("a.bin", ramp(5), statedSize: 0o77_777_777_777)
    #expect(
      try refusal(oversized.closed)
        == "tar header at byte 0 states 8589934591 bytes of contents, 1536 are left")

    #expect(
      try refusal([UInt8](repeating: 0x41, count: 2048))
        == "tar header at byte 0 has an unreadable checksum field, expected octal digits: no tar file, or damaged"
    )
    var badPax = HandmadeTar()
    badPax.add("x", Array("999 path=a\n".utf8), type: "x")
    #expect(
      try refusal(badPax.closed)
        == "tar header at byte 0 has a damaged pax record, expected \"length key=value\"")
    var dangling = HandmadeTar()
    dangling.add("x", Array("name".utf8), type: "L")
    #expect(
      try refusal(dangling.closed)
        == "tar header at byte 1024 ends after a long name, expected the entry it belongs to")
  }

  @Test("links are refused, not skipped")
  func links() throws {
    var tar = HandmadeTar()
    tar.add("link.png", [], type: "2")
    let folder = try TemporaryFolder()
    let url = try folder.write("links.tar", tar.closed)
    #expect(
      message { _ = try TarArchive(contentsOf: url) }
        == "\(url.path)/link.png: tar entry of type 2, expected files and folders only")
  }

  private func pax(_ key: String, _ value: String) -> [UInt8] {
    let body = " \(key)=\(value)\n"
    let digits = String(body.utf8.count + 2).count
    let length = [digits, digits + 1].map { body.utf8.count + $0 }.first {
      String($0).count + body.utf8.count == $0
    }
    return Array("\(length ?? 0)\(body)".utf8)
  }

  private func open(_ bytes: [UInt8]) throws -> TarArchive {
    let folder = try TemporaryFolder()
    let archive = try TarArchive(contentsOf: folder.write("test.tar", bytes))
    return archive
  }

  /// The error text after the file name.
  private func refusal(_ bytes: [UInt8]) throws -> String? {
    let folder = try TemporaryFolder()
    let url = try folder.write("test.tar", bytes)
    return message { _ = try TarArchive(contentsOf: url) }.map { String($0.dropFirst(url.path.count + 2)) }
  }
}
