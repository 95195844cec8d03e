import Measurements
import Testing

struct StatisticsTests {
  @Test("the median is the middle value, or the mean of the two in the middle")
  func median() {
    #expect(Statistics.median([]) == nil)
    #expect(Statistics.median([7]) == 7)
    #expect(Statistics.median([9, 1, 4]) == 4)
    #expect(Statistics.median([8, 1, 3, 100]) == 5.5)
  }

  @Test("as many runs as fit into the seconds, within the bounds")
  func repetitions() {
    #expect(Statistics.repetitions(of: 50, in: 0.6, 3...400) == 12)
    #expect(Statistics.repetitions(of: 2000, in: 0.6, 3...400) == 3)
    #expect(Statistics.repetitions(of: 0.001, in: 0.6, 3...400) == 400)
    for odd in [0, -1, Double.nan, .infinity] {
      #expect(Statistics.repetitions(of: odd, in: 0.6, 3...400) == 3)
    }
  }
}
