import Tensors

/// The bias of attention for some examples without their padding, and the sum of its gradients.
final class FusedBias<Scalar: TensorScalar> {
  private let values: Tensor<Scalar>
  private let rows: TokenRows
  private let headCount: Int
  /// The bias of the examples' real tokens, where there is padding.
  private let gathered: Tensor<Scalar>?
  /// Where an example begins in `gathered` and in `gradients`.
  private var gatheredStarts: [Int] = [], gradientStarts: [Int] = []
  private let gradients: UnsafeMutableBufferPointer<Scalar>

  init(_ bias: AttentionBias<Scalar>, _ rows: TokenRows, headCount: Int) {
    values = bias.values
    self.rows = rows
    self.headCount = headCount
    let (batch, heads, n) = (values.shape[0], values.shape[1], values.shape[3])
    let examples = 0..<rows.examples.count
    let squares = examples.map { rows.count(of: $0) * rows.count(of: $0) }
    gatheredStarts = squares.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1 * heads) }
    gradientStarts = squares.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1 * headCount) }
    gradients = .allocate(capacity: gradientStarts[examples.count])
    gradients.initialize(repeating: 0)
    guard rows.positions != nil else {
      gathered = nil
      return
    }
    let starts = gatheredStarts
    gathered = Tensor(shape: [starts[examples.count]]) { [values] out in
      values.withElements { source in
        for example in examples {
          let positions = rows.positions(of: example)
          var next = starts[example]
          for head in 0..<heads {
            let first = ((batch == 1 ? 0 : rows.examples.lowerBound + example) * heads + head) * n * n
            for query in positions {
              for key in positions {
                out[next] = source[first + query * n + key]
                next += 1
              }
            }
          }
        }
      }
    }
  }

  deinit { gradients.deallocate() }

  /// The bias of an example, [heads or 1, n, n] over its real tokens.
  func pointer(_ example: Int) -> UnsafePointer<Scalar>? {
    if let gathered { return gathered.withElements { $0.baseAddress.map { $0 + gatheredStarts[example] } } }
    let (batch, heads, n) = (values.shape[0], values.shape[1], values.shape[3])
    let index = batch == 1 ? 0 : rows.examples.lowerBound + example
    return values.withElements { $0.baseAddress.map { $0 + index * heads * n * n } }
  }

  /// Scalars from one head's bias to the next.
  func headStride(_ example: Int) -> Int {
    values.shape[1] == 1 ? 0 : rows.count(of: example) * rows.count(of: example)
  }

  /// Where gradients of an example are added, [heads, n, n] over its real tokens.
  func gradient(_ example: Int) -> UnsafeMutablePointer<Scalar>? {
    gradients.baseAddress.map { $0 + gradientStarts[example] }
  }

  /// Adds the gradients to an array of the bias's shape, and begins anew.
  func addGradient(to sum: UnsafeMutablePointer<Scalar>) {
    let (batch, heads, n) = (values.shape[0], values.shape[1], values.shape[3])
    for example in 0..<rows.examples.count {
      let positions = rows.positions(of: example)
      let index = batch == 1 ? 0 : rows.examples.lowerBound + example
      var next = gradientStarts[example]
      for head in 0..<headCount {
        let first = (index * heads + (heads == 1 ? 0 : head)) * n * n
        for query in positions {
          for key in positions {
            sum[first + query * n + key] += gradients[next]
            next += 1
          }
        }
      }
    }
    gradients.update(repeating: 0)
  }
}
