/// What a doc comment says after its first sentence, taken apart: docc puts what is returned first, and its own headings above.
struct DiscussionParts {
  /// Running text and formulas.
  private(set) var text: [Block] = []
  /// What is returned, below a heading.
  private(set) var returned: [Block] = []
  /// What is thrown, the cost and the source, and all that follows.
  private(set) var notes: [Block] = []

  init(_ blocks: [Block]) {
    var (isReturned, isText) = (false, true)
    for block in blocks {
      switch block {
      case .heading("Return Value", _, let anchor):
        isReturned = true
        returned.append(.heading("Returns", level: 4, anchor: anchor))
        continue
      case .heading("Overview", _, _), .heading("Discussion", _, _):
        isReturned = false
        continue
      case .aside, .unordered: if !isReturned { isText = false }
      default: break
      }
      if isReturned {
        returned.append(block)
      } else if isText {
        text.append(block)
      } else {
        notes.append(block)
      }
    }
  }
}
