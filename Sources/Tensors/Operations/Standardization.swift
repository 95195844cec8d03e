import Foundations

/// Rows of mean 0 and variance 1, and their deviations, for numbers of any size: no square overflows, and constant rows
/// give zeros.
extension Tensor {
  /// (x - mean) / sqrt(variance + epsilon) over the last axis, with the biased variance.
  ///
  /// - Source: Hoover et al. 2023, equation 1 with gamma 1 and delta 0.
  @_specialize(where Scalar == Float)
  public func standardized(epsilon: Scalar) -> Tensor {
    require(rank > 0 && shape[rank - 1] > 0, "standardized needs a last axis, not shape \(shape)")
    return Standardization(of: self, epsilon).normalized(from: self)
  }

  /// sqrt(variance + epsilon) over the last axis, which is removed; the variance is the biased one.
  @_specialize(where Scalar == Float)
  public func standardDeviation(epsilon: Scalar) -> Tensor {
    require(rank > 0 && shape[rank - 1] > 0, "a deviation needs a last axis, not shape \(shape)")
    let parts = Standardization(of: self, epsilon)
    return .differentiable(parts.deviations(of: self), inputs: [self]) { pull in
      let z = pull.isDifferentiated ? parts.normalized(from: pull.inputs[0]) : parts.normalized
      return [z * (pull.cotangent / Scalar(parts.columns)).reshaped(pull.cotangent.shape + [1])]
    }
  }

  /// `standardized` and, for each row, 1 / sqrt(variance + epsilon); constants for differentiation.
  @_specialize(where Scalar == Float)
  package func standardizedWithReciprocal(epsilon: Scalar) -> (normalized: Tensor, reciprocal: Tensor) {
    let parts = Standardization(of: self, epsilon)
    return (parts.normalized, parts.reciprocal)
  }

  /// The cotangent of x from that of its standardised rows `self`; a constant for differentiation.
  @_specialize(where Scalar == Float)
  package func standardizedPullback(reciprocal: Tensor, cotangent: Tensor) -> Tensor {
    let columns = shape[rank - 1]
    return Tensor(shape: shape) { out in
      Parallelism.forRanges(rowCount, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        kernels.layerNormPullback(
          rows: range.count, columns: columns, normalized: pointer + start,
          reciprocals: reciprocal.pointer + range.lowerBound, cotangent: cotangent.pointer + start,
          y: out + start)
      }
    }
  }
}

/// What one sweep over rows x found: z = (x - mean) / d and r = 1 / d with d = sqrt(variance + epsilon).
///
/// Both are functions of x again, and each derivative is made of the two:
///
///     dz(u) = r (u - mean u - z mean(z u))        dr(u) = - r² mean(z u)
///
/// so that derivatives of every order square no x.
private struct Standardization<Scalar: TensorScalar>: Sendable {
  let columns: Int
  let epsilon: Scalar
  let normalized: Tensor<Scalar>
  /// r, one number a row; that of a deviation of 0 is 0.
  let reciprocal: Tensor<Scalar>

  @_specialize(where Scalar == Float)
  init(of x: Tensor<Scalar>, _ epsilon: Scalar) {
    let columns = x.shape[x.rank - 1]
    let found = Storage<Scalar>(count: x.rowCount)
    normalized = Tensor(shape: x.shape) { out in
      Parallelism.forRanges(x.rowCount, grain: max(1, 16_384 / columns)) { range in
        let start = range.lowerBound * columns
        Scalar.kernels.layerNorm(
          rows: range.count, columns: columns, epsilon: epsilon, x: x.pointer + start,
          normalized: out + start, reciprocals: found.pointer + range.lowerBound)
      }
    }
    reciprocal = Tensor(shape: Array(x.shape.dropLast()), storage: found)
    self.columns = columns
    self.epsilon = epsilon
  }

  /// z as a function of x.
  func normalized(from x: Tensor<Scalar>) -> Tensor<Scalar> {
    .differentiable(normalized, inputs: [x]) { pull in
      let d = pull.cotangent
      guard pull.isDifferentiated else {
        return [normalized.standardizedPullback(reciprocal: reciprocal, cotangent: d)]
      }
      let z = normalized(from: pull.inputs[0])
      let r = reciprocal(from: pull.inputs[0])
      let mean = d.mean(axes: [-1], keepingDimensions: true)
      return [(d - mean - z * (z * d).mean(axes: [-1], keepingDimensions: true)) * r]
    }
  }

  /// r as a function of x, [..., 1].
  private func reciprocal(from x: Tensor<Scalar>) -> Tensor<Scalar> {
    let value = reciprocal.reshaped(reciprocal.shape + [1])
    return .differentiable(value, inputs: [x]) { pull in
      guard pull.isDifferentiated else {
        return [normalized * (pull.cotangent * value * value / -Scalar(columns))]
      }
      let z = normalized(from: pull.inputs[0])
      let r = reciprocal(from: pull.inputs[0])
      return [z * (pull.cotangent * r * r / -Scalar(columns))]
    }
  }

  /// d. Where r is no normal number it has lost digits, and d may lie above the largest: rows are brought down first.
  /// d is so large there that epsilon does not count.
  func deviations(of x: Tensor<Scalar>) -> Tensor<Scalar> {
    let found = reciprocal.elements
    guard found.contains(where: { $0 < .leastNormalMagnitude }) else { return reciprocal.reciprocal() }
    let lower = Standardization(of: x.detached * 0.0625, epsilon).reciprocal.elements
    let elements = zip(found, lower).map { r, lower -> Scalar in
      if r == 0 { return 0 }
      return r < .leastNormalMagnitude ? 16 / lower : 1 / r
    }
    return Tensor(shape: reciprocal.shape, elements: elements)
  }
}
