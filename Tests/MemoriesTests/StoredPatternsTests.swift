import ArrayFiles
import Foundation
import Foundations
import Memories
import Tensors
import TestSupport
import Testing

struct StoredPatternsTests {
  private let rows = MemoryExamples.sphere(3_001, dimension: 24, radius: 2, seed: 130, as: Float.self)

  /// Hands a file's path to `body` and removes the file.
  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("patterns-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test("a mapped file is searched as patterns in memory are, with the same bits")
  func mapped() throws {
    try withFile { path in
      try SafetensorsFile.write(path: path, arrays: [("patterns", StoredArray(rows))])
      let stored = try StoredPatterns<Float>(SafetensorsFile.read(path: path).array(named: "patterns"))
      #expect(stored.patternCount == 3_001 && stored.dimension == 24)
      #expect(stored.largestNorm == PatternStore(rows).largestNorm)
      let queries = MemoryExamples.sphere(5, dimension: 24, radius: 2, seed: 131, as: Float.self)
      for beta in [1 as Float, 30] {
        let (inMemory, inFile) = (
          ModernHopfieldNetwork(patterns: rows, beta: beta), ModernHopfieldNetwork(source: stored, beta: beta)
        )
        let (expected, found) = (inMemory.retrieve(queries), inFile.retrieve(queries))
        #expect(found.states.elements == expected.states.elements && found.energies == expected.energies)
        #expect(found.weights == expected.weights)
      }
    }
  }

  @Test("a pattern counts as much in one block as in another, however large the scores")
  func blocks() {
    // One pattern in the first block, fifty in the last, all with the largest score, 1e8.
    let count = 1_200
    let elements = (0..<count).flatMap { row -> [Float] in
      row == 0 ? [100, 0] : row >= count - 50 ? [100, 1] : [0, 0]
    }
    let memory = ModernHopfieldNetwork(
      patterns: Tensor(shape: [count, 2], elements: elements), beta: Float(1e4))
    let found = memory.updated(Tensor(shape: [1, 2], elements: [100, 0])).elements
    #expect(abs(found[0] - 100) < 1e-4 && abs(found[1] - 50.0 / 51) < 1e-5, "\(found)")
  }

  @Test("numbers at odd addresses are read all the same")
  func odd() throws {
    let bytes = StoredArray(rows).bytes
    for offset in 0..<5 {
      let whole = Data(repeating: 7, count: offset) + bytes
      let array = try StoredArray(
        elementType: .f32, shape: rows.shape, bytes: whole.dropFirst(offset))
      let stored = try StoredPatterns<Float>(array)
      var found: [Float] = []
      stored.withRows(17..<20) { found = Array(UnsafeBufferPointer(start: $0, count: 3 * 24)) }
      #expect(found == Array(rows.elements[17 * 24..<20 * 24]))
    }
  }

  @Test("arrays of another format or shape are refused with what was expected")
  func refused() throws {
    try withFile { path in
      try SafetensorsFile.write(
        path: path,
        arrays: [
          ("doubles", StoredArray(shape: [1, 2], doubles: [1, 2])),
          ("line", StoredArray(shape: [3], floats: [1, 2, 3])),
          ("none", StoredArray(shape: [0, 3], floats: [])),
        ])
      let file = try SafetensorsFile.read(path: path)
      let format = #expect(throws: FileFormatError.self) {
        try StoredPatterns<Float>(file.array(named: "doubles"))
      }
      #expect(format?.description == "\(path): array \"doubles\", format: expected f32, found f64")
      let shape = #expect(throws: FileFormatError.self) {
        try StoredPatterns<Float>(file.array(named: "line"))
      }
      #expect(
        shape?.description
          == "\(path): array \"line\", shape: expected [patterns, numbers of a pattern], found [3]")
      let none = #expect(throws: FileFormatError.self) {
        try StoredPatterns<Float>(file.array(named: "none"))
      }
      #expect(
        none?.description == "\(path): array \"none\", shape: expected at least one pattern, found [0, 3]")
      #expect(try StoredPatterns<Double>(file.array(named: "doubles")).largestNorm == 5.0.squareRoot())
    }
  }
}
