import EnergyTransformer

/// Nesterov's momentum, written for the look-ahead point, where the tokens are and the gradient is taken:
/// v <- m v + G, x <- x - alpha (G + m v). With restarts an example whose velocity points uphill starts anew at rest.
///
/// - Source: Nesterov 1983, in the form of Sutskever et al. 2013; restarts by the gradient: O'Donoghue and
///   Candès 2015, section 3.2.
struct NesterovUpdate: UpdateRule {
  let momentum: Double
  let restarts: Bool

  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    var velocity = gradient
    if var last = memory.velocity {
      if restarts {
        let rate = (gradient * last).sum(axes: [1, 2]).elements
        last = last * Tensor(shape: [rate.count, 1, 1], elements: rate.map { $0 < 0 ? 0 : 1 })
      }
      velocity = last * Scalar(momentum) + gradient
    }
    memory.velocity = velocity
    return -(gradient + velocity * Scalar(momentum)) * stepSize
  }
}
