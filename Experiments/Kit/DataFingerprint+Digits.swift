import EnergyTransformer
import Foundation
package import Reporting

extension DataFingerprint {
  /// What identifies the digits of the package, a fingerprint a file, with `prefix` before their names.
  package static func embeddedDigits(prefix: String = "") throws -> [DataFingerprint] {
    try EmbeddedDigits.files().map { file in
      let name = file.lastPathComponent
      return try DataFingerprint(
        name: prefix + name, embeddedAt: file.path, count: name.hasPrefix("train") ? 4_000 : 1_000)
    }
  }

  /// What identifies images: the digits of the package where there is no path, otherwise the files that lie there.
  package static func images(at path: String?, prefix: String) throws -> [DataFingerprint] {
    guard let path else { return try embeddedDigits(prefix: prefix) }
    return try ImageSource.files(at: path).map { try DataFingerprint(name: "images", path: $0, count: 1) }
  }
}
