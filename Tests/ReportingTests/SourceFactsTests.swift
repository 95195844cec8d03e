import Foundation
import Reporting
import Testing

struct SourceFactsTests {
  @Test("SHA-256 of a file matches the published examples")
  func digest() throws {
    let folder = try TemporaryFolder()
    try folder.write("abc", to: "odd \\name\n.txt")
    try folder.write("", to: "empty")
    #expect(
      try FileDigest.sha256(ofFile: folder.path + "/odd \\name\n.txt")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      try FileDigest.sha256(ofFile: folder.path + "/empty")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let embedded = try DataFingerprint(name: "n", embeddedAt: folder.path + "/empty", count: 7)
    #expect(embedded.path == "embedded")
    #expect(embedded.count == 7)
  }

  @Test(
    "SHA-256 is the published one for long messages, of files and of bytes, whatever the piece it ends in")
  func longDigests() throws {
    let folder = try TemporaryFolder()
    // A million times "a": FIPS 180-2, appendix B.3. The others: Python's hashlib, of bytes i * 7 modulo 251.
    let cases: [(bytes: [UInt8], digest: String)] = [
      (
        [UInt8](repeating: 0x61, count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
      (pattern(1 << 20), "e76e4c02227083fd12207b7bc85287bb9e02a618fed3bd8eab1bc2daeda2fb53"),
      (pattern((1 << 20) + 1), "50068d46eb4d17660d829800fa2d52624de6cd1dab0dd5735e5b8c496b822152"),
      (pattern((3 << 20) - 55), "e0a57b4f4bf4e7d39c62c18d1a8e7a7dedb4fb52c637a96a94c6a93bcbd64945"),
    ]
    for (bytes, digest) in cases {
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/file"))
      #expect(try FileDigest.sha256(ofFile: folder.path + "/file") == digest)
      #expect(FileDigest.sha256(of: bytes) == digest)
    }
    let whole = DataFingerprint(name: "n", path: "p", count: 1, hashing: cases[0].bytes)
    #expect(whole.sha256 == cases[0].digest)
    #expect(try folder.names() == ["file"])
  }

  private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 * 7 % 251) } }

  @Test("A missing file, a folder and a pipe have no digest, in one line that says why")
  func noDigest() throws {
    let folder = try TemporaryFolder()
    func failure(_ path: String) -> String? { message { _ = try FileDigest.sha256(ofFile: path) } }
    #expect(
      failure("\(folder.path)/none") == "\(folder.path)/none: cannot be read: No such file or directory")
    #expect(failure(folder.path) == "\(folder.path): cannot be read: it is not a regular file")
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(failure(pipe) == "\(pipe): cannot be read: it is not a regular file")
  }

  @Test(
    "A command's output is read whole and trimmed; one that fails or is absent gives nothing")
  func commands() {
    #expect(Subprocess.output(["sh", "-c", "echo; echo ' a b '"]) == "a b")
    let long = Subprocess.output(["sh", "-c", "i=0; while [ $i -lt 30000 ]; do echo 12345; i=$((i+1)); done"])
    #expect(long?.utf8.count == 30_000 * 6 - 1)
    #expect(Subprocess.output(["sh", "-c", "echo a; exit 3"]) == nil)
    #expect(Subprocess.output(["sh", "-c", "echo a; kill -9 $$"]) == nil)
    #expect(Subprocess.output(["no-such-command-anywhere"]) == nil)
    #expect(Subprocess.output(["cat"]) == "")
    // Not done in time, with and without something said before; both are ended.
    #expect(Subprocess.output(["sleep", "60"], patience: .milliseconds(50)) == nil)
    #expect(Subprocess.output(["sh", "-c", "echo a; exec sleep 60"], patience: .milliseconds(50)) == nil)
  }

  @Test("The commit is read from git: clean, dirty, with results that do not count, and unknown")
  func commit() throws {
    let folder = try TemporaryFolder()
    #expect(SourceCommit.current(inFolder: folder.path) == SourceCommit(hash: "unknown", isDirty: false))
    try folder.write("a", to: "source.txt")
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    let git = ["git", "-C", folder.path]
    #expect(Subprocess.output(git + ["init", "-q"]) != nil)
    #expect(Subprocess.output(git + ["add", "."]) != nil)
    #expect(Subprocess.output(git + identity + ["commit", "-qm", "first"]) != nil)
    let clean = SourceCommit.current(inFolder: folder.path)
    #expect(clean.hash.count == 40)
    #expect(!clean.isDirty)
    try folder.write("table", to: "Results/run/README.md")
    #expect(SourceCommit.current(inFolder: folder.path) == clean)
    #expect(SourceCommit.current(inFolder: folder.path + "/Results") == clean)
    try folder.write("b", to: "source.txt")
    #expect(SourceCommit.current(inFolder: folder.path).isDirty)
    #expect(SourceCommit.current(inFolder: folder.path + "/Results").isDirty)
    #expect(SourceCommit.current(inFolder: folder.path).short == clean.hash.prefix(10) + "+")
  }

  @Test("The processor is the first model name")
  func processor() {
    let text = "processor\t: 0\nmodel name\t: Fast One @ 2.5GHz: x\nmodel name\t: Other\n"
    #expect(MachineFacts.processorName(inCPUInfo: text) == "Fast One @ 2.5GHz: x")
    #expect(MachineFacts.processorName(inCPUInfo: "processor : 0\n") == nil)
  }

  @Test("Mean and sample deviation, also of large numbers close together")
  func spread() throws {
    let spread = try Spread(of: [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(abs(spread.mean - 5) < 1e-12)
    #expect(abs(spread.standardDeviation - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(spread.minimum == 2 && spread.maximum == 9 && spread.count == 8)
    let large = try Spread(of: [1e9 + 1, 1e9 + 2, 1e9 + 3])
    #expect(abs(large.standardDeviation - 1) < 1e-6)
    #expect(try Spread(of: [3]).standardDeviation == 0)
    #expect(message { _ = try Spread(of: []) } == "spread: expected at least one value")
    #expect(message { _ = try Spread(of: [1, .nan]) } == "spread: value 1 is nan, expected a finite number")
  }

  @Test("Numbers print the same way everywhere")
  func numbers() {
    #expect(NumberText.roundTrip(12) == "12")
    #expect(NumberText.roundTrip(0.1 + 0.2) == "0.30000000000000004")
    #expect(NumberText.roundTrip(-0.0) == "-0.0")
    #expect(Double(NumberText.roundTrip(Double.leastNonzeroMagnitude)) == Double.leastNonzeroMagnitude)
    #expect(Double(NumberText.roundTrip(Double.greatestFiniteMagnitude)) == Double.greatestFiniteMagnitude)
    #expect(NumberText.fixed(0.01981, digits: 4) == "0.0198")
    #expect(NumberText.fixed(0.00001, digits: 4) == "1.0e-05")
    #expect(NumberText.fixed(0, digits: 2) == "0.00")
    #expect([0.4, 0.005, 1, 0.07].map { NumberText.percent($0) } == ["40 %", "0.5 %", "100 %", "7 %"])
    #expect(NumberText.percent(1.0 / 3) == "33.3333 %" && NumberText.percent(0.9996, digits: 1) == "100.0 %")
    #expect(NumberText.fixed(-1_234_567.891, digits: 2) == "-1,234,567.89")
    #expect(NumberText.fixed(9999, digits: 0) == "9999")
    #expect(NumberText.significant(0.0198123, digits: 4) == "0.01981")
    #expect(NumberText.significant(1000, digits: 3) == "1000")
    #expect(NumberText.significant(412.34, digits: 3) == "412")
    #expect(NumberText.significant(1.234e-7, digits: 3) == "1.23e-07")
    #expect(NumberText.coordinate(-0.001) == "0")
    #expect(NumberText.coordinate(10) == "10")
    #expect(NumberText.coordinate(1.255) == "1.25" || NumberText.coordinate(1.255) == "1.26")
  }
}
