import EnergyTransformer
import Foundation
import Kit

/// How fast a modern Hopfield network goes over a file of patterns that is mapped into memory.
struct RetrievalAtSize: Finding {
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

  private static let mostQueries = 256
  private static let mostNeighbours = 10

  private let count: Int, dimension: Int, threads: Int
  /// One query, and as many as there are patterns, up to ``mostQueries``.
  private let queryCounts: [Int]
  /// The neighbours that the peer is asked for.
  private let neighbours: Int
  /// The mean of the squared lengths of patterns, which beta is relative to.
  private let meanSquare: Double
  /// What the page calls the patterns.
  private let words: String
  private let peerVersion: String?
  private var numbers: [String: Double] = [:]

  init(_ file: PatternFile, _ options: ScaleOptions, random: RandomStream) throws {
    (count, dimension, threads) = (file.count, file.dimension, Parallelism.threadCount)
    queryCounts = count == 1 ? [1] : [1, min(Self.mostQueries, count)]
    neighbours = min(Self.mostNeighbours, count)
    (meanSquare, words) = (file.meanSquare, Self.words(file))
    try file.prepare(random.child(0))
    let patterns = try file.patterns()
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("queries-\(ProcessInfo.processInfo.processIdentifier)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var queries: [Int: Tensor<Float>] = [:]
    for number in queryCounts {
      let rows = try file.queries(number, random.child(UInt64(number)))
      queries[number] = rows
      try SafetensorsFile.write(
        path: "\(folder)/\(number).safetensors", arrays: [("queries", StoredArray(rows))])
    }
    let peer = options.noPeers ? nil : try SearchPeer(options, file: file, threads: threads)
    peerVersion = peer?.version
    try check(patterns, queries, peer, folder)
    var times: [String: [Double]] = [:]
    for _ in 0..<options.rounds {
      times["copying", default: []].append(try PlainRead.copying(file.path, threads: threads))
      times["adding", default: []].append(PlainRead.adding(patterns))
      for number in queryCounts {
        for spread in Spread.allCases {
          let network = ModernHopfieldNetwork(source: patterns, beta: beta(spread))
          let rows = queries[number] ?? .zeros([0, dimension])
          let seconds = Stopwatch.seconds { _ = network.updated(rows) }
          times["\(spread.rawValue)_\(number)", default: []].append(seconds)
        }
        if let peer {
          times["faiss_\(number)", default: []].append(
            try peer.seconds(
              queries: "\(folder)/\(number).safetensors", beta: Double(beta(.peaked)),
              neighbours: neighbours))
        }
      }
      times["product", default: []].append(Self.productSeconds())
    }
    measure(times, byteCount: file.byteCount)
  }

  // MARK: What is measured

  private func beta(_ spread: Spread) -> Float { Float(spread.unitBeta / meanSquare) }
  private func betaText(_ spread: Spread) -> String { String(format: "%.3g", beta(spread)) }

  /// A user's file by its name, with what it holds; random patterns as such.
  private static func words(_ file: PatternFile) -> String {
    let size = "patterns of \(file.dimension) numbers"
    guard let survey = file.survey else { return "A file of \(file.count) random \(size), length near 1" }
    let lengths = [survey.lengths.lowerBound, survey.lengths.upperBound].map { String(format: "%.3g", $0) }
    let remark = file.remark.map { " (\($0))" } ?? ""
    return "The file `\(file.name)` of \(file.count) \(size), lengths \(lengths[0]) to \(lengths[1])\(remark)"
  }

  /// Operations of the matrix product that the peak is taken from.
  private static let productSize = 2_048

  private static func productSeconds() -> Double {
    var random = RandomStream(seed: 0)
    let a = Tensor<Float>.uniform([productSize, productSize], using: &random)
    let b = Tensor<Float>.uniform([productSize, productSize], using: &random)
    return (0..<4).map { _ in Stopwatch.seconds { _ = a.matrixProduct(b) } }.min() ?? .infinity
  }

  /// Holds what the network makes of the queries against softmax over what faiss found, and counts what it recalls.
  private mutating func check(
    _ patterns: StoredPatterns<Float>, _ queries: [Int: Tensor<Float>], _ peer: SearchPeer?, _ folder: String
  ) throws {
    guard let number = queryCounts.last, let rows = queries[number] else { return }
    let states = ModernHopfieldNetwork(source: patterns, beta: beta(.peaked)).updated(rows)
    let own = patterns.gathered(RandomPatterns.spaced(number, of: count))
    let distances = RandomPatterns.distances(states, own)
    let lengths = RandomPatterns.distances(own, .zeros(own.shape))
    numbers["scale_recalled"] =
      Double(zip(distances, lengths).count { $0 <= 0.01 * $1 }) / Double(distances.count)
    guard let peer else { return }
    let output = "\(folder)/mixtures.safetensors"
    try peer.writeMixtures(
      queries: "\(folder)/\(number).safetensors", beta: Double(beta(.peaked)),
      neighbours: neighbours, to: output)
    let theirs = try Tensor<Float>(SafetensorsFile.read(path: output).array(named: "mixtures"))
    numbers["faiss_largest_difference"] = RandomPatterns.distances(states, theirs).max() ?? 0
  }

  private mutating func measure(_ times: [String: [Double]], byteCount: Int) {
    // No work takes no time: what a clock calls 0 is its tick at most.
    let times = times.mapValues { $0.map { max($0, 1e-9) } }
    let median = times.mapValues(Stopwatch.median)
    for (name, seconds) in median { numbers["scale_\(name)_ms"] = 1e3 * seconds }
    let bytes = Double(byteCount)
    // Of the two ways to read the faster one counts.
    let bandwidth = bytes / min(median["copying"] ?? .infinity, median["adding"] ?? .infinity)
    let products = 2 * pow(Double(Self.productSize), 3)
    let peak = products / (times["product"]?.min() ?? .infinity)
    numbers["scale_read_gb_per_second"] = 1e-9 * bandwidth
    numbers["scale_peak_gflops"] = 1e-9 * peak
    for spread in Spread.allCases {
      if let seconds = median["\(spread.rawValue)_1"] {
        numbers["stream_bandwidth_share_\(spread.rawValue)"] = bytes / seconds / bandwidth
      }
      if let many = queryCounts.last, many > 1, let seconds = median["\(spread.rawValue)_\(many)"] {
        let work = spread.operations * Double(count) * Double(dimension) * Double(many)
        numbers["stream_peak_share_\(spread.rawValue)"] = work / seconds / peak
      }
      for number in queryCounts {
        guard let own = times["\(spread.rawValue)_\(number)"], let peer = times["faiss_\(number)"] else {
          continue
        }
        numbers["faiss_ratio_\(number)_\(spread.rawValue)"] = Stopwatch.median(zip(peer, own).map { $0 / $1 })
      }
    }
    // The worse of the two spreads is what can be relied on; faiss keeps few patterns, as a peaked update does.
    for name in ["stream_bandwidth_share", "stream_peak_share"] {
      numbers[name] = Spread.allCases.compactMap { numbers["\(name)_\($0.rawValue)"] }.min()
    }
    for number in queryCounts {
      numbers["faiss_ratio_\(number)"] = numbers["faiss_ratio_\(number)_peaked"]
    }
  }

  // MARK: What is written

  var summary: [String: Double] { numbers }

  var tables: [TableRecipe] {
    func keys(_ names: [String]) -> [String] { names.map { numbers[$0] == nil ? "" : $0 } }
    let rows = queryCounts.flatMap { number in
      Spread.allCases.map { spread in
        let share = number == 1 ? "stream_bandwidth_share" : "stream_peak_share"
        return TableRecipe.Row(
          label:
            "\(number) \(number == 1 ? "query" : "queries"), beta \(betaText(spread)) (\(spread.rawValue))",
          summaryKeys: keys([
            "scale_\(spread.rawValue)_\(number)_ms",
            number == 1 ? "\(share)_\(spread.rawValue)" : "",
            number == 1 ? "" : "\(share)_\(spread.rawValue)", "scale_faiss_\(number)_ms",
            "faiss_ratio_\(number)_\(spread.rawValue)",
          ]))
      }
    }
    return [
      TableRecipe(
        name: "scale",
        columns: [
          "Update of", "ms, median", "of a plain read", "of the peak of matrix products", "faiss, ms, median",
          "faiss / this library",
        ], rows: rows, digits: 2, columnDigits: [1, 2, 2, 1, 2])
    ]
  }

  func writeFiles(to folder: String) throws {}

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    func text(_ name: String, _ format: String) -> String {
      summary[name].map { String(format: format, $0) } ?? "–"
    }
    let (peaked, flat) = (betaText(.peaked), betaText(.flat))
    page.addHeading("Retrieval at size")
    page.addParagraph(
      "\(words), mapped into memory and in the page cache; queries are stored patterns plus noise of half their "
        + "length; one update by softmax over all patterns, \(threads) threads. At beta \(peaked) all but a few weights "
        + "are below rounding, at beta \(flat) every pattern counts: then an update takes twice the operations. Of "
        + "\(queryCounts.last ?? 1) queries at beta \(peaked) a share of \(text("scale_recalled", "%.3g")) comes within a "
        + "hundredth of its length of its pattern.")
    try add("scale", to: &page, summary)
    var speed =
      "A plain read, the faster of copying the file by `read` and adding up its mapped numbers, takes "
      + "\(text("scale_read_gb_per_second", "%.1f")) GB/s; matrix products of 2,048 × 2,048 reach "
      + "\(text("scale_peak_gflops", "%.0f")) GFLOPS. All take turns in one run; times are medians. "
      + "`stream_bandwidth_share` and `stream_peak_share` are those of the worse beta; the aims are 0.5 and 0.7."
    if let peerVersion {
      speed +=
        " faiss-cpu \(peerVersion) searches exactly by inner product (`IndexFlatIP`) for the \(neighbours) best patterns, "
        + "then takes softmax of their scores at beta \(peaked), \(threads) threads; it does not mix patterns. Ratios are medians "
        + "over the rounds, `faiss_ratio_…` those at beta \(peaked); the aim is 1. Mixtures of what it found differ from this "
        + "library's states by \(text("faiss_largest_difference", "%.1e")) at most."
    } else {
      speed += " faiss was not measured in this run."
    }
    page.addParagraph(speed)
  }
}
