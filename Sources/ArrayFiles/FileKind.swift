import Foundation
import Foundations

/// The kind of a file by its first bytes, whatever its name: for the one line that says what was found instead of the
/// expected file, and what to do about it.
///
/// The readers ask once their own format has not been found, as in
/// `found: FileKind(bytes)?.description ?? "bytes 13 37"`. Sources: the formats' own signatures; pointers of Git LFS as in
/// its specification 1; the error pages that downloads leave behind.
package enum FileKind: Sendable, Equatable, CustomStringConvertible {
  case empty
  /// Nothing but zero bytes at the start, as far as was looked.
  case zeros
  case gitLFSPointer, htmlPage, xmlPage
  /// Text that begins with a brace or a bracket.
  case json
  /// Other text, with its first line, cut.
  case text(String)
  case gzip, bzip2, xz, zstandard, zip, sevenZip, rar, tar
  case pickle, pytorch, npz, npy, safetensors, hdf5, matlab, parquet, sqlite
  case png, jpeg, gif, bmp, tiff, webp, heif, jpeg2000, pdf, appleDouble

  /// How many bytes at the start of a file decide.
  package static let byteCount = 512

  /// Looks at the first ``byteCount`` bytes of a file; nil where they tell nothing.
  package init?(_ start: some Sequence<UInt8>) {
    let bytes = [UInt8](start.prefix(Self.byteCount))
    guard let kind = Self.binary(bytes) ?? Self.textual(bytes) else { return nil }
    self = kind
  }

  /// Looks at the start of the file at `path`; nil where it cannot be read or tells nothing.
  package init?(path: String) {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: Self.byteCount) else { return nil }
    self.init(start)
  }

  /// What it is and, in brackets, what to do: "a Git LFS pointer (run `git lfs pull` to get the file itself)".
  package var description: String { advice.map { "\(name) (\($0))" } ?? name }

  /// What it is, with an article: "a Git LFS pointer".
  package var name: String {
    switch self {
    case .empty: "an empty file"
    case .zeros: "nothing but zero bytes"
    case .gitLFSPointer: "a Git LFS pointer"
    case .htmlPage: "an HTML page"
    case .xmlPage: "an XML page"
    case .json: "JSON text"
    case .text(let line): "text that begins with \(quoted(line))"
    case .gzip: "gzip data"
    case .bzip2: "bzip2 data"
    case .xz: "xz data"
    case .zstandard: "Zstandard data"
    case .zip: "a zip file"
    case .sevenZip: "a 7z file"
    case .rar: "a RAR file"
    case .tar: "a tar file"
    case .pickle: "a Python pickle"
    case .pytorch: "a PyTorch checkpoint"
    case .npz: "a NumPy .npz file"
    case .npy: "a NumPy .npy file"
    case .safetensors: "a safetensors file"
    case .hdf5: "an HDF5 file"
    case .matlab: "a MATLAB .mat file"
    case .parquet: "a Parquet file"
    case .sqlite: "an SQLite database"
    case .png: "a PNG image"
    case .jpeg: "a JPEG image"
    case .gif: "a GIF image"
    case .bmp: "a BMP image"
    case .tiff: "a TIFF image"
    case .webp: "a WebP image"
    case .heif: "an HEIF or AVIF image"
    case .jpeg2000: "a JPEG 2000 image"
    case .pdf: "a PDF document"
    case .appleDouble: "a companion file of macOS"
    }
  }

  /// What to do about it, where there is something that helps whoever expected another file.
  package var advice: String? {
    switch self {
    case .empty, .zeros: "the copy or download broke off: fetch it again"
    case .gitLFSPointer: "run `git lfs pull` to get the file itself"
    case .htmlPage, .xmlPage: "the download gave a page instead of the file: fetch it again"
    case .gzip: "unpack it with `gzip -d`"
    case .bzip2: "unpack it with `bzip2 -d`"
    case .xz: "unpack it with `xz -d`"
    case .zstandard: "unpack it with `zstd -d`"
    case .zip, .sevenZip, .rar: "unpack it"
    case .tar: "unpack it with `tar -xf`"
    case .pickle: "pickles are programs and are not run: save its arrays as safetensors or .npz"
    case .pytorch: "save its weights as safetensors"
    case .appleDouble: "the file itself has the same name without `._`"
    default: nil
    }
  }

  // MARK: Signatures

  private static let signatures: [(kind: FileKind, offset: Int, bytes: [UInt8])] = [
    // A tar file begins with a file name, which may look like anything below.
    (.tar, 257, Array("ustar\0".utf8)), (.tar, 257, Array("ustar  \0".utf8)),
    (.gzip, 0, [0x1F, 0x8B, 8]), (.bzip2, 0, Array("BZh".utf8)), (.xz, 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
    (.zstandard, 0, [0x28, 0xB5, 0x2F, 0xFD]), (.sevenZip, 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    (.rar, 0, Array("Rar!\u{1A}\u{7}".utf8)), (.npy, 0, [0x93] + Array("NUMPY".utf8)),
    (.hdf5, 0, [0x89] + Array("HDF\r\n\u{1A}\n".utf8)), (.matlab, 0, Array("MATLAB 5.0 MAT-file".utf8)),
    (.matlab, 0, Array("MATLAB 7.3 MAT-file".utf8)), (.parquet, 0, Array("PAR1".utf8)),
    (.sqlite, 0, Array("SQLite format 3\0".utf8)), (.png, 0, [0x89] + Array("PNG\r\n\u{1A}\n".utf8)),
    (.jpeg, 0, [0xFF, 0xD8, 0xFF]), (.gif, 0, Array("GIF87a".utf8)), (.gif, 0, Array("GIF89a".utf8)),
    (.tiff, 0, [0x49, 0x49, 0x2A, 0]), (.tiff, 0, [0x4D, 0x4D, 0, 0x2A]), (.webp, 8, Array("WEBPVP8".utf8)),
    (.heif, 4, Array("ftyphei".utf8)), (.heif, 4, Array("ftypmif1".utf8)), (.heif, 4, Array("ftypavif".utf8)),
    (.jpeg2000, 0, [0, 0, 0, 0x0C] + Array("jP  ".utf8)), (.pdf, 0, Array("%PDF-".utf8)),
    (.appleDouble, 0, [0, 5, 0x16, 7]),
  ]

  private static func binary(_ bytes: [UInt8]) -> FileKind? {
    if bytes.isEmpty { return .empty }
    for (kind, offset, signature) in signatures where bytes.dropFirst(offset).starts(with: signature) {
      return kind
    }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      return zipContent(bytes)
    }
    // "BM", the size of the file, four bytes of zeros.
    if bytes.count >= 14, bytes.starts(with: Array("BM".utf8)), bytes[6..<10].allSatisfy({ $0 == 0 }) {
      return .bmp
    }
    if bytes.count >= 9, bytes[5..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      return .safetensors
    }
    // The protocol's number, then an operation; none has the number 0.
    if bytes.count >= 3, bytes[0] == 0x80, (2...5).contains(bytes[1]), bytes[2] != 0 { return .pickle }
    if bytes.count >= 16, bytes.allSatisfy({ $0 == 0 }) { return .zeros }
    return nil
  }

  /// A zip file by the name of its first entry.
  private static func zipContent(_ bytes: [UInt8]) -> FileKind {
    guard bytes.count > 30 else { return .zip }
    let length = Int(bytes[26]) | Int(bytes[27]) << 8
    let name = bytes.dropFirst(30).prefix(length)
    if name.reversed().starts(with: ".npy".utf8.reversed()) { return .npz }
    if name.reversed().starts(with: "/data.pkl".utf8.reversed()) { return .pytorch }
    return .zip
  }

  private static func textual(_ bytes: [UInt8]) -> FileKind? {
    let isMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let text = bytes.dropFirst(isMark ? 3 : 0).drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let first = text.first, isPrintable(text, isCut: bytes.count == byteCount) else { return nil }
    let lowercased = text.prefix(60).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    func begins(_ start: String) -> Bool { lowercased.starts(with: start.utf8) }
    if begins("version https://git-lfs.github.com/spec/") { return .gitLFSPointer }
    if ["<!doctype html", "<html", "<head", "<body", "<script", "<title"].contains(where: begins) {
      return .htmlPage
    }
    if begins("<?xml") { return .xmlPage }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return .json }
    let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
    return .text(
      String(String.UnicodeScalarView(String(decoding: line, as: UTF8.self).unicodeScalars.prefix(60))))
  }

  /// Whether the bytes are UTF-8 without control characters; the last character may be cut where the text is.
  private static func isPrintable(_ text: ArraySlice<UInt8>, isCut: Bool) -> Bool {
    guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0C, 0x0D].contains($0) }) else {
      return false
    }
    if String(validating: text, as: UTF8.self) != nil { return true }
    return isCut && (1...3).contains { String(validating: text.dropLast($0), as: UTF8.self) != nil }
  }
}
