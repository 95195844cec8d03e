import ArrayFiles
import Foundation
import Tensors
import Testing

struct FileKindTests {
  @Test(
    "a file is known by its first bytes",
    arguments: [
      ([], .empty), ([UInt8](repeating: 0, count: 40), .zeros),
      (text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), .gitLFSPointer),
      (text("<!DOCTYPE html>\n<html>"), .htmlPage),
      ([0xEF, 0xBB, 0xBF] + text("\r\n  <HTML lang=en>"), .htmlPage),
      (text("<?xml version=\"1.0\"?><Error><Code>AccessDenied"), .xmlPage), (text("{\"error\": 1}"), .json),
      (text("Entry not found"), .text("Entry not found")), (text("a\u{301}\nb"), .text("a\u{301}")),
      ([0x1F, 0x8B, 8], .gzip), (text("BZh9"), .bzip2), ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
      (zip("word/document.xml"), .zip), (zip("x.npy"), .npz), (zip("archive/data.pkl"), .pytorch),
      ([0x80, 2, 0x8A, 0x0A], .pickle), ([0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0], .pickle),
      // A header of 640 bytes, whose length looks like the start of a pickle.
      ([0x80, 2, 0, 0, 0, 0, 0, 0] + text("{\"a\":"), .safetensors),
      ([0x93] + text("NUMPY"), .npy), ([0x89] + text("HDF\r\n\u{1A}\n"), .hdf5),
      (text("MATLAB 5.0 MAT-file"), .matlab),
      ([0x89] + text("PNG\r\n\u{1A}\n"), .png), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg), (text("GIF89a"), .gif),
      (text("RIFF1234WEBPVP8 "), .webp), ([0, 0, 0, 24] + text("ftypheic"), .heif),
      (text("BM") + [9, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0], .bmp), ([0, 5, 0x16, 7, 0, 2], .appleDouble),
      // A tar file whose first member is called as other kinds begin.
      (text("PAR1/x.png") + [UInt8](repeating: 0, count: 247) + text("ustar\0"), .tar),
    ] as [([UInt8], FileKind)])
  func known(bytes: [UInt8], kind: FileKind) {
    #expect(FileKind(bytes) == kind)
    #expect(!kind.description.isEmpty && !kind.description.contains("\n"))
  }

  @Test(
    "bytes that tell nothing have no kind",
    arguments: [[0, 0, 8, 3], [1, 2, 3], [0x80, 9, 1], [0xC3, 0x28, 0x41]])
  func unknown(bytes: [UInt8]) {
    #expect(FileKind(bytes) == nil)
  }

  @Test("text that is cut within a character is text, and its line is cut")
  func cutText() {
    let long = Array(String(repeating: "é", count: 600).utf8)
    #expect(FileKind(long) == .text(String(repeating: "é", count: 60)))
    #expect(FileKind([0x41] + long) == .text("A" + String(repeating: "é", count: 59)))
    #expect(
      FileKind(Array("no\u{7}".utf8)) == nil
        && FileKind.gitLFSPointer.description
          == "a Git LFS pointer (run `git lfs pull` to get the file itself)"
    )
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The local header of a first entry.
  private static func zip(_ name: String) -> [UInt8] {
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0] + text(name)
  }
}
