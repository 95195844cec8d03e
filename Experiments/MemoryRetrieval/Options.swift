import ArgumentParser
import Kit

/// A part of the measurements.
enum Part: String, CaseIterable, ExpressibleByArgument {
  /// Errors against patterns stored, for every memory.
  case capacity
  /// How many patterns of 64 numbers one update recalls.
  case recall
  /// Errors of one update against the bound of theorem 5.
  case bounds
  /// Kinds of fixed points and steps to them against beta.
  case kinds
  /// Minima that nobody stored.
  case emergent
  /// Half-hidden images.
  case completion
  /// Speed over a file of patterns.
  case scale

  var needsImages: Bool { self == .kinds || self == .completion }
}

/// What is measured.
struct WorkOptions: ParsableArguments, RecordedOptions {
  @Option(
    parsing: .upToNextOption,
    help: "capacity, recall, bounds, kinds, emergent, completion, scale; all when left out.")
  var parts: [Part] = Part.allCases
  @Option(
    help:
      "A folder of PNG or JPEG photos of any sizes, to be completed beside the digits; none when left out.")
  var photos: String?
  @Option(help: "Side of the squares that photos are brought to, in pixels.") var photoSide = 64

  func validate() throws {
    try checkNames([("photos", photos)])
    try checkRanges([("photo-side", photoSide, 4...512)])
    if Set(parts).count != parts.count { throw ValidationError("--parts: a part is named twice") }
  }

  var recordedOtherwise: [String: String?] { ["photos": String(lastPartOf: photos) ?? "none"] }
}

/// Retrieval at size.
struct ScaleOptions: ParsableArguments, RecordedOptions {
  @Option(help: "Patterns in the file; 1000000 when left out, 20000 with --quick.") var patterns: Int?
  @Option(help: "Numbers of a pattern; 512 when left out, 64 with --quick.") var dimension: Int?
  @Option(help: "The file of patterns, a random one where it does not exist; temporary when left out.")
  var file: String?
  @Option(help: "Rounds, in each of which all take their turn.") var rounds = 7
  @OptionGroup var peer: PeerOptions

  func validate() throws {
    try checkNames([("file", file)])
    try checkRanges([
      ("patterns", patterns ?? 1_000, 1_000...100_000_000), ("dimension", dimension ?? 16, 16...65_536),
      ("rounds", rounds, 1...1_000),
    ])
  }

  var recordedOtherwise: [String: String?] {
    [
      "patterns": "\(patterns ?? 0)", "dimension": "\(dimension ?? 0)",
      "file": String(lastPartOf: file) ?? "none",
    ]
  }
}
