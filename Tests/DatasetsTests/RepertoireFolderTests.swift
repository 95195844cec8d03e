import Datasets
import Foundation
import Foundations
import Tensors
import Testing

struct RepertoireFolderTests {
  private static let metadata = "ID\tStatus\na\t+\n"

  /// A folder with one repertoire, `a.tsv`.
  private func folder(_ repertoire: String, metadata: String = metadata) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("metadata.tsv", metadata)
    try folder.write("a.tsv", repertoire)
    return folder
  }

  /// The sequences of that repertoire as text, and how many of its lines were left out.
  private func read(_ repertoire: String) throws -> (texts: [String], counts: [Int32]?, leftOut: Int) {
    let folder = try folder(repertoire)
    let found = try RepertoireFolder.read(folder.url)
    let first = try #require(found.repertoires.first)
    return ((0..<first.sequences.count).map(first.text), first.counts, found.leftOut.total)
  }

  @Test("a folder is read in the order of its metadata, files beside it or below")
  func reading() throws {
    let folder = try TemporaryFolder()
    try folder.write("metadata.tsv", "Age\tID\tstatus\r\n30\tb\t+\r\n31\ta.tsv\t-\r\n\r\n")
    try folder.write("repertoires/a.tsv", "amino_acid\ttemplates\nCASSF\t2\nCAW\t10\n\n")
    try folder.write("b.tsv", "v\tAmino_Acid\nx\tcassdf\n")
    let found = try RepertoireFolder.read(folder.url).repertoires
    #expect(found.map(\.name) == ["b", "a"] && found.map(\.isPositive) == [true, false])
    #expect(found[0].text(of: 0) == "CASSDF" && found[0].counts == nil && found[0].witnesses == nil)
    #expect(found[1].text(of: 1) == "CAW" && found[1].counts == [2, 10])
  }

  @Test(
    "a word for a missing sequence is no sequence, in whatever capitals",
    arguments: [
      "NA", "na", "N/A", "NaN", "nan", "null", "NULL", "None", "none", ".", "-", "", " ", "\"NA\"", "<NA>",
    ])
  func missing(word: String) throws {
    let found = try read("amino_acid\ttemplates\nCASSF\t2\n\(word)\t2\nCASSW\t3\n")
    #expect(found.texts == ["CASSF", "CASSW"] && found.counts == [2, 3] && found.leftOut == 1)
  }

  @Test("stop codons, frameshifts, unknown residues and unproductive lines are left out and counted by kind")
  func leftOut() throws {
    let text =
      "junction_aa\tproductive\tframe_type\nCASSF\tT\tIn\nCA*F\tT\tIn\nCA_F\tT\tIn\nCA#F\tT\tIn\nCA~F\tT\t\n"
      + "CAXF\tT\tIn\nCADF\tF\tIn\nCAEF\t\tStop\nCAGF\ttrue\tOut\n\tT\tIn\nCAHF\tTRUE\tNA\n"
    let folder = try folder(text)
    let found = try RepertoireFolder.read(folder.url)
    #expect(found.repertoires[0].sequences.count == 2 && found.repertoires[0].text(of: 1) == "CAHF")
    #expect(found.leftOut.lineCount == 11 && found.leftOut.total == 9)
    #expect(found.leftOut[.missing] == 1 && found.leftOut[.stopCodon] == 1 && found.leftOut[.frameshift] == 3)
    #expect(found.leftOut[.unknownAminoAcid] == 1 && found.leftOut[.unproductive] == 3)
    #expect(
      found.notes == [
        "9 of 11 sequences left out: 1 missing, 1 with a stop codon, 3 with a frameshift, 1 with an unknown amino "
          + "acid, 3 not productive"
      ])
    let refusal = try #require(
      message { _ = try RepertoireFolder.read(folder.url, isStrict: true) })
    #expect(refusal.contains("a.tsv: line 3, field junction_aa: \"CA*F\"") && !refusal.contains("\n"))
    let none = try #require(message { _ = try read("amino_acid\nNA\nCA*F\n") })
    #expect(none.contains("a.tsv: no sequence is left: 2 of 2"))
  }

  @Test(
    "columns are found by the names that programs give them",
    arguments: [
      "amino_acid\ttemplates", "aminoAcid\tcount (templates/reads)", "aminoAcid\tcount (templates)",
      "junction_aa\tduplicate_count", "cdr3_aa\tduplicate_count", "cdr3aa\tcount", "cdr3aa\t#count",
      "aaSeqCDR3\tcloneCount", "AA. Seq. CDR3\tClone count", "CDR3.aa\tClones",
      "\"CDR3.amino.acid.sequence\"\tReads",
      "\u{FEFF}amino_acid\ttemplates",
    ])
  func names(header: String) throws {
    let found = try read("\(header)\nCASSF\t2\nCASSW\t3\n")
    #expect(found.texts == ["CASSF", "CASSW"] && found.counts == [2, 3])
  }

  @Test("of several columns of sequences the one with the conserved ends is read, others are ignored")
  func airr() throws {
    let found = try read(
      "sequence_id\tsequence\tcdr3_aa\tjunction_aa\tproductive\nCAT\tTGTGCC\tAS\tCASF\tT\n")
    #expect(found.texts == ["CASF"] && found.counts == nil)
  }

  @Test(
    "one column with a name or without is read; its empty lines are missing sequences but for the last ones")
  func oneColumn() throws {
    for text in ["amino_acid\nCASSF\nCASSW\n", "CASSF\nCASSW\n", "CASSF\r\nCASSW", "cdr3\rCASSF\rCASSW\r"] {
      #expect(try read(text).texts == ["CASSF", "CASSW"], "\(text)")
    }
    let found = try read("CASSF\n\n\nCASSW\n\n\n")
    #expect(found.texts == ["CASSF", "CASSW"] && found.leftOut == 2)
  }

  @Test("counts are whole numbers however they are written; a missing one makes them unknown")
  func counts() throws {
    for (text, count) in [("2.0", 2), ("1e3", 1_000), ("1E+2", 100), ("7", 7), ("2147483647", .max)]
      as [(String, Int32)]
    {
      #expect(try read("amino_acid\ttemplates\nCASF\t\(text)\n").counts == [count], "\(text)")
    }
    #expect(try read("amino_acid\ttemplates\nCASF\t1\nCAF\tNA\n").counts == nil)
    for bad in ["2.5", "0", "-1", "1e-3", "0x10", "inf", "1e300", "many", "2147483648", "1,000"] {
      let text = try #require(message { _ = try read("amino_acid\ttemplates\nCASF\t\(bad)\n") }, "\(bad)")
      #expect(text.contains("a.tsv: line 2, field templates: \"\(bad)\", expected a whole number"))
    }
  }

  @Test("the file beside the metadata comes first, hidden and left-over folders are not read")
  func copies() throws {
    for place in [".snapshot", ".ipynb_checkpoints", ".Trash", "__MACOSX", "backup", "0/1"] {
      let folder = try folder("amino_acid\nCASSF\n")
      try folder.write("\(place)/a.tsv", "amino_acid\nCASSW\n")
      try folder.write("._a.tsv", [0, 5, 0x16, 7])
      #expect(try RepertoireFolder.read(folder.url).repertoires[0].text(of: 0) == "CASSF", "\(place)")
    }
    let hidden = try TemporaryFolder()
    try hidden.write("metadata.tsv", Self.metadata)
    try hidden.write(".snapshot/a.tsv", "amino_acid\nCASSF\n")
    let text = try #require(message { _ = try RepertoireFolder.read(hidden.url) })
    #expect(text.contains("metadata.tsv: line 2, field ID: \"a\""))
  }

  @Test("a file packed with gzip is read, its byte-order mark too")
  func packed() throws {
    let folder = try TemporaryFolder()
    try folder.write("metadata.tsv", Self.metadata)
    // Python's gzip.compress of "amino_acid\tcount\nCASSF\t2\n" behind a byte-order mark.
    try folder.write(
      "a.tsv.gz",
      [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x7B, 0xBF, 0x7B, 0x7F, 0x62, 0x6E, 0x66,
        0x5E, 0x7E, 0x7C, 0x62, 0x72, 0x66, 0x0A, 0x67, 0x72, 0x7E, 0x69, 0x5E, 0x09, 0x97, 0xB3, 0x63, 0x70,
        0xB0, 0x1B, 0xA7, 0x11, 0x17, 0x00, 0x07, 0xF0, 0x0C, 0x19, 0x1C, 0x00, 0x00, 0x00,
      ])
    let found = try RepertoireFolder.read(folder.url).repertoires[0]
    #expect(found.text(of: 0) == "CASSF" && found.counts == [2])
  }

  @Test("two files of a repertoire of which neither comes first are named in one line")
  func ambiguous() throws {
    for (first, second) in [("new/a.tsv", "old/a.tsv"), ("a.tsv", "a.txt"), ("a/a.tsv", "a/b/a.tsv")] {
      let folder = try TemporaryFolder()
      try folder.write("metadata.tsv", Self.metadata)
      for path in [first, second] { try folder.write(path, "amino_acid\nCASSF\n") }
      let text = try #require(message { _ = try RepertoireFolder.read(folder.url) })
      #expect(text.contains(first) && text.contains(second) && !text.contains("\n"))
    }
    // The full name says which; a packed copy beside its unpacked file is no other file.
    let folder = try folder("amino_acid\nCASSF\n", metadata: "ID\tStatus\na.tsv\t+\n")
    try folder.write("a.txt", "amino_acid\nCASSW\n")
    try folder.write("a.tsv.gz", [0x1F, 0x8B, 8])
    #expect(try RepertoireFolder.read(folder.url).repertoires[0].text(of: 0) == "CASSF")
  }

  @Test("folders behind symbolic links are read, once even where they lead in a circle")
  func links() throws {
    let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write("metadata.tsv", Self.metadata)
    try elsewhere.write("a.tsv", "amino_acid\nCASSF\n")
    func link(_ name: String, _ to: URL) throws {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appendingPathComponent(name), withDestinationURL: to)
    }
    try link("data", elsewhere.url)
    try link("again", elsewhere.url)
    try link("circle", folder.url)
    #expect(try RepertoireFolder.read(folder.url).repertoires[0].text(of: 0) == "CASSF")
  }

  @Test("metadata: columns in any order, other names, and the ways a status is written")
  func metadata() throws {
    let statuses = [
      ("+", true), ("-", false), ("1", true), ("0.0", false), ("True", true), ("FALSE", false),
      ("CMV+", true),
      ("CMV-", false), ("CMV \u{2212}", false), ("positive", true), ("Seronegative", false), ("yes", true),
    ]
    for (text, isPositive) in statuses {
      for header in ["Status\tAge\tID", "label\tAge\tsample_name", "Known CMV status\tAge\tRepertoire ID"] {
        let folder = try folder("amino_acid\nCASF\n", metadata: "\u{FEFF}\(header)\n\(text)\t3\ta\n")
        #expect(try RepertoireFolder.read(folder.url).repertoires[0].isPositive == isPositive, "\(text)")
      }
    }
    let named = try folder("amino_acid\nCASF\n", metadata: "ID\tStatus\tHSV\na\t+\tunknown\na2\t+\t-\n")
    try named.write("a2.tsv", "amino_acid\nCASW\n")
    let found = try RepertoireFolder.read(named.url, status: "hsv")
    #expect(found.repertoires.map(\.name) == ["a2"] && found.withoutStatus == 1)
    #expect(found.notes == ["1 repertoires left out: their HSV is missing or unknown"])
  }

  @Test("what is wrong is one line with file, line and field")
  func refusals() throws {
    func refused(_ metadata: String, _ repertoire: String, _ texts: String...) throws {
      let folder = try folder(repertoire, metadata: metadata)
      let text = try #require(message { _ = try RepertoireFolder.read(folder.url) })
      #expect(!text.contains("\n"))
      for part in texts { #expect(text.contains(part), "\(part) in: \(text)") }
    }
    let (good, goodMetadata) = ("amino_acid\ttemplates\nCASF\t1\n", Self.metadata)
    try refused(
      goodMetadata, "amino_acid\ttemplates\nCASF\t1\nCAZF\t1\n", "a.tsv", "line 3", "amino_acid", "CAZF")
    try refused(goodMetadata, "amino_acid\ttemplates\nCASF\n", "a.tsv", "line 2", "1 fields, expected 2")
    try refused(goodMetadata, "amino_acid\ttemplates\n", "a.tsv", "no lines")
    try refused(goodMetadata, "sequence\ttemplates\nCASF\t1\n", "a.tsv", "line 1", "amino_acid")
    try refused(
      goodMetadata, "aminoAcid\tamino_acid\nCASF\tCASF\n", "a.tsv", "line 1", "aminoAcid and amino_acid")
    // The name of a column is no sequence, though its letters stand for amino acids.
    for name in ["seq", "peptide", "aa_seq"] {
      try refused(goodMetadata, "\(name)\nCASF\nCASW\n", "a.tsv", "no column of sequences")
    }
    for status in ["not positive", "nonpositive", "CMV-/EBV+"] {
      try refused("ID\tStatus\na\t\(status)\n", good, "metadata.tsv", "line 2", "Status", status)
    }
    try refused(goodMetadata, "", "a.tsv", "empty")
    try refused(goodMetadata, "<!DOCTYPE html><html>\n", "a.tsv", "HTML")
    try refused(goodMetadata, "amino_acid,templates\nCASF,1\n", "a.tsv", "line 1", "between tabs")
    try refused(
      goodMetadata, "amino_acid\tproductive\nCASF\tmaybe\n", "a.tsv", "line 2", "productive", "maybe")
    try refused(
      goodMetadata, "cdr3\n" + String(repeating: "TGTGCCAGCAGC\n", count: 3), "a.tsv", "cdr3", "amino acids")
    try refused("ID\tStatus\na\tsick\n", good, "metadata.tsv", "line 2", "Status", "sick")
    try refused("ID\tStatus\na\t+\na.tsv\t-\n", good, "metadata.tsv", "line 3", "ID", "line 2")
    try refused("ID\tStatus\nb\t+\n", good, "metadata.tsv", "line 2", "ID", "\"b\"")
    try refused("ID\tHealth\na\t+\n", good, "metadata.tsv", "line 1", "Status")
    try refused("ID\tlabel\tclass\na\t+\t-\n", good, "metadata.tsv", "line 1", "--status")
    try refused("ID\tStatus\na\tNA\n", good, "metadata.tsv", "missing or unknown")
    try refused("ID\tStatus\n", good, "metadata.tsv", "no lines")
    let mixed = try folder("junction_aa\nCASF\n", metadata: "ID\tStatus\na\t+\nb\t-\n")
    try mixed.write("b.tsv", "cdr3_aa\nAS\n")
    let kinds = try #require(message { _ = try RepertoireFolder.read(mixed.url) })
    #expect(kinds.contains("b.tsv: ") && kinds.contains("a.tsv"))
    try mixed.write("b.tsv", [0x1F, 0x8B, 8, 0])
    let packed = try #require(message { _ = try RepertoireFolder.read(mixed.url) })
    #expect(packed.contains("b.tsv") && packed.contains("gzip"))
    let empty = try TemporaryFolder()
    let text = try #require(message { _ = try RepertoireFolder.read(empty.url) })
    #expect(text.contains("metadata.tsv") && text.contains("missing"))
  }
}
