import Dynamics
import Energies
import Landscapes
import Tensors
import TestSupport
import Testing

struct SliceTests {
  private let shape = [1, 4, 8]

  private func plane() -> TokenPlane<Double> {
    TokenPlane(
      through: Tokens(normalTensor(shape, seed: 61)), Tokens(normalTensor(shape, seed: 62)),
      Tokens(normalTensor(shape, seed: 63)))
  }

  @Test("three points lie on the plane through them: the first at the origin, the second on the first axis")
  func pointsOfThePlane() {
    let points = [61, 62, 63].map { normalTensor(shape, seed: UInt64($0)) }
    let places = plane().coordinates(of: .concatenated(points, axis: 0))
    let distances = plane().distances(of: .concatenated(points, axis: 0))
    #expect(distances.allSatisfy { $0 < 1e-12 })
    #expect(places[0].first == 0 && places[0].second == 0)
    let away = (points[1] - points[0]).squared().sum().scalar.squareRoot()
    #expect(abs(places[1].first - away) < 1e-12 && abs(places[1].second) < 1e-12)
    let third = (points[2] - points[0]).squared().sum().scalar
    #expect(
      abs(places[2].first * places[2].first + places[2].second * places[2].second - third) < 1e-10)
    #expect(places[2].second > 0)
  }

  @Test("a slice has the energies of the plane's points, in rows and columns, however many are seen at once")
  func grid() {
    let block = ProbedBlock(epsilon: 1e-5)
    let plane = plane()
    let (columns, rows) = ([-1.0, 0, 0.5, 2], [0.25, 1.0, -3])
    let slice = block.landscape.slice(plane, columns: columns, rows: rows, chunk: 5)
    #expect(slice.columns == columns && slice.rows == rows)
    for (row, b) in rows.enumerated() {
      for (column, a) in columns.enumerated() {
        let x = plane.origin.values + plane.first * a + plane.second * b
        let expected = block.energy.energy(at: block.norm.activations(at: Tokens(x))).scalar
        #expect(abs(slice.energies[row][column] - expected) < 1e-11 * max(1, abs(expected)))
      }
    }
  }

  @Test("a recorded descent is drawn on the plane at its states, from the start to the end")
  func trajectories() {
    let block = ProbedBlock(epsilon: 1e-5)
    let descent = EnergyDescent(
      of: block.energy, lagrangian: block.norm, stepSize: .constant(0.05), stop: .after(steps: 6),
      gradientPath: .detached)
    let starts = ProbedBlock.tokens(batch: 3)
    let result = descent.run(from: starts, recording: [.states(every: 2)])
    let plane = plane()
    let ways = plane.coordinates(of: result.trajectory)
    #expect(ways.count == 3 && ways.allSatisfy { $0.count == 4 })
    for (index, state) in result.trajectory.states.enumerated() {
      for example in 0..<3 {
        let x = state.tokens.sliced(axis: 0, example..<example + 1) - plane.origin.values
        #expect(abs(ways[example][index].first - (x * plane.first).sum().scalar) < 1e-11)
        #expect(abs(ways[example][index].second - (x * plane.second).sum().scalar) < 1e-11)
      }
    }
    // With retraction the states are those of mean 0 and variance 1.
    let retracted = plane.coordinates(of: result.trajectory, retractedBy: block.norm)
    let last = block.norm.retracted(result.tokens).values
    let expected = plane.coordinates(of: last)
    for example in 0..<3 {
      #expect(abs(retracted[example][3].first - expected[example].first) < 1e-12)
    }
  }
}
