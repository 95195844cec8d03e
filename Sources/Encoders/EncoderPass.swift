import Tensors

/// The computation of some sequences through all layers on one thread, in buffers of its own.
final class EncoderPass<Scalar: TensorScalar> {
  let encoder: TransformerEncoder<Scalar>
  let tokens: EncoderTokens
  /// The first row of each sequence, and then the number of rows.
  let starts: [Int]
  /// From one row to the next: odd numbers of cache lines, so that rows do not compete for the same cache sets.
  let tokenRow: Int, headRow: Int, hiddenRow: Int
  let states: Storage<Scalar>
  /// Queries, keys and values side by side.
  let projections: Storage<Scalar>
  /// The answers of all heads.
  let answers: Storage<Scalar>
  private let hidden: Storage<Scalar>
  private let attention: HeadAttention<Scalar>

  /// Rows that go through the two linear maps at once, so that what is between them stays in the second-level cache.
  private static var rowsAtOnce: Int { 64 }

  init(_ encoder: TransformerEncoder<Scalar>, _ tokens: EncoderTokens) {
    self.encoder = encoder
    self.tokens = tokens
    starts = tokens.lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let configuration = encoder.configuration
    let vector = Scalar.kernels.vectorLength()
    func oddLines(_ count: Int) -> Int { ((count + vector - 1) / vector | 1) * vector }
    tokenRow = oddLines(configuration.dimension)
    headRow = oddLines(3 * configuration.dimension)
    hiddenRow = oddLines(configuration.hiddenSize)
    let rows = tokens.tokenCount
    // Kernels read up to whole vectors behind a head's last value.
    let slack = 4 * Scalar.kernels.panelWidth()
    states = Storage(count: rows * tokenRow + slack)
    projections = Storage(count: rows * headRow + slack)
    answers = Storage(count: rows * tokenRow + slack)
    hidden = Storage(count: min(rows, Self.rowsAtOnce) * hiddenRow + slack)
    attention = HeadAttention(
      longest: tokens.lengths.max() ?? 0, size: configuration.headSize, row: headRow)
  }

  var rowCount: Int { starts[tokens.count] }

  /// Computes all layers; `observe` is called for each head of each sequence once its answers are computed.
  func run(_ observe: ((HeadObservation<Scalar>) -> Void)? = nil) {
    embed()
    for (index, layer) in encoder.layers.enumerated() {
      attend(index, layer, observe)
      feedForward(layer)
    }
  }

  /// The sums of the embeddings of word, position and type, normalised.
  private func embed() {
    let width = encoder.configuration.dimension
    let kernels = Scalar.kernels
    encoder.words.withElements { words in
      encoder.positions.withElements { positions in
        encoder.segments.withElements { segments in
          guard let words = words.baseAddress, let positions = positions.baseAddress,
            let segments = segments.baseAddress
          else { return }
          for sequence in 0..<tokens.count {
            for (index, id) in tokens.ids[sequence].enumerated() {
              let row = states.pointer + (starts[sequence] + index) * tokenRow
              let position = tokens.positions?[sequence][index] ?? index
              let segment = tokens.segments?[sequence][index] ?? 0
              kernels.combine(
                count: width, a: 1, x: words + id * width, b: 1, y: segments + segment * width, z: row)
              kernels.accumulate(count: width, scale: 1, x: positions + position * width, y: row)
            }
          }
        }
      }
    }
    encoder.embeddingNorm.apply(rows: rowCount, states.pointer, stride: tokenRow)
  }

  private func attend(
    _ index: Int, _ layer: EncoderLayer<Scalar>, _ observe: ((HeadObservation<Scalar>) -> Void)?
  ) {
    let configuration = encoder.configuration
    let (width, size) = (configuration.dimension, configuration.headSize)
    for (column, map) in [layer.query, layer.key, layer.value].enumerated() {
      map.apply(
        rows: rowCount, states.pointer, stride: tokenRow, to: projections.pointer + column * width,
        outStride: headRow)
    }
    for sequence in 0..<tokens.count {
      let first = starts[sequence]
      for head in 0..<configuration.headCount {
        let queries = projections.pointer + first * headRow + head * size
        let observation = attention.answer(
          HeadInput(
            count: starts[sequence + 1] - first, queries: queries, keys: queries + width,
            values: queries + 2 * width),
          beta: Scalar(configuration.beta), rule: encoder.rules[index][head], isObserved: observe != nil,
          to: answers.pointer + first * tokenRow + head * size, stride: tokenRow)
        observe?(observation.placed(sequence: sequence, layer: index, head: head))
      }
    }
    layer.output.apply(
      rows: rowCount, answers.pointer, stride: tokenRow, to: states.pointer, outStride: tokenRow, keep: 1)
    layer.attentionNorm.apply(rows: rowCount, states.pointer, stride: tokenRow)
  }

  private func feedForward(_ layer: EncoderLayer<Scalar>) {
    let hiddenSize = encoder.configuration.hiddenSize
    for first in stride(from: 0, to: rowCount, by: Self.rowsAtOnce) {
      let rows = min(Self.rowsAtOnce, rowCount - first)
      let x = states.pointer + first * tokenRow
      layer.feedForwardIn.apply(
        rows: rows, x, stride: tokenRow, to: hidden.pointer, outStride: hiddenRow)
      Scalar.kernels.gelu(rows: rows, columns: hiddenSize, row: hiddenRow, x: hidden.pointer)
      layer.feedForwardOut.apply(
        rows: rows, hidden.pointer, stride: hiddenRow, to: x, outStride: tokenRow, keep: 1)
    }
    layer.finalNorm.apply(rows: rowCount, states.pointer, stride: tokenRow)
  }

  /// The states of each sequence, [tokens, D].
  func statesBySequence() -> [Tensor<Scalar>] {
    let width = encoder.configuration.dimension
    return (0..<tokens.count).map { sequence in
      Tensor(shape: [tokens.ids[sequence].count, width]) { out in
        for row in 0..<tokens.ids[sequence].count {
          let source = states.pointer + (starts[sequence] + row) * tokenRow
          (out + row * width).update(from: source, count: width)
        }
      }
    }
  }

  /// The vector of each sequence, row after row, one way of pooling behind the other, scaled to length 1 where asked for.
  func writeVectors(to out: UnsafeMutablePointer<Scalar>, isNormalized: Bool) {
    let (width, ways) = (encoder.configuration.dimension, encoder.configuration.pooling)
    let kernels = Scalar.kernels
    let size = ways.count * width
    for sequence in 0..<tokens.count {
      let vector = out + sequence * size
      for (index, way) in ways.enumerated() { pool(sequence, way, to: vector + index * width) }
      if !isNormalized { continue }
      let length = kernels.dot(count: size, vector, vector).squareRoot()
      // As published: a length below 1e-12 counts as 1e-12.
      kernels.combine(count: size, a: Scalar(1 / max(length, 1e-12)), x: vector, b: 0, y: vector, z: vector)
    }
  }

  private func pool(_ sequence: Int, _ way: SentencePooling, to out: UnsafeMutablePointer<Scalar>) {
    let width = encoder.configuration.dimension
    let (start, end) = (starts[sequence], starts[sequence + 1])
    let first = states.pointer + start * tokenRow
    switch way {
    case .first: out.update(from: first, count: width)
    case .last: out.update(from: states.pointer + (end - 1) * tokenRow, count: width)
    case .largest:
      out.update(from: first, count: width)
      for row in (start + 1)..<max(end, start + 1) {
        let state = states.pointer + row * tokenRow
        for column in 0..<width { out[column] = max(out[column], state[column]) }
      }
    case .mean: add(sequence, to: out) { _ in 1 / Scalar(end - start) }
    case .scaledSum: add(sequence, to: out) { _ in 1 / Scalar(end - start).squareRoot() }
    case .positionMean:
      // Positions count from the first token that is no padding.
      let positions = tokens.positions?[sequence] ?? Array(0..<end - start)
      let ranks = positions.map { $0 - positions[0] + 1 }
      let total = ranks.reduce(0, +)
      add(sequence, to: out) { Scalar(ranks[$0]) / Scalar(total) }
    }
  }

  private func add(_ sequence: Int, to out: UnsafeMutablePointer<Scalar>, weight: (Int) -> Scalar) {
    let width = encoder.configuration.dimension
    out.update(repeating: 0, count: width)
    for row in starts[sequence]..<starts[sequence + 1] {
      Scalar.kernels.accumulate(
        count: width, scale: weight(row - starts[sequence]), x: states.pointer + row * tokenRow, y: out)
    }
  }
}
