import Foundations

#if canImport(CommonCrypto)
  import CommonCrypto
#else
  import CCrypto
#endif

/// SHA-256 of bytes that come piece by piece, computed in the process by the system's library: OpenSSL on Linux,
/// CommonCrypto on macOS (written, not tested). Both use the processor's own instructions where it has them.
///
/// Source: FIPS PUB 180-4, "Secure Hash Standard", 2015.
final class SHA256Digest {
  #if canImport(CommonCrypto)
    private var context = CC_SHA256_CTX()

    init() { CC_SHA256_Init(&context) }

    /// Takes the next bytes, fewer than 4 GiB at a time.
    func append(_ bytes: UnsafeRawBufferPointer) {
      CC_SHA256_Update(&context, bytes.baseAddress, CC_LONG(bytes.count))
    }

    private func finish(_ digest: inout [UInt8]) { CC_SHA256_Final(&digest, &context) }
  #else
    private let context: OpaquePointer

    init() {
      guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
        fatalError("OpenSSL has no SHA-256, or no memory for it")
      }
      self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    func append(_ bytes: UnsafeRawBufferPointer) {
      require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "OpenSSL refused bytes to hash")
    }

    private func finish(_ digest: inout [UInt8]) {
      require(EVP_DigestFinal_ex(context, &digest, nil) == 1, "OpenSSL gave no SHA-256")
    }
  #endif

  /// The digest of all bytes as 64 lower-case hexadecimal digits; nothing may be appended after it.
  func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    finish(&digest)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
