import ArgumentParser
import Kit

/// What is measured.
struct WorkOptions: ParsableArguments {
  @Option(
    help: "The folder of a model of the BERT family, as published: config.json, model.safetensors, vocab.txt."
  )
  var model: String?
  @Option(
    parsing: .upToNextOption,
    help: "Text files in UTF-8; the documentation of this package, in the working folder, when left out.")
  var text: [String] = []
  @Option(
    help:
      "A file of sentence pairs: sentence, tab, sentence, tab, score of their similarity, or columns with names."
  )
  var pairs: String?
  @Option(
    parsing: .upToNextOption,
    help: "Lengths of sequences, in tokens with begin and end; 32, 128 and 512 when left out.")
  var lengths: [Int] = []
  @Option(help: "The length at which heads are replaced and counted; 128 when left out.") var length: Int?
  @Option(help: "The most sequences of each length.") var windows: Int?
  @Option(help: "Updates of the Hopfield retrieval that replaces heads.") var updates = 2
  @Option(help: "Seed of the texts made for the tokenizer.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores when left out. No number but the times depends on it.") var threads: Int?

  func validate() throws {
    for (name, value) in [("model", model), ("pairs", pairs)] where value?.isEmpty == true {
      throw ValidationError("--\(name) must name a file or folder")
    }
    if text.contains(where: \.isEmpty) { throw ValidationError("--text must name files") }
    if Set(lengths).count != lengths.count { throw ValidationError("--lengths: a length is named twice") }
    try checkRanges(
      (lengths + [length ?? 128]).map { ("lengths", $0, 4...65_536) } + [
        ("windows", windows ?? 4, 4...1_000_000), ("updates", updates, 2...1_000),
        ("threads", threads ?? 1, 1...1024),
      ])
  }
}

/// What it is compared with.
struct PeerOptions: ParsableArguments {
  @Option(help: "Sequences of a timed pass.") var sentences: Int?
  @Option(help: "Rounds, in each of which both take their turn; 3 when left out.") var rounds: Int?
  @Flag(help: "Leave the comparison with PyTorch out.") var noPeers = false
  @Option(help: "The interpreter of the peers' virtual environment.") var python = ".build/peers/bin/python"
  @Option(help: "The folder of the peers' programs.") var peers = "Benchmarks/Peers"

  func validate() throws {
    try checkRanges([("sentences", sentences ?? 1, 1...1_000_000), ("rounds", rounds ?? 1, 1...1_000)])
  }
}

/// What is written.
struct OutputOptions: ParsableArguments {
  @Option(help: "Folder for the page, figures and records.") var output = "Results/attention-regimes"
  @Flag(help: "Few and short sequences, to see that everything works.") var quick = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a folder") }
  }
}
