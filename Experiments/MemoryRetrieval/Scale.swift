import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How fast a modern Hopfield network goes over a file of patterns that is mapped into memory.
struct Scale {
  /// How weights are spread, which decides what an update has to do.
  private enum Spread: String, CaseIterable {
    /// Few patterns have a weight above rounding: scores of all, mixtures of few.
    case peaked
    /// All patterns count: scores and mixtures of all.
    case flat

    /// Beta for patterns of length 1.
    var unitBeta: Double { self == .peaked ? 64 : 8 }
    /// Floating-point operations for each query, pattern and number of it.
    var operations: Double { self == .peaked ? 2 : 4 }
  }

  private let file: PatternFile
  private let threads = Parallelism.threadCount
  /// One query, and as many as there are patterns, up to 256.
  private let queryCounts: [Int]
  /// The neighbours that the peer is asked for.
  private let neighbours: Int
  private var peerVersion: String?
  private var numbers: [String: Double] = [:]

  init(_ file: PatternFile, _ options: ScaleOptions, random: RandomStream) throws {
    self.file = file
    queryCounts = file.count == 1 ? [1] : [1, min(256, file.count)]
    neighbours = min(10, file.count)
    try file.prepare(random.child(0))
    let patterns = try file.patterns()
    try inTemporaryFolder(named: "queries") { folder in
      let queries = try queryCounts.map { number in
        let rows = try file.queries(number, random.child(UInt64(number)))
        let path = "\(folder)/\(number).safetensors"
        try SafetensorsFile.write(path: path, arrays: [("queries", StoredArray(rows))])
        return (number, rows, path) as Queries
      }
      try measure(patterns, queries, options, folder)
    }
  }

  /// Some queries, as the peer finds them in a file too.
  private typealias Queries = (number: Int, rows: Tensor<Float>, path: String)

  private mutating func measure(
    _ patterns: StoredPatterns<Float>, _ queries: [Queries], _ options: ScaleOptions, _ folder: String
  ) throws {
    func network(_ spread: Spread) -> ModernHopfieldNetwork<Float> {
      ModernHopfieldNetwork(source: patterns, beta: Float(spread.unitBeta / file.meanSquare))
    }
    let beta = Double(network(.peaked).beta)
    let peer =
      options.peer.peers
      ? try SearchPeer(options.peer, file: file, beta: beta, neighbours: neighbours, threads: threads)
      : nil
    peerVersion = peer?.version
    if let most = queries.last {
      let states = network(.peaked).updated(most.rows)
      let own = patterns.gathered((0..<file.count).evenlySpaced(most.number))
      numbers["scale_recalled"] = RecallErrors(of: states, from: own).share(within: 0.01)
      // What the network made of the queries, beside softmax over what faiss found.
      if let peer {
        let output = "\(folder)/mixtures.safetensors"
        try peer.writeMixtures(queries: most.path, to: output)
        let theirs = try Tensor<Float>(SafetensorsFile.read(path: output).array(named: "mixtures"))
        numbers["faiss_largest_difference"] = states.rowDistances(to: theirs).max() ?? 0
      }
    }
    var times = AlternatingTimes()
    for _ in 0..<options.rounds {
      times.add(try MachineSpeed.copying(file.path, threads: threads), to: "copying")
      times.add(MachineSpeed.adding(patterns), to: "adding")
      for query in queries {
        for spread in Spread.allCases {
          let network = network(spread)
          times.add(
            Stopwatch.seconds { _ = network.updated(query.rows) }, to: "\(spread.rawValue)_\(query.number)")
        }
        if let peer { times.add(try peer.seconds(queries: query.path), to: "faiss_\(query.number)") }
      }
      times.add(MachineSpeed.product(), to: "product")
    }
    add(times)
  }

  private mutating func add(_ times: AlternatingTimes) {
    for name in times.names { numbers["scale_\(name)_ms"] = times.median(name).map { 1e3 * $0 } }
    let bytes = Double(file.byteCount)
    // Of the two ways to read the faster one counts.
    let bandwidth = bytes / min(times.median("copying") ?? .infinity, times.median("adding") ?? .infinity)
    let peak = MachineSpeed.productOperations / (times.least("product") ?? .infinity)
    numbers["scale_read_gb_per_second"] = 1e-9 * bandwidth
    numbers["scale_peak_gflops"] = 1e-9 * peak
    for spread in Spread.allCases {
      for number in queryCounts {
        let own = "\(spread.rawValue)_\(number)"
        guard let seconds = times.median(own) else { continue }
        let work = spread.operations * Double(file.count) * Double(file.dimension) * Double(number)
        if number == 1 {
          numbers["stream_bandwidth_share_\(spread.rawValue)"] = bytes / seconds / bandwidth
        } else {
          numbers["stream_peak_share_\(spread.rawValue)"] = work / seconds / peak
        }
        numbers["faiss_ratio_\(number)_\(spread.rawValue)"] = times.ratio("faiss_\(number)", to: own)
      }
    }
    // The worse of the two spreads is what can be relied on; faiss keeps few patterns, as a peaked update does.
    for name in ["stream_bandwidth_share", "stream_peak_share"] {
      numbers[name] = Spread.allCases.compactMap { numbers["\(name)_\($0.rawValue)"] }.min()
    }
    for number in queryCounts { numbers["faiss_ratio_\(number)"] = numbers["faiss_ratio_\(number)_peaked"] }
  }

  // MARK: What is written

  private func betaText(_ spread: Spread) -> String {
    String(format: "%.3g", Float(spread.unitBeta / file.meanSquare))
  }

  /// A user's file by its name, with what it holds; random patterns as such.
  private var words: String {
    let size = "patterns of \(file.dimension) numbers"
    guard let survey = file.survey else { return "A file of \(file.count) random \(size), length near 1" }
    return "The file `\(file.name)` of \(file.count) \(size), \(survey)"
  }

  func section() -> PageSection {
    func text(_ name: String, _ format: String) -> String {
      numbers[name].map { String(format: format, $0) } ?? "–"
    }
    func cell(_ name: String) -> MeasuredCell { .number(name, numbers[name]) }
    let (peaked, flat) = (betaText(.peaked), betaText(.flat))
    var section = PageSection("Retrieval at size")
    section.summary = numbers
    section.addParagraph(
      "\(words), mapped into memory and in the page cache; queries are stored patterns plus noise of half their "
        + "length; one update by softmax over all patterns, \(threads) threads. At beta \(peaked) all but a few weights "
        + "are below rounding, at beta \(flat) every pattern counts: then an update takes twice the operations. Of "
        + "\(queryCounts.last ?? 1) queries at beta \(peaked) a share of \(text("scale_recalled", "%.3g")) comes within a "
        + "hundredth of its length of its pattern.")
    section.addTable(
      "scale",
      columns: [
        "Update of", "ms, median", "of a plain read", "of the peak of matrix products", "faiss, ms, median",
        "faiss / this library",
      ], digits: 2, columnDigits: [1, 2, 2, 1, 2],
      rows: queryCounts.flatMap { number in
        Spread.allCases.map { spread in
          (
            "\(number) \(number == 1 ? "query" : "queries"), beta \(betaText(spread)) (\(spread.rawValue))",
            [
              cell("scale_\(spread.rawValue)_\(number)_ms"),
              number == 1 ? cell("stream_bandwidth_share_\(spread.rawValue)") : .missing,
              number == 1 ? .missing : cell("stream_peak_share_\(spread.rawValue)"),
              cell("scale_faiss_\(number)_ms"), cell("faiss_ratio_\(number)_\(spread.rawValue)"),
            ]
          )
        }
      })
    let peer =
      peerVersion.map {
        " faiss-cpu \($0) searches exactly by inner product (`IndexFlatIP`) for the \(neighbours) best patterns, "
          + "then takes softmax of their scores at beta \(peaked), \(threads) threads; it does not mix patterns. Ratios are medians "
          + "over the rounds, `faiss_ratio_…` those at beta \(peaked); the aim is 1. Mixtures of what it found differ from this "
          + "library's states by \(text("faiss_largest_difference", "%.1e")) at most."
      } ?? " faiss was not measured in this run."
    section.addParagraph(
      "A plain read, the faster of copying the file by `read` and adding up its mapped numbers, takes "
        + "\(text("scale_read_gb_per_second", "%.1f")) GB/s; matrix products of 2,048 × 2,048 reach "
        + "\(text("scale_peak_gflops", "%.0f")) GFLOPS. All take turns in one run; times are medians. "
        + "`stream_bandwidth_share` and `stream_peak_share` are those of the worse beta; the aims are 0.5 and 0.7."
        + peer)
    return section
  }
}
