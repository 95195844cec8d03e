import Foundation

/// Marks a folder as one that a program works in, for as long as this object lives: a lock that ends with the process,
/// however it ends, and leaves nothing behind.
final class FolderUse {
  private let descriptor: Int32

  /// Marks a folder. Where the file system has no locks, or somebody else keeps the folder for himself, nothing is marked.
  init(_ folder: String) {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    // Who asks whether it is marked holds a lock for a moment.
    var tries = 20
    while flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK, tries > 0 {
      usleep(1_000)
      tries -= 1
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Whether a program works in a folder; false too where that cannot be told.
  static func isMarked(_ folder: String) -> Bool {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}

/// The folders that this process works in until it ends.
final class FoldersInUse: @unchecked Sendable {
  static let ofProcess = FoldersInUse()
  private let lock = NSLock()
  private var folders: [String: FolderUse] = [:]

  func add(_ folder: String) {
    lock.withLock { if folders[folder] == nil { folders[folder] = FolderUse(folder) } }
  }
}
