import Benchmark
import EnergyTransformer

/// Matrix products of the shapes that a step has.
@Sendable func matrixProducts() {
  for (rows, depth, columns) in [(50, 128, 512), (197, 768, 768), (196, 3072, 768), (512, 512, 512)] {
    measure("matrix product \(rows) x \(depth) x \(columns)") {
      (sample([rows, depth]), sample([depth, columns]))
    } _: {
      $0.0.matrixProduct($0.1)
    }
  }
  measure("matrix product, 4 heads of 50 x 32 x 50") {
    (sample([64, 4, 50, 32]), sample([64, 4, 50, 32]))
  } _: {
    $0.0.matrixProduct($0.1, otherTransposed: true)
  }
}

/// Row by row and element by element.
@Sendable func tensorOperations() {
  let scores = [64, 4, 50, 50]
  let tokens = [64, 50, 128]
  measure("softmax \(scores)") {
    sample(scores)
  } _: {
    $0.softmax()
  }
  measure("logsumexp \(scores)") {
    sample(scores)
  } _: {
    $0.logSumExp()
  }
  measure("layer norm \(tokens)") {
    (LayerNormLagrangian<Float>(dimension: 128), Tokens(sample(tokens)))
  } _: {
    $0.0.activations(at: $0.1)
  }
  measure("sum of two \(tokens)") {
    (sample(tokens), sample(tokens))
  } _: {
    $0.0 + $0.1
  }
  measure("ReLU \(tokens)") {
    sample(tokens)
  } _: {
    $0.atLeast(0)
  }
  measure("exponential \(tokens)") {
    sample(tokens)
  } _: {
    $0.exponential()
  }
}
