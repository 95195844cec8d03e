import Foundation
import Foundations
import Tensors
import TestSupport
import Testing

struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test("chunks land in order and replace the old file")
  func replaces() throws {
    let folder = try TemporaryFolder()
    let file = AtomicFile(path: folder.path("out.txt"))
    try file.write(Data("old and longer".utf8))
    try file.write { append in
      for word in ["new", "", " words"] { try append(Data(word.utf8)) }
    }
    #expect(try content(file.path) == "new words")
    #expect(try names(folder) == ["out.txt"])
  }

  @Test("while it is written, the old file is whole; after an error it still is, and nothing is left over")
  func interruption() throws {
    let folder = try TemporaryFolder()
    let file = AtomicFile(path: folder.path("out.txt"))
    try file.write(Data("old".utf8))
    #expect(throws: Interruption.self) {
      try file.write { append in
        try append(Data("half of the new".utf8))
        #expect(try content(file.path) == "old")
        #expect(try names(folder).count == 2)
        throw Interruption()
      }
    }
    #expect(try content(file.path) == "old")
    #expect(try names(folder) == ["out.txt"])
  }

  @Test("a folder that is missing and a target that is a folder give one clear line")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    let missing = AtomicFile(path: folder.path("nowhere/out.txt"))
    let error = #expect(throws: FileAccessError.self) { try missing.write(Data([1])) }
    #expect(error?.action == "create" && error?.reason == "No such file or directory")
    try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: true)
    let taken = #expect(throws: FileAccessError.self) {
      try AtomicFile(path: folder.path("taken")).write(Data([1]))
    }
    #expect(taken.map { "\($0)" } == "\(folder.path("taken")): cannot replace: it is not a regular file")
    #expect(try names(folder) == ["taken"])
  }

  @Test("permissions of the old file are kept, and a link stays a link")
  func permissionsAndLinks() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    try AtomicFile(path: folder.path("real")).write(Data("old".utf8))
    try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path("real"))
    try manager.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("real"))
    try AtomicFile(path: folder.path("link")).write(Data("new".utf8))
    #expect(try content(folder.path("real")) == "new")
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.path("link")) == folder.path("real"))
    let mode = try manager.attributesOfItem(atPath: folder.path("real"))[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  private func content(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.root).sorted()
  }
}
