import ArrayFiles
package import Foundation
import Foundations
import Tensors

/// A tar file: its entries, and their bytes on demand. One that is not compressed is memory-mapped, one that is gzip
/// data, whatever it is called, is unpacked into memory.
///
/// Reads ustar headers with GNU long names and pax paths and sizes. The checksum of every header is verified;
/// an archive that ends before its closing zero block, a member larger than the rest of the file and devices are
/// refused. A hard or symbolic link to a member stands for that member once more, under its own name; one to a folder
/// for everything in it, links too; one that leads out of the archive is refused.
package struct TarArchive: Sendable {
  /// The entries in the order of the archive.
  package let entries: [TarEntry]
  /// Path of the archive, for error messages.
  package let name: String
  private let data: Data

  /// Opens the archive at `url` and reads all headers; file contents stay on disk until asked for.
  package init(contentsOf url: URL) throws {
    let data = try DataFile.unpacked(url)
    if let kind = FileKind(data), ![.tar, .empty, .zeros].contains(kind) {
      throw DataFileError(file: url.path, problem: "is \(kind), expected a tar archive")
    }
    var reader = TarHeaderReader(data: data, name: url.path)
    entries = try reader.readEntries()
    name = url.path
    self.data = data
  }

  /// The contents of an entry of this archive.
  package func bytes(of entry: TarEntry) -> [UInt8] {
    require(entry.range.upperBound <= data.count, "entry \(entry.path) is not of archive \(name)")
    return data.withUnsafeBytes { [UInt8]($0[entry.range]) }
  }
}

/// A file or folder of a tar archive.
package struct TarEntry: Sendable, Equatable {
  /// Path inside the archive, without `./` at its start and `/` at its end.
  package let path: String
  /// Whether it is a folder and no file.
  package let isFolder: Bool
  /// Where its bytes lie in the archive.
  package let range: Range<Int>
}
