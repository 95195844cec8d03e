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
    #expect(archive.entries.map(\.isFolder) == [true, false, false, false, false])
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
        == "is text that begins with \"\(String(repeating: "A", count: 60))\", expected a tar archive"
    )
    #expect(
      try refusal([UInt8](repeating: 1, count: 2048))
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

  @Test("a link is what it names, once for each name, in the order of the archive")
  func links() throws {
    var tar = HandmadeTar()
    tar.add("a/", [], type: "5")
    tar.add("a/one.bin", ramp(3))
    tar.add("a/hard.bin", [], type: "1", target: "./a/one.bin")
    // The size of the target, without its bytes, as some writers have it.
    tar.add("a/sized.bin", [], type: "1", statedSize: 3, target: "a/one.bin")
    tar.add("b/soft.bin", [], type: "2", target: "../a/one.bin")
    tar.add("b/chain.bin", [], type: "2", target: "soft.bin")
    tar.add("early.bin", [], type: "2", target: "late.bin")
    tar.add("late.bin", ramp(5, from: 7))
    let long = "a/" + String(repeating: "n", count: 150)
    tar.add("././@LongLink", Array(long.utf8) + [0], type: "L")
    tar.add(String(long.prefix(100)), ramp(2))
    tar.add("././@LongLink", Array(long.utf8) + [0], type: "K")
    tar.add("gnu.bin", [], type: "1", target: String(long.prefix(100)))
    tar.add("PaxHeaders/x", pax("linkpath", long), type: "x")
    tar.add("pax.bin", [], type: "2", target: "cut")
    tar.add("c", [], type: "2", target: "a")
    let archive = try open(tar.closed)
    let contents = archive.entries.map { (path: $0.path, bytes: archive.bytes(of: $0)) }
    let one = ramp(3), late = ramp(5, from: 7), two = ramp(2)
    let expected: [(String, [UInt8])] = [
      ("a", []), ("a/one.bin", one), ("a/hard.bin", one), ("a/sized.bin", one), ("b/soft.bin", one),
      ("b/chain.bin", one), ("early.bin", late), ("late.bin", late), (long, two), ("gnu.bin", two),
      ("pax.bin", two), ("c", []), ("c/one.bin", one), ("c/hard.bin", one),
      ("c/sized.bin", one), ("c" + long.dropFirst(1), two),
    ]
    #expect(contents.map(\.path) == expected.map(\.0))
    #expect(contents.map(\.bytes) == expected.map(\.1))
  }

  @Test("a linked folder has the links in it, and paths lead through linked folders")
  func linkedFolders() throws {
    var tar = HandmadeTar()
    tar.add("train/cat/a.png", ramp(3))
    tar.add("train/cat/b.png", [], type: "1", target: "train/cat/a.png")
    tar.add("train/dog", [], type: "2", target: "cat")
    tar.add("test", [], type: "2", target: "train")
    tar.add("v2/1.png", ramp(5))
    tar.add("data", [], type: "2", target: "v2")
    tar.add("x.png", [], type: "2", target: "data/1.png")
    // Behind a linked folder, `..` is where that folder lies.
    tar.add("deep/in/er", [], type: "2", target: "../../train/cat")
    tar.add("y.png", [], type: "2", target: "deep/in/er/../dog/b.png")
    let archive = try open(tar.closed)
    #expect(
      archive.entries.map(\.path) == [
        "train/cat/a.png", "train/cat/b.png", "train/dog/a.png", "train/dog/b.png", "test/cat/a.png",
        "test/cat/b.png", "test/dog/a.png", "test/dog/b.png", "v2/1.png", "data/1.png", "x.png",
        "deep/in/er/a.png", "deep/in/er/b.png", "y.png",
      ])
    let counts = archive.entries.map { archive.bytes(of: $0).count }
    #expect(counts == [3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 3, 3, 3])
  }

  @Test("folders that hold links to themselves end, those that never would are refused")
  func circles() throws {
    var tar = HandmadeTar()
    tar.add("a/1.png", ramp(3))
    tar.add("a/self", [], type: "2", target: ".")
    tar.add("a/b", [], type: "2", target: "../b")
    tar.add("b/2.png", ramp(4))
    tar.add("b/a", [], type: "2", target: "../a")
    #expect(
      try open(tar.closed).entries.map(\.path) == [
        "a/1.png", "a/self/1.png", "a/self/b/2.png", "a/self/b/a/1.png", "a/b/2.png", "a/b/a/1.png",
        "a/b/a/self/1.png", "b/2.png", "b/a/1.png", "b/a/self/1.png", "b/a/self/b/2.png", "b/a/b/2.png",
      ])
    var long = HandmadeTar()
    for place in 0..<60 { long.add("\(place)/next", [], type: "2", target: "../\(place + 1)") }
    long.add("60/1.png", ramp(3))
    #expect(try refusal(long.closed)?.contains("for too many files") == true)
  }

  @Test(
    "a link that leads out of the archive, to nothing or in a circle is refused with its target",
    arguments: [("1", "absent"), ("2", "/etc/passwd"), ("2", "../../x.bin"), ("2", "link"), ("2", "x.bin/y")])
  func brokenLinks(type: String, target: String) throws {
    var tar = HandmadeTar()
    tar.add("x.bin", ramp(3))
    tar.add("a/link", [], type: Character(type), target: target)
    let folder = try TemporaryFolder()
    let url = try folder.write("links.tar", tar.closed)
    #expect(
      message { _ = try TarArchive(contentsOf: url) }
        == "\(url.path)/a/link: link to \(target), expected the name of a file of the archive")
  }

  @Test("devices are refused")
  func devices() throws {
    var tar = HandmadeTar()
    tar.add("tty", [], type: "3")
    let folder = try TemporaryFolder()
    let url = try folder.write("devices.tar", tar.closed)
    #expect(
      message { _ = try TarArchive(contentsOf: url) }
        == "\(url.path)/tty: tar entry of type 3, expected files, folders and links only")
  }

  @Test("a slash is a slash whatever mark follows it")
  func combiningMarks() throws {
    let archive = try open(HandmadeTar.archive([("a/\u{301}b/c.bin", [1]), ("d/\u{34B}", [2])]))
    var scalars = archive.entries.map { $0.path.unicodeScalars.split(separator: "/").count }
    #expect(scalars == [3, 2])
    scalars = archive.entries.map { archive.bytes(of: $0).count }
    #expect(scalars == [1, 1] && archive.entries.allSatisfy { !$0.isFolder })
  }

  @Test("an archive that is gzip data is read whatever it is called, one of another kind is named")
  func compressed() throws {
    let whole = HandmadeTar.archive([("a.bin", ramp(5)), ("b.bin", ramp(70_000))])
    let archive = try open(gzip(whole))
    #expect(archive.entries.map(\.path) == ["a.bin", "b.bin"])
    #expect(archive.bytes(of: archive.entries[1]) == ramp(70_000))
    #expect(
      try refusal(Array(gzip(whole).dropLast(9)))?.hasPrefix("gzip data: expected a whole gzip file") == true)
    #expect(
      try refusal(Array("BZh91AY&SY".utf8))
        == "is bzip2 data (unpack it with `bzip2 -d`), expected a tar archive")
    #expect(
      try refusal(Array("\n<!DOCTYPE HTML><p>Sign in".utf8))
        == "is an HTML page (the download gave a page instead of the file: fetch it again), expected a tar archive"
    )
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
