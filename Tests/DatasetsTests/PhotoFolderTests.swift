import Datasets
import Foundation
import ImageFiles
import Testing

struct PhotoFolderTests {
  @Test("pictures of any sizes come in the order of their names, at one size and with three channels")
  func reading() throws {
    let folder = try TemporaryFolder()
    let gray = picture(width: 4, height: 4, channels: 1, from: 0)
    let color = picture(width: 6, height: 2, channels: 3, from: 50)
    try folder.write("b.png", try gray.pngData())
    try folder.write("a.PNG", try color.pngData())
    try folder.write("notes.txt", [1, 2, 3])
    try folder.write(".hidden.png", [1])
    try folder.write("more/c.png", try gray.pngData())
    try folder.write("c.HEIC", [1])
    var notes: [String] = []
    let found = try PhotoFolder.read(folder.url, width: 2, height: 2, note: { notes.append($0) })
    #expect(notes == ["\(folder.url.path): 2 files that are no images passed over: c.HEIC, notes.txt"])
    #expect(found.classNames == ["a.PNG", "b.png"] && found.labels == [0, 1])
    let sizes: [Int] = [found.count, found.height, found.width, found.channels]
    #expect(sizes == [2, 2, 2, 3])
    #expect(found[0] == color.fitted(width: 2, height: 2))
    #expect(found[1].bytes == gray.fitted(width: 2, height: 2).bytes.flatMap { [$0, $0, $0] })
  }

  @Test("folders without pictures and files that are none are named")
  func refused() throws {
    let folder = try TemporaryFolder()
    func refusal() -> String? { message { _ = try PhotoFolder.read(folder.url, width: 2, height: 2) } }
    #expect(refusal()?.hasSuffix("no images, expected at least one .png, .jpg or .jpeg") == true)
    try folder.write("x.heic", [1])
    #expect(refusal()?.hasSuffix(".jpeg: 1 file that is no image passed over: x.heic") == true)
    try folder.write("x.jpg", [1, 2, 3, 4])
    #expect(refusal()?.contains("x.jpg") == true)
    let error = #expect(throws: DataFileError.self) {
      try PhotoFolder.read(folder.url.appendingPathComponent("x.jpg"), width: 2, height: 2)
    }
    #expect(error?.problem == "expected a folder of PNG or JPEG images")
  }
}
