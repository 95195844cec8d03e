import Foundations

/// Products of attention heads, on the layout that projections give: [batch, rows, heads * size], the heads
/// being neighbouring blocks of the last axis. No copy is made to bring a head's numbers together.
extension Tensor {
  /// Scores of every query with every key: S[b, h, i, j] = q[b, i, h] · k[b, j, h].
  ///
  /// - Shape: queries [batch, n, heads * size] (`self`) and keys [batch, m, heads * size] give [batch, heads, n, m].
  @_specialize(where Scalar == Float)
  public func headScores(_ keys: Tensor, headCount: Int) -> Tensor {
    let size = checkHeads(self, keys, headCount)
    let (batch, n, m) = (shape[0], shape[1], keys.shape[1])
    let width = headCount * size
    let value = Tensor(shape: [batch, headCount, n, m]) { out in
      multiplyMatrices(count: batch * headCount, rows: n, columns: m, depth: size) { index in
        let (b, h) = (index / headCount, index % headCount)
        return MatrixProductCall(
          rows: n, columns: m, depth: size, a: pointer + b * n * width + h * size, strideA: width,
          transposedA: false, b: keys.pointer + b * m * width + h * size, strideB: width, transposedB: true,
          c: out + index * n * m, strideC: m, scale: 1, keep: 0)
      }
    }
    return .differentiable(value, inputs: [self, keys]) { pull in
      [
        pull.needed[0] ? pull.cotangent.headMixture(pull.inputs[1]) : nil,
        pull.needed[1] ? pull.cotangent.headMixture(pull.inputs[0], transposed: true) : nil,
      ]
    }
  }

  /// Weighted sums of a head's rows: o[b, i, h] = sum over j of w[b, h, i, j] v[b, j, h], or with w[b, h, j, i]
  /// when `transposed`.
  ///
  /// - Shape: weights [batch, heads, n, m] (`self`) and values [batch, m, heads * size] give
  ///   [batch, n, heads * size]; transposed, values [batch, n, …] give [batch, m, …].
  @_specialize(where Scalar == Float)
  public func headMixture(_ values: Tensor, transposed: Bool = false) -> Tensor {
    require(rank == 4 && values.rank == 3, "head mixture of shapes \(shape) and \(values.shape)")
    let (batch, headCount, n, m) = (shape[0], shape[1], shape[2], shape[3])
    let width = values.shape[2]
    let (rows, depth) = transposed ? (m, n) : (n, m)
    require(
      values.shape[0] == batch && values.shape[1] == depth && width % headCount == 0,
      "head mixture of weights \(shape)\(transposed ? "ᵀ" : "") and values \(values.shape)")
    let size = width / headCount
    let value = Tensor(shape: [batch, rows, width]) { out in
      multiplyMatrices(count: batch * headCount, rows: rows, columns: size, depth: depth) { index in
        let (b, h) = (index / headCount, index % headCount)
        return MatrixProductCall(
          rows: rows, columns: size, depth: depth, a: pointer + index * n * m, strideA: m,
          transposedA: transposed, b: values.pointer + b * depth * width + h * size, strideB: width,
          transposedB: false, c: out + b * rows * width + h * size, strideC: width, scale: 1, keep: 0)
      }
    }
    return .differentiable(value, inputs: [self, values]) { pull in
      let (weights, values, d) = (pull.inputs[0], pull.inputs[1], pull.cotangent)
      let forWeights =
        transposed
        ? { values.headScores(d, headCount: headCount) } : { d.headScores(values, headCount: headCount) }
      return [
        pull.needed[0] ? forWeights() : nil,
        pull.needed[1] ? weights.headMixture(d, transposed: !transposed) : nil,
      ]
    }
  }
}

private func checkHeads<Scalar>(_ queries: Tensor<Scalar>, _ keys: Tensor<Scalar>, _ headCount: Int) -> Int {
  require(
    queries.rank == 3 && keys.rank == 3 && queries.shape[0] == keys.shape[0]
      && queries.shape[2] == keys.shape[2],
    "head scores of queries \(queries.shape) and keys \(keys.shape)")
  require(
    headCount > 0 && queries.shape[2] % headCount == 0,
    "\(queries.shape[2]) numbers a row cannot be split over \(headCount) heads")
  return queries.shape[2] / headCount
}
