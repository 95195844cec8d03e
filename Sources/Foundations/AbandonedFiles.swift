import Foundation

/// Partial files whose writers were killed, found by their names and taken away.
///
/// A file goes when nobody holds its lock and either this boot of this machine made it, whose locks can be trusted, or
/// nothing was written to it for a day: locks of a folder on the network may not reach another machine, and some file
/// systems have none. So a file of a living run stays, whoever runs it and wherever, and process numbers play no part.
package enum AbandonedFiles {
  private static let ending = ".partial"
  private static let day = 86_400

  /// `.NAME.BOOT-RANDOM.partial`, with 8 hexadecimal digits each; a long name is cut to what a file system takes.
  package static func partialName(for name: String) -> String {
    var kept = name
    while kept.utf8.count > 255 - 28 { kept.unicodeScalars.removeLast() }
    return ".\(kept).\(boot)-\(digits(.random(in: .min ... .max)))\(ending)"
  }

  /// Takes the abandoned files out of a folder, other than those of folders in it; returns how many there were.
  ///
  /// - Parameter now: Seconds since 1970.
  @discardableResult
  package static func remove(fromFolder folder: String, now: Int = time(nil)) -> Int {
    guard let listing = opendir(folder), let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else {
      return 0
    }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let start = UnsafeRawPointer(entry) + nameOffset
      let name = String(cString: start.assumingMemoryBound(to: CChar.self))
      if mark(of: name) != nil { names.append(name) }
    }
    return names.count { remove("\(folder)/\($0)", mark: mark(of: $0), now: now) }
  }

  /// The same the first time that this process asks for a folder.
  static func removeOnce(fromFolder folder: String) {
    var status = stat()
    guard stat(folder, &status) == 0 else { return }
    if visited.insert("\(status.st_dev) \(status.st_ino)") { remove(fromFolder: folder) }
  }

  private static func remove(_ path: String, mark: String?, now: Int) -> Bool {
    let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var (status, named) = (stat(), stat())
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
    if !isLocked && errno == EWOULDBLOCK { return false }
    let isOld = now - Int(modificationTime(status)) > day
    guard isOld || isLocked && mark == boot else { return false }
    // Its writer may have renamed it meanwhile.
    guard lstat(path, &named) == 0, named.st_ino == status.st_ino, named.st_dev == status.st_dev else {
      return false
    }
    return unlink(path) == 0
  }

  /// The boot in the name of a partial file; nil for any other name.
  private static func mark(of name: String) -> String? {
    let bytes = Array(name.utf8)
    guard bytes.first == UInt8(ascii: "."), name.utf8.count > 27, name.hasSuffix(ending) else { return nil }
    let middle = bytes.dropLast(ending.utf8.count).suffix(18)
    let isHexadecimal = middle.enumerated().allSatisfy { index, byte in
      switch index {
      case 0: byte == UInt8(ascii: ".")
      case 9: byte == UInt8(ascii: "-")
      default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
      }
    }
    return isHexadecimal ? String(decoding: middle.dropFirst().prefix(8), as: UTF8.self) : nil
  }

  private static func modificationTime(_ status: stat) -> time_t {
    #if canImport(Darwin)
      status.st_mtimespec.tv_sec
    #else
      status.st_mtim.tv_sec
    #endif
  }

  private static func digits(_ word: UInt32) -> String {
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 8 - text.utf8.count) + text
  }

  /// What tells this boot of this machine from others, the same in all its containers, which share its locks.
  private static let boot: String = {
    #if canImport(Darwin)
      // Written, not tested.
      var text = [CChar](repeating: 0, count: 64)
      var length = text.count - 1
      let found = sysctlbyname("kern.bootsessionuuid", &text, &length, nil, 0) == 0
      let session = found ? String(validatingCString: text) : nil
    #else
      let session = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    #endif
    let first = (session ?? "").lowercased().utf8.prefix(8)
    if let word = UInt32(String(decoding: first, as: UTF8.self), radix: 16) { return digits(word) }
    // By the machine's name where it does not say.
    return digits(ProcessInfo.processInfo.hostName.utf8.reduce(5381) { $0 &* 33 &+ UInt32($1) })
  }()

  private static let visited = VisitedFolders()
}

/// The folders that this process has looked through.
private final class VisitedFolders: @unchecked Sendable {
  private let lock = NSLock()
  private var folders: Set<String> = []

  /// True the first time.
  func insert(_ folder: String) -> Bool { lock.withLock { folders.insert(folder).inserted } }
}
