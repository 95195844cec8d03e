import Datasets
import Foundation
import Foundations
import Tensors
import Testing

/// Generated repertoires keep their laws; repertoires of a folder are read, or refused in one line.
struct RepertoireTests {
  private func generator(
    rate: Double, motifs: [String] = ["FD.KN"], sequences: Int = 20_000, seed: UInt64 = 1
  ) throws -> RepertoireGenerator {
    RepertoireGenerator(
      RepertoireConfiguration(
        repertoireCount: 4, sequenceCount: sequences, witnessRate: rate,
        motifs: try motifs.map { try SequenceMotif($0) }), random: RandomStream(seed: seed))
  }

  @Test("a positive repertoire has its witnesses, each with a motif; a negative one none")
  func witnesses() throws {
    let motifs = try ["FD.KN", "WHM"].map { try SequenceMotif($0) }
    let generator = try generator(rate: 0.003, motifs: ["FD.KN", "WHM"])
    for index in 0..<4 {
      let repertoire = generator.repertoire(index)
      let witnesses = try #require(repertoire.witnesses)
      #expect(repertoire.isPositive == (index % 2 == 1) && repertoire.sequences.count == 20_000)
      #expect(witnesses.count == (repertoire.isPositive ? 60 : 0))
      #expect(Set(witnesses).count == witnesses.count && witnesses == witnesses.sorted())
      for witness in witnesses {
        #expect(motifs.contains { $0.occurs(in: repertoire.sequences[Int(witness)]) })
      }
      if repertoire.isPositive {
        for motif in motifs {
          let carriers = witnesses.count { motif.occurs(in: repertoire.sequences[Int($0)]) }
          #expect((15...45).contains(carriers), "\(motif): \(carriers)")
        }
      }
    }
  }

  @Test("repertoires depend on seed and number alone, and differ between rates only in what is implanted")
  func seeds() throws {
    let (low, high) = (try generator(rate: 0.001), try generator(rate: 0.01))
    #expect(low.repertoire(1) == low.repertoire(1))
    #expect(low.repertoire(0) == high.repertoire(0))
    #expect(low.repertoire(0) != low.repertoire(2))
    #expect(try generator(rate: 0.001, seed: 2).repertoire(0) != low.repertoire(0))
    let (few, many) = (low.repertoire(3), high.repertoire(3))
    let changed = (0..<few.sequences.count).filter { few.text(of: $0) != many.text(of: $0) }
    #expect(changed.count > 100 && changed.count <= 220)
  }

  @Test("lengths, ends and letters have the stated shares")
  func letters() throws {
    let repertoire = try generator(rate: 0.01, sequences: 60_000).repertoire(0)
    let texts = (0..<60_000).map { repertoire.text(of: $0) }
    let lengths = texts.map { Double($0.count) }
    #expect(lengths.allSatisfy { (13...20).contains($0) })
    // The normal distribution, rounded and cut at 13: its mean is 14.70.
    #expect(abs(lengths.reduce(0, +) / 60_000 - 14.70) < 0.03)
    #expect(texts.allSatisfy { $0.hasPrefix("C") })
    let alanine = Double(texts.count { Array($0)[1] == "A" }) / 60_000
    #expect(abs(alanine - 0.96) < 0.005)
    let endings = Double(texts.count { $0.hasSuffix("EQYF") }) / 60_000
    #expect(abs(endings - 0.125) < 0.01)
    let middles = texts.flatMap { Array($0.dropFirst(4).dropLast(4)) }
    let glycine = Double(middles.count { $0 == "G" }) / Double(middles.count)
    #expect(abs(glycine - 0.14) < 0.005)
  }

  @Test(
    "a set has its repertoires' classes and pairs; sets that nothing tells apart or that cannot be split are refused"
  )
  func sets() throws {
    let generator = try generator(rate: 0.01, sequences: 300)
    let repertoires = generator.repertoires
    #expect(repertoires == (0..<4).map { generator.repertoire($0) })
    let set = RepertoireSet(repertoires, notes: ["one"])
    #expect(set.isPositive == [false, true, false, true] && set.notes == ["one"])
    let pairs = LetterPairShares(of: repertoires.map(\.sequences), distances: 4)
    #expect(set.pairs.shares.elements == pairs.shares.elements)
    func folds(_ count: Int, _ validation: Double) throws -> [StratifiedSplit] {
      try RepertoireSet.folds(
        of: (0..<30).map { $0 % 2 == 1 }, count: count, first: 2, validationFraction: validation,
        source: "made", random: RandomStream(seed: 1))
    }
    let split = try folds(5, 0.25)
    #expect(split.count == 2 && split.allSatisfy { $0.test.count == 6 && $0.validation.count == 6 })
    #expect(Set(split[0].test).isDisjoint(with: split[1].test))
    #expect(message { _ = try folds(20, 0.25) }?.contains("made: ") == true)
    #expect(message { _ = try folds(20, 0.25) }?.contains("negative") == true)
    #expect(message { _ = try folds(5, 0.01) }?.contains("fold 1: no example of class negative") == true)
  }

  @Test("motifs are read from text, and other texts refused")
  func motifs() throws {
    #expect(try SequenceMotif("fd.kn").description == "FD.KN")
    for bad in ["", ".A", "A.", "AXB", "A-C", "."] {
      #expect(throws: MotifError.self, "\(bad)") { try SequenceMotif(bad) }
    }
    let motif = try SequenceMotif("AC.D")
    func letters(_ text: String) -> [UInt8] { AminoAcids.letters(of: text) ?? [] }
    #expect(motif.occurs(in: letters("GGACWD")) && motif.occurs(in: letters("ACAD")))
    #expect(!motif.occurs(in: letters("ACDG")) && !motif.occurs(in: letters("AC")))
    #expect(AminoAcids.letters(of: "ABC") == nil && AminoAcids.text(letters("wyva")) == "WYVA")
  }

  @Test("counts of words agree with a search for each of them")
  func words() throws {
    let sequences = SymbolSequences(
      ["ACAC", "CA", "A", "", "ACACA"].map { AminoAcids.letters(of: $0) ?? [] },
      symbolCount: 20)
    let counts = KmerCounts.counts(of: sequences, length: 2)
    #expect(counts.count == 400 && counts[1] == 4 && counts[20] == 4 && counts.reduce(0, +) == 8)
    let triples = KmerCounts.counts(of: sequences, length: 3)
    #expect(triples[1 * 20] == 3 && triples[400 + 1] == 2 && triples.reduce(0, +) == 5)
  }

  @Test("pairs of letters with a gap agree with a search for each of them")
  func pairs() {
    let texts = ["ACDAC", "CA", "A", "", "DDDD"].map { AminoAcids.letters(of: $0) ?? [] }
    let counts = KmerCounts.pairCounts(of: SymbolSequences(texts, symbolCount: 20), distances: 3)
    var expected = [Int32](repeating: 0, count: 3 * 400)
    for text in texts {
      for (place, letter) in text.enumerated() {
        for distance in 1...3 where place + distance < text.count {
          expected[(distance - 1) * 400 + Int(letter) * 20 + Int(text[place + distance])] += 1
        }
      }
    }
    #expect(counts == expected && counts[400 + 2 * 20 + 2] == 2)
  }
}
