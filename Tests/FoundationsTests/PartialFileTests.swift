import Foundation
import Foundations
import Testing

struct PartialFileTests {
  private let folder: Folder
  private let name = ".table.csv.0badc0de-0123abcd.partial"

  init() throws { folder = try Folder() }

  @Test("a partial file is hidden, bears its destination's name, is locked, and is gone once it is in place")
  func places() throws {
    let destination = folder.path("table.csv")
    let file = try PartialFile(replacing: destination)
    try file.append(bytes: "new")
    let names = try folder.names()
    #expect(names.count == 1 && names[0].hasPrefix(".table.csv.") && names[0].hasSuffix(".partial"))
    #expect(!canBeLocked(file.path))
    try file.synchronize()
    try file.replace()
    #expect(try folder.names() == ["table.csv"])
    #expect(try String(contentsOfFile: destination, encoding: .utf8) == "new")
  }

  @Test("a name as long as a file system takes is cut for the partial file, not for the destination")
  func longNames() throws {
    for name in [String(repeating: "x", count: 255), String(repeating: "é", count: 127)] {
      let file = try PartialFile(replacing: folder.path(name))
      try file.append(bytes: "y")
      try file.synchronize()
      try file.replace()
      #expect(try folder.names().contains(name))
    }
  }

  @Test("what a living run writes stays; what a killed one left goes, and nothing else does")
  func abandoned() throws {
    let living = try PartialFile(replacing: folder.path("living"))
    let others = [
      "table.csv", ".partial", "notes.partial", ".table.csv.partial", ".table.csv.0badc0d-0123abcd.partial",
      ".table.csv.0BADC0DE-0123abcd.partial", "table.csv.0badc0de-0123abcd.partial",
      ".0badc0de-0123abcd.partial",
    ]
    for name in others { try Data("kept".utf8).write(to: URL(fileURLWithPath: folder.path(name))) }
    let killed = try leftOver()
    #expect(AbandonedFiles.remove(fromFolder: folder.path("")) == 1)
    let names = try folder.names()
    #expect(!names.contains(killed))
    #expect(Set(names) == Set(others + [URL(fileURLWithPath: living.path).lastPathComponent]))
    #expect(AbandonedFiles.remove(fromFolder: folder.path("")) == 0)
  }

  @Test("a file of another boot or machine goes a day after it was last written to, unless it is locked")
  func otherMachines() throws {
    try Data("half".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    let now = Int(Date().timeIntervalSince1970)
    #expect(AbandonedFiles.remove(fromFolder: folder.path(""), now: now + 86_000) == 0)
    let holder = open(folder.path(name), O_WRONLY)
    #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
    #expect(AbandonedFiles.remove(fromFolder: folder.path(""), now: now + 90_000) == 0)
    close(holder)
    #expect(AbandonedFiles.remove(fromFolder: folder.path(""), now: now + 90_000) == 1)
    #expect(try folder.names().isEmpty)
  }

  @Test("links and folders with such a name stay")
  func links() throws {
    try Data("kept".utf8).write(to: URL(fileURLWithPath: folder.path("target")))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: folder.path("target"))
    let inner = folder.path(".other.0badc0de-0123abcd.partial")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    #expect(
      AbandonedFiles.remove(fromFolder: folder.path(""), now: Int(Date().timeIntervalSince1970) + 90_000) == 0
    )
    #expect(try folder.names().count == 3)
  }

  @Test("writers and runs that look for abandoned files at the same time do not take each other's")
  func together() async throws {
    let path = folder.path("")
    await withTaskGroup(of: Int.self) { group in
      for writer in 0..<4 {
        group.addTask {
          (0..<10).count { round in
            do {
              let file = try PartialFile(replacing: "\(path)/file\(writer)-\(round)")
              try file.append(bytes: "content")
              try file.synchronize()
              try file.replace()
              return true
            } catch { return false }
          }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<100 { AbandonedFiles.remove(fromFolder: path) }
          return 0
        }
      }
      #expect(await group.reduce(0, +) == 40)
    }
    #expect(try folder.names().count == 40)
  }

  /// The name of a partial file whose lock is gone, as its writer's death leaves it.
  private func leftOver() throws -> String {
    let name = AbandonedFiles.partialName(for: "metrics.csv")
    try Data("half".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    return name
  }

  private func canBeLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_WRONLY)
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }
}

extension PartialFile {
  fileprivate func append(bytes text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try append($0) }
  }
}

/// A folder of a test's own, removed with the value.
private final class Folder {
  private let root = NSTemporaryDirectory() + "foundations-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { name.isEmpty ? root : "\(root)/\(name)" }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: root).sorted() }
}
