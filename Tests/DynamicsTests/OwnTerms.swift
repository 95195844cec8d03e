import Energies
import Tensors
import TestSupport

/// Wells for every number of a token, E = sum over tokens of w · log cosh(s g): two trained tensors and one method.
struct Wells<Scalar: TensorScalar>: Energy {
  /// w, [dimension].
  var weights: Tensor<Scalar>
  /// s, one number.
  var scale: Tensor<Scalar>

  var name: String { "wells" }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("weights", &weights)
    visit("scale", &scale)
  }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let depths = (g.realValues * scale.reshaped([1, 1, 1])).logHyperbolicCosine()
    return (depths * weights.reshaped([1, 1, weights.count])).sum(axes: [1, 2])
  }
}

/// Tokens drawn to the tokens beside them, E = - sum g_B · g_(B+1): no trained tensor, no token by itself.
struct Neighbours<Scalar: TensorScalar>: Energy {
  var name: String { "neighbours" }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let (x, count) = (g.realValues, g.values.shape[1])
    return -(x.sliced(axis: 1, 0..<count - 1) * x.sliced(axis: 1, 1..<count)).sum(axes: [1, 2])
  }
}

/// A field that a model computed for each example, E = sum h · tanh g: a tensor that is no parameter.
struct Field<Scalar: TensorScalar>: Energy {
  /// h, [batch, tokens, dimension].
  var field: Tensor<Scalar>

  var name: String { "field" }

  mutating func visitContext(_ visit: ParameterVisitor<Scalar>) {
    visit("field", &field)
  }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    (g.realValues.tanh() * field).sum(axes: [1, 2])
  }
}

/// A spring, E = k/4 sum (g²)², with closed forms but no kernel.
struct Spring<Scalar: TensorScalar>: ClosedFormEnergy {
  /// k, one number.
  var stiffness: Tensor<Scalar>

  var name: String { "spring" }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("stiffness", &stiffness)
  }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    g.realValues.squared().squared().sum(axes: [1, 2]) * stiffness.reshaped([1]) / 4
  }

  func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    EnergyAndGradient(
      energy: energyByPart(at: g), gradient: g.realValues.power(3) * stiffness.reshaped([1, 1, 1]))
  }

  func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    GradientPullback(
      hessianVectorProduct: g.realValues.squared() * direction * (stiffness * 3).reshaped([1, 1, 1]),
      dependencies: [(g.realValues.power(3) * direction).sum().reshaped(stiffness.shape)])
  }
}

/// A bowl with a factor that it does not list among its parameters.
struct Unlisted: Energy {
  typealias Scalar = Double
  var factor: Tensor<Double>
  var name: String { "unlisted" }
  func energy(at g: Activations<Double>) -> Tensor<Double> {
    g.realValues.squared().sum(axes: [1, 2]) * factor.reshaped([1])
  }
}
