import Foundation
import Foundations
import Reporting
import Testing

struct CSVTests {
  @Test("a row of values of any kind has them as they are printed, and nothing for those that are missing")
  func printedValues() {
    var table = CSVTable(columns: ["method", "fold", "rate", "epoch", "is_chosen"])
    let epoch: Int? = nil
    table.addRow(printing: ["a, b", 3, 0.25, epoch, true])
    #expect(table.rows == [["a, b", "3", "0.25", "", "true"]])
  }

  @Test("An error stays on one line whatever the file is called, also inside another error")
  func oneLine() {
    let error = ReportingError("a\nb\u{2028}.csv: is empty")
    #expect(error.description == "a\\nb\\u{2028}.csv: is empty")
    #expect(ReportingError(error.description) == error)
  }

  @Test(
    "A table of rows is the one that the rows are added to, and rows of metrics count on from the last step")
  func rows() throws {
    var texts = CSVTable(columns: ["a", "b"])
    texts.addRow(["x", "1"])
    texts.addRow(["y,z", ""])
    #expect(CSVTable(columns: ["a", "b"], rows: [["x", "1"], ["y,z", ""]]) == texts)
    #expect(
      CSVTable(columns: ["a", "b", "c"], rows: [[1, nil, 0.25], [nil, 3, 1e-9]]).rows
        == [["1", "", "0.25"], ["", "3", "1e-09"]])
    let folder = try TemporaryFolder()
    let writer = try MetricsWriter(path: folder.path + "/metrics.csv", columns: ["loss", "rate"])
    try writer.append(["loss": 0.5])
    try writer.append(step: 7, ["loss": 0.25, "rate": 1])
    try writer.append(["rate": 2])
    #expect(try folder.read("metrics.csv") == "step,loss,rate\n1,0.5,\n7,0.25,1\n8,,2\n")
  }

  @Test("Fields with commas, quotes, line breaks and spaces at the ends read back")
  func quoting() throws {
    var table = CSVTable(columns: ["name, of it", "say \"x\"", "é"])
    table.addRow(["a\nb", "\"", ""])
    table.addRow([" c ", "d,e", "\r\n"])
    #expect(table.text.hasPrefix("\"name, of it\",\"say \"\"x\"\"\",é\n\"a\nb\",\"\"\"\",\n"))
    #expect(try CSVTable(parsing: table.text) == table)
    var single = CSVTable(columns: ["only"])
    single.addRow([""])
    #expect(try CSVTable(parsing: single.text) == single)
  }

  @Test(
    "A field reads back byte for byte, whatever stands beside quotes, commas and line breaks",
    arguments: [
      "\"\u{34B}", "\"\u{301}x\"", "a,\u{34B}b", "\n\u{34B}", "\u{34B}\"", "\r", "a\rb", " \u{301}",
      "x \u{200D}",
      "\u{FEFF}a", "e\u{301}", "\u{E9}", "\"\"\u{FE0F}\"", "\u{1F1E9}\"\u{1F1EA}", "\0", "\r\n\u{301}\"",
    ])
  func scalars(field: String) throws {
    var table = CSVTable(columns: [field, "other"])
    table.addRow(["1", field])
    table.addRow([field, "2"])
    // The bytes as RFC 4180 has them, put together by hand.
    let inside = field.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    let quoted = Array("\"".utf8) + inside + Array("\"".utf8)
    let back = try CSVTable(
      parsing: String(decoding: quoted + Array(",other\n1,".utf8) + quoted, as: UTF8.self))
    #expect(back.columns.map { Array($0.utf8) } == [Array(field.utf8), Array("other".utf8)])
    #expect(back.rows.map { $0.map { Array($0.utf8) } } == [[Array("1".utf8), Array(field.utf8)]])
    let again = try CSVTable(parsing: table.text)
    #expect(again == table)
    #expect(again.rows.joined().map { Array($0.utf8) } == table.rows.joined().map { Array($0.utf8) })
  }

  @Test("A byte-order mark is no part of the first name, and text that only looks alike is not equal")
  func mark() throws {
    let table = try CSVTable(parsing: "\u{FEFF}a,b\r\n1,2\r\n")
    #expect(table.columns == ["a", "b"])
    #expect(try CSVTable(parsing: "e\u{301}\n1\n") != CSVTable(parsing: "\u{E9}\n1\n"))
  }

  @Test("Numbers read back bit for bit, an empty field as nil")
  func numbers() throws {
    let values: [Double?] = [1.0 / 3, nil, Double.leastNonzeroMagnitude, -0.0, 3, 1e300]
    var table = CSVTable(columns: ["value", "other"])
    for value in values { table.addRow([value, 1]) }
    let back = try CSVTable(parsing: table.text).numbers(inColumn: "value")
    #expect(back.map { $0?.bitPattern } == values.map { $0?.bitPattern })
  }

  @Test("Windows line ends are read")
  func carriageReturns() throws {
    let table = try CSVTable(parsing: "a,b\r\n1,\"x\"\r\n2,y")
    #expect(table.rows == [["1", "x"], ["2", "y"]])
  }

  @Test(
    "A damaged table is refused by line",
    arguments: [
      ("", "t.csv: is empty, expected a header"),
      ("a,a\n", "t.csv, line 1: two columns named a"),
      ("a,b\n1,2\n3\n", "t.csv, line 3: expected 2 fields, found 1"),
      ("a,b\n\"1\n2\",2\n3\n", "t.csv, line 4: expected 2 fields, found 1"),
      ("a,b\n1,\"2\n", "t.csv, line 2: a quote is opened and never closed"),
      ("a,b\n\"1\"2,3\n", "t.csv, line 2: expected a comma after a closing quote"),
      ("a,b\n1\"2,3\n", "t.csv, line 2: a quote inside a field that does not begin with one"),
    ])
  func damaged(text: String, expected: String) {
    #expect(message { _ = try CSVTable(parsing: text, origin: "t.csv") } == expected)
  }

  @Test("A missing column or a word among numbers is refused")
  func wrongColumn() throws {
    let table = try CSVTable(parsing: "step,loss\n1,0.5\n2,much\n3,nan\n", origin: "t.csv")
    #expect(
      message { _ = try table.numbers(inColumn: "los") } == "t.csv: no column los; the header has step, loss")
    #expect(
      message { _ = try table.numbers(inColumn: "loss") }
        == "t.csv, row 2: loss: expected a number, found \"much\"")
  }

  @Test("Rows are on the disk as soon as they are appended")
  func appending() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/metrics.csv"
    let writer = try MetricsWriter(path: file, columns: ["loss", "test_loss"])
    #expect(try folder.read("metrics.csv") == "step,loss,test_loss\n")
    try writer.append(step: 1, ["loss": 1.0 / 3])
    #expect(try folder.read("metrics.csv") == "step,loss,test_loss\n1,0.3333333333333333,\n")
    try writer.append(step: 5, ["loss": 0.25, "test_loss": 2])
    #expect(try folder.read("metrics.csv").hasSuffix("\n5,0.25,2\n"))
    #expect(
      message { try writer.append(step: 6, ["loss": .nan]) }
        == "\(file): step 6: loss is nan, expected a finite number")
    #expect(try CSVTable.read(from: file).numbers(inColumn: "test_loss") == [nil, 2])
  }

  @Test("An interrupted run goes on as if it had never stopped")
  func resuming() throws {
    let folder = try TemporaryFolder()
    func append(_ writer: MetricsWriter, _ steps: ClosedRange<Int>) throws {
      for step in steps { try writer.append(step: step, ["loss": 1 / Double(step)]) }
    }
    try append(MetricsWriter(path: folder.path + "/whole.csv", columns: ["loss"]), 1...7)
    let file = folder.path + "/metrics.csv"
    try append(MetricsWriter(path: file, columns: ["loss"]), 1...5)
    // The crash came in the middle of a row.
    try folder.write(folder.read("metrics.csv") + "6,0.1", to: "metrics.csv")
    try append(MetricsWriter(resuming: file, columns: ["loss"], atStep: 4), 4...7)
    #expect(try folder.read("metrics.csv") == folder.read("whole.csv"))
    // A row cut off inside a number looks whole but for its line break: it must not be kept.
    try folder.write(folder.read("whole.csv") + "8,0.1", to: "metrics.csv")
    _ = try MetricsWriter(resuming: file, columns: ["loss"], atStep: 100)
    #expect(try folder.read("metrics.csv") == folder.read("whole.csv"))
  }

  @Test("Resuming refuses a file that is missing, of other columns, or damaged")
  func resumeErrors() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/metrics.csv"
    func failure() -> String? {
      message { _ = try MetricsWriter(resuming: file, columns: ["loss"], atStep: 2) }
    }
    #expect(failure() == "\(file): cannot be read")
    try folder.write("step,error\n1,2\n", to: "metrics.csv")
    #expect(failure() == "\(file): expected the columns step, loss, found step, error")
    try folder.write("step,loss\none,2\n", to: "metrics.csv")
    #expect(failure() == "\(file), row 1: step: expected a whole number, found \"one\"")
    #expect(try folder.read("metrics.csv") == "step,loss\none,2\n")
  }
}
