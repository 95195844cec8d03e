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
}
