import Reporting
import Testing

struct RunIdentityTests {
  private let run = RunIdentity(
    options: ["rate": "0.1", "steps": "3"], data: ["a", "b"],
    commit: SourceCommit(hash: "0123456789abcdef", isDirty: false))

  private func other(_ change: (inout RunIdentity) -> Void) -> RunIdentity {
    var other = run
    change(&other)
    return other
  }

  @Test(
    "numbers hold for a run of the same options, data and clean commit alone, and it is said why not for others"
  )
  func differences() {
    #expect(run.difference(from: run, isContinuation: false) == nil)
    #expect(
      run.difference(from: other { $0.options = ["steps": "4", "rate": "0.2"] }, isContinuation: true)
        == "made with --rate 0.1, not 0.2")
    #expect(
      run.difference(from: other { $0.options["seed"] = "1" }, isContinuation: true)
        == "made with --seed (missing), not 1")
    // What was recorded beside the options of the other run does not count.
    #expect(run.difference(from: other { $0.options["rate"] = nil }, isContinuation: false) == nil)
    #expect(
      run.difference(from: other { $0.data = ["b", "a"] }, isContinuation: true) == "made from other data")
    #expect(
      run.difference(from: other { $0.commit.hash = "ffff" }, isContinuation: true)
        == "made at commit 0123456789, this is ffff")
    let unknown = other { $0.commit.hash = "unknown" }
    #expect(unknown.difference(from: unknown, isContinuation: false) == "made at a commit that is not known")
    #expect(unknown.difference(from: unknown, isContinuation: true) == nil)
  }

  @Test("changes that are not committed part runs, but not a run from itself as it goes on")
  func dirty() {
    let dirty = other { $0.commit.isDirty = true }
    #expect(dirty.difference(from: run, isContinuation: false)?.hasSuffix("not committed, then") == true)
    #expect(run.difference(from: dirty, isContinuation: false)?.hasSuffix("not committed, now") == true)
    #expect(dirty.difference(from: run, isContinuation: true) == nil)
  }
}
