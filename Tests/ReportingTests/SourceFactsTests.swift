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

  @Test("A missing file or a folder has no digest")
  func noDigest() throws {
    let folder = try TemporaryFolder()
    #expect(
      message { _ = try FileDigest.sha256(ofFile: folder.path + "/none") }
        == "\(folder.path)/none: cannot be read as a file")
    #expect(message { _ = try FileDigest.sha256(ofFile: folder.path) } != nil)
  }

  @Test("The commit is read from git: clean, dirty, with results that do not count, and unknown")
  func commit() throws {
    let folder = try TemporaryFolder()
    #expect(SourceCommit.current(inFolder: folder.path) == SourceCommit(hash: "unknown", isDirty: false))
    try folder.write("a", to: "source.txt")
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    #expect(Subprocess.output(["git", "init", "-q"], in: folder.path) != nil)
    #expect(Subprocess.output(["git", "add", "."], in: folder.path) != nil)
    #expect(Subprocess.output(["git"] + identity + ["commit", "-qm", "first"], in: folder.path) != nil)
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
