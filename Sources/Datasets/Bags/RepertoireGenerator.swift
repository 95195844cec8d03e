import Foundations
public import Tensors

/// Generated immune repertoires: sequences like those of the third loop of T-cell receptors, and motifs
/// implanted in a share of those of positive repertoires.
///
/// A sequence begins with the conserved letters of a V gene (CASS, the third and fourth of which vary) and
/// ends with one of eleven J endings; between them stand letters drawn by themselves, in which glycine and
/// serine are frequent, as where genes are joined. Numbers of letters are normal, rounded and cut to a range.
/// A witness is such a sequence in which one of the motifs replaces letters between the conserved ends, at a
/// position of which all are equally likely. Motifs also arise by chance, in positive and negative repertoires
/// alike.
///
/// The numbers are chosen to be plausible, not measured. Repertoire i is a function of the stream and i
/// alone.
///
/// - Source: after the data with implanted signals of Widrich et al. 2020: positive repertoires differ in a
///   small share of their sequences, which carry a short motif with positions that may hold any letter.
/// - Cost: one draw of 64 bits for four letters.
public struct RepertoireGenerator: Sendable {
  /// The properties of what is generated.
  public let configuration: RepertoireConfiguration
  private let stream: RandomStream
  private let middle: LetterTable
  /// Numbers of letters, each as often as it is likely: a draw of 16 bits picks one.
  private let lengths: [UInt8]

  /// Conserved letters at both ends together.
  static let conservedLength = 8
  /// Each position of the V gene's end: its letters and how likely they are.
  private static let front = [
    LetterTable(["C": 1]), LetterTable(["A": 0.96, "S": 0.04]),
    LetterTable(["S": 0.93, "T": 0.04, "I": 0.03]),
    LetterTable(["S": 0.78, "R": 0.08, "T": 0.08, "N": 0.06]),
  ]
  /// The J endings, equally likely but for five that stand twice.
  private static let back = [
    "EQYF", "EAFF", "TQYF", "EQFF", "YGYT", "PLHF", "KLFF", "VLTF",
    "EQYF", "EAFF", "TQYF", "NTIY", "GNTI", "GELF", "EQFF", "YGYT",
  ].map { AminoAcids.letters(of: $0) ?? [] }
  /// How likely letters are between the ends.
  static let middleLetters: [Character: Double] = [
    "G": 0.14, "S": 0.09, "R": 0.07, "L": 0.07, "P": 0.06, "T": 0.07, "A": 0.06, "D": 0.06, "Q": 0.05,
    "E": 0.05,
    "N": 0.05, "V": 0.05, "Y": 0.04, "F": 0.03, "W": 0.02, "H": 0.02, "K": 0.02, "I": 0.02, "M": 0.015,
    "C": 0.015,
  ]

  /// A generator of repertoires.
  ///
  /// - Parameters:
  ///   - configuration: How many repertoires, of which sizes and with which motifs.
  ///   - stream: Its children make the repertoires; it is not advanced.
  public init(_ configuration: RepertoireConfiguration, random stream: RandomStream) {
    configuration.check()
    self.configuration = configuration
    self.stream = stream
    middle = LetterTable(Self.middleLetters)
    var sample = stream.child(.max)
    lengths = (0..<65_536).map { _ in
      let length = Int((configuration.meanLength + configuration.lengthDeviation * sample.normal()).rounded())
      return UInt8(
        min(max(length, configuration.lengths.lowerBound), configuration.lengths.upperBound))
    }
  }

  /// Whether a repertoire is positive: every second one.
  public static func isPositive(_ index: Int) -> Bool { index % 2 == 1 }

  /// All repertoires, several at a time.
  public var repertoires: [Repertoire] { Parallelism.map(configuration.repertoireCount) { repertoire($0) } }

  /// Repertoire `index`, from 0. Its sequences are the same for every witness rate but for those that carry a
  /// motif.
  public func repertoire(_ index: Int) -> Repertoire {
    require((0..<configuration.repertoireCount).contains(index), "repertoire \(index)")
    var random = stream.child(UInt64(index)).child(0)
    let count = configuration.sequenceCount
    let starts = startsOfSequences(using: &random)
    let total = Int(starts[count])
    var letters = [UInt8](unsafeUninitializedCapacity: total) { out, filled in
      fill(out, starts: starts, using: &random)
      filled = total
    }
    var witnesses: [Int32] = []
    let isPositive = Self.isPositive(index)
    if isPositive {
      witnesses = implant(in: &letters, starts: starts, random: stream.child(UInt64(index)).child(1))
    }
    return Repertoire(
      name: "repertoire \(index + 1)", isPositive: isPositive,
      sequences: SymbolSequences(symbols: letters, starts: starts, symbolCount: AminoAcids.count),
      witnesses: witnesses)
  }

  private func startsOfSequences(using random: inout RandomStream) -> [Int32] {
    var starts = [Int32](repeating: 0, count: configuration.sequenceCount + 1)
    var total: Int32 = 0
    var bits: UInt64 = 0
    for index in 0..<configuration.sequenceCount {
      // Four sequences a draw of the stream.
      bits = index & 3 == 0 ? random.next() : bits &>> 16
      total += Int32(lengths[Int(bits & 0xFFFF)])
      starts[index + 1] = total
    }
    return starts
  }

  private func fill(
    _ out: UnsafeMutableBufferPointer<UInt8>, starts: [Int32], using random: inout RandomStream
  ) {
    var source = SixteenBits(random: random)
    for index in 0..<configuration.sequenceCount {
      let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
      for (position, table) in Self.front.enumerated() {
        out[start + position] = table.letter(of: source.next())
      }
      for position in start + Self.front.count..<end - 4 { out[position] = middle.letter(of: source.next()) }
      let ending = Self.back[Int(source.next() &>> 12)]
      for position in 0..<4 { out[end - 4 + position] = ending[position] }
    }
    random = source.random
  }

  /// Puts motifs into sequences chosen at random and returns which.
  private func implant(
    in letters: inout [UInt8], starts: [Int32], random: RandomStream
  ) -> [Int32] {
    var stream = random
    var order = (0..<Int32(configuration.sequenceCount)).map { $0 }
    let wanted = configuration.witnessCount
    for index in 0..<wanted {
      order.swapAt(index, index + stream.integer(below: order.count - index))
      let sequence = Int(order[index])
      let motif = configuration.motifs[stream.integer(below: configuration.motifs.count)]
      let first = Int(starts[sequence]) + Self.front.count
      let room = Int(starts[sequence + 1]) - 4 - first - motif.span
      let start = first + stream.integer(below: room + 1)
      for (offset, letter) in motif.letters.enumerated() {
        if let letter { letters[start + offset] = letter }
      }
    }
    return order.prefix(wanted).sorted()
  }
}

/// Draws of 16 bits, four from each of a stream's.
private struct SixteenBits {
  var random: RandomStream
  private var bits: UInt64 = 0
  private var left = 0

  init(random: RandomStream) { self.random = random }

  @inline(__always)
  mutating func next() -> UInt16 {
    if left == 0 {
      bits = random.next()
      left = 4
    }
    defer {
      bits &>>= 16
      left -= 1
    }
    return UInt16(truncatingIfNeeded: bits)
  }
}
