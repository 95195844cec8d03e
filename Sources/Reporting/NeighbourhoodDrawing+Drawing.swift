import Foundation

extension NeighbourhoodDrawing {
  /// Lays a neighbourhood out and draws it, back to front: rings, edges, nodes, words.
  struct Drawing {
    private typealias Point = (x: Double, y: Double)

    private static let ink = PlotPalette.ink
    private static let softInk = "#666666"
    private static let ringInk = "#d8d8d8"
    private static let edgeInk = "#9a9a9a"
    private static let centreEdgeInk = "#444444"
    private static let margin = 34.0
    private static let row = 22.0
    private static let labelSize = 11.0

    private let drawing: NeighbourhoodDrawing
    private let layout: NeighbourhoodLayout
    private let titleLines: [String]
    private let captionLines: [String]
    private let legend: [[(entry: Entry, x: Double)]]
    private let middle: Point
    /// Pixels from one ring to the next.
    private let ringStep: Double
    private let radius: Double
    private let heaviest: Double
    private let legendTop: Double
    private var places = LabelPlaces(among: [])
    private var document: SVGDocument

    private enum Entry {
      case group(Int)
      case weights
    }

    init(_ drawing: NeighbourhoodDrawing) {
      self.drawing = drawing
      let width = Double(drawing.width)
      let layout = NeighbourhoodLayout(
        nodeCount: drawing.nodes.count, edges: drawing.edges.map { ($0.from, $0.to, $0.weight) },
        centre: drawing.centre)
      self.layout = layout
      let ringCount = max(1, layout.rings.max() ?? 1)
      // Labels of the outermost ring stand outside it.
      let labels = drawing.nodes.indices.filter { layout.rings[$0] == ringCount }.map {
        SVGDocument.width(of: drawing.nodes[$0].label, size: Self.labelSize)
      }
      let outer = width / 2 - max(Self.margin, 18 + (labels.max() ?? 0))
      ringStep = outer / Double(ringCount)
      radius = Self.radius(layout, ringStep)
      heaviest = drawing.edges.map(\.weight).max() ?? 0
      titleLines = SVGDocument.wrapped(drawing.title, width: width - 48, size: 16.8)
      let top = Self.margin + (titleLines.isEmpty ? 0 : 13 + 21 * Double(titleLines.count))
      middle = (width / 2, top + outer)
      legendTop = top + 2 * outer + Self.margin + 10
      legend = Self.legendRows(drawing, heaviest)
      captionLines = SVGDocument.wrapped(drawing.caption, width: width - 48, size: 12.5)
      let words = Double(legend.count) * Self.row + Double(captionLines.count) * 17
      document = SVGDocument(
        width: drawing.width, height: Int((legendTop + words + 14).rounded(.up)), title: drawing.title)
      draw()
    }

    var content: String { document.content }

    /// Small enough that nodes of a ring do not touch.
    private static func radius(_ layout: NeighbourhoodLayout, _ ringStep: Double) -> Double {
      var nearest = 2.0
      for (index, a) in layout.positions.enumerated() {
        for b in layout.positions[..<index] {
          nearest = min(nearest, ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot())
        }
      }
      return min(10, max(3, 0.4 * nearest * ringStep))
    }

    private func point(_ node: Int) -> Point {
      (middle.x + layout.positions[node].x * ringStep, middle.y + layout.positions[node].y * ringStep)
    }

    private func radius(of node: Int) -> Double { node == drawing.centre ? max(9, 1.5 * radius) : radius }

    private func edgeWidth(_ weight: Double) -> Double { heaviest == 0 ? 1 : 0.7 + 6.3 * weight / heaviest }

    private mutating func draw() {
      places = taken
      drawRings()
      // Heavy edges lie on light ones.
      let order = drawing.edges.indices.sorted {
        (drawing.edges[$0].weight, $0) < (drawing.edges[$1].weight, $1)
      }
      for index in order { drawEdge(drawing.edges[index]) }
      for node in drawing.nodes.indices { drawNode(node) }
      for node in drawing.nodes.indices where !drawing.nodes[node].label.isEmpty { drawLabel(node) }
      if !drawing.title.isEmpty {
        for (row, line) in titleLines.enumerated() {
          document.text(
            line, at: (24, 30 + 21 * Double(row)), size: 16, colour: Self.ink, isBold: true)
        }
      }
      drawLegend()
      for (index, line) in captionLines.enumerated() {
        let y = legendTop + Double(legend.count) * Self.row + Double(index) * 17 + 4
        document.text(line, at: (24, y), size: 12.5, colour: Self.ink)
      }
    }

    private mutating func drawRings() {
      let last = layout.rings.max() ?? 0
      guard last > 0 else { return }
      for ring in 1...last {
        let distance = Double(ring) * ringStep
        document.circle(at: middle, radius: distance, stroke: Self.ringInk, width: 1, dashes: "3 4")
      }
      for ring in 1...last { drawRingLabel(ring, last: last) }
    }

    /// Where the words cover neither node nor edge: in the widest gap of the ring if they can. A ring without such a place has no
    /// words, but for that of nodes which are not joined.
    private mutating func drawRingLabel(_ ring: Int, last: Int) {
      let isUnreached = layout.hasUnreached && ring == last
      let words = isUnreached ? "not joined" : ring == 1 ? "1 step" : "\(ring) steps"
      let distance = Double(ring) * ringStep
      let angles = [layout.gap(ofRing: ring)] + (0..<36).map { Double($0) / 18 * Double.pi }
      let spots = angles.map { angle -> Point in
        (middle.x + distance * sin(angle), middle.y - distance * cos(angle) + 4)
      }
      func box(_ spot: Point) -> LabelPlaces.Box { .init(of: words, at: spot, size: 11, anchor: .middle) }
      let free = spots.first { places.conflicts(of: box($0)) == 0 }
      guard let spot = free ?? (isUnreached ? spots[0] : nil) else { return }
      places.take(box(spot))
      document.text(words, at: spot, size: 11, colour: Self.softInk, anchor: .middle, hasHalo: true)
    }

    /// What words should not cover: edges and nodes.
    private var taken: LabelPlaces {
      var places = LabelPlaces(among: drawing.edges.map { [point($0.from), point($0.to)] })
      for node in drawing.nodes.indices {
        let (at, size) = (point(node), radius(of: node) + (node == drawing.centre ? 6 : 2))
        places.take(.init(left: at.x - size, top: at.y - size, right: at.x + size, bottom: at.y + size))
      }
      return places
    }

    private mutating func drawEdge(_ edge: Edge) {
      let touches = edge.from == drawing.centre || edge.to == drawing.centre
      let colour = touches ? Self.centreEdgeInk : Self.edgeInk
      guard edge.from == edge.to else {
        document.line(
          from: point(edge.from), to: point(edge.to), colour: colour, width: edgeWidth(edge.weight),
          opacity: 0.8)
        return
      }
      // A loop on the side away from the centre; that of the centre points down.
      let (at, size) = (point(edge.from), radius(of: edge.from))
      let position = layout.positions[edge.from]
      let length = (position.x * position.x + position.y * position.y).squareRoot()
      let away: Point = length == 0 ? (0, 1) : (position.x / length, position.y / length)
      document.circle(
        at: (at.x + away.x * 1.3 * size, at.y + away.y * 1.3 * size), radius: size, stroke: colour,
        width: edgeWidth(edge.weight))
    }

    private mutating func drawNode(_ node: Int) {
      let colour = PlotPalette.colour(drawing.nodes[node].group)
      let (at, size) = (point(node), radius(of: node))
      if node == drawing.centre {
        document.circle(at: at, radius: size + 4, fill: PlotPalette.ground, stroke: Self.ink, width: 2.4)
        document.circle(at: at, radius: size, fill: colour, stroke: colour, width: 0)
      } else {
        document.circle(at: at, radius: size, fill: colour, stroke: PlotPalette.ground, width: 1.2)
      }
    }

    /// Beside the node, on the side away from the middle; that of the centre where it covers the fewest edges.
    private mutating func drawLabel(_ node: Int) {
      let (at, size) = (point(node), radius(of: node) + (node == drawing.centre ? 9 : 4))
      let words = drawing.nodes[node].label
      var place: (at: Point, anchor: SVGDocument.Anchor) =
        at.x < middle.x - 1 ? ((at.x - size, at.y + 4), .end) : ((at.x + size, at.y + 4), .start)
      if node == drawing.centre {
        let spots: [(at: Point, anchor: SVGDocument.Anchor)] = [
          place, ((at.x - size, at.y + 4), .end), ((at.x, at.y + size + 9), .middle),
          ((at.x, at.y - size - 3), .middle), ((at.x + size, at.y + 16), .start),
          ((at.x - size, at.y + 16), .end), ((at.x + size, at.y - 8), .start),
          ((at.x - size, at.y - 8), .end),
        ]
        let counts = spots.map {
          places.conflicts(of: .init(of: words, at: $0.at, size: Self.labelSize, anchor: $0.anchor))
        }
        let best = counts.indices.min { (counts[$0], $0) < (counts[$1], $1) } ?? 0
        place = spots[best]
        if counts[best] > 0 { drawGround(behind: words, place) }
      }
      document.text(
        words, at: place.at, size: Self.labelSize, colour: Self.ink, anchor: place.anchor,
        isBold: node == drawing.centre, hasHalo: true)
    }

    /// Ends the edges before words that they would strike through.
    private mutating func drawGround(behind words: String, _ place: (at: Point, anchor: SVGDocument.Anchor)) {
      let box = LabelPlaces.Box(of: words, at: place.at, size: Self.labelSize, anchor: place.anchor, extra: 4)
      document.rectangle(
        at: (box.left, box.top - 2), width: box.right - box.left, height: box.bottom - box.top + 4,
        fill: PlotPalette.ground)
    }
  }
}

// MARK: - Words below the drawing

extension NeighbourhoodDrawing.Drawing {
  private static let legendSize = 12.5

  /// Groups that occur and the scale of the weights, broken into rows where they are wider than the drawing.
  private static func legendRows(
    _ drawing: NeighbourhoodDrawing, _ heaviest: Double
  ) -> [[(entry: Entry, x: Double)]] {
    let used = Set(drawing.nodes.map(\.group))
    var entries = drawing.groups.indices.filter(used.contains).map { index in
      (Entry.group(index), 20 + SVGDocument.width(of: drawing.groups[index], size: legendSize))
    }
    let words = SVGDocument.width(of: drawing.weightTitle + weightText(heaviest), size: legendSize)
    if heaviest > 0 { entries.append((.weights, 150 + words)) }
    var rows: [[(entry: Entry, x: Double)]] = [[]]
    var x = 24.0
    for (entry, width) in entries {
      if x + width > Double(drawing.width) - 24, !rows[rows.count - 1].isEmpty {
        rows.append([])
        x = 24
      }
      rows[rows.count - 1].append((entry, x))
      x += width + 22
    }
    return rows
  }

  private static func weightText(_ weight: Double) -> String { NumberText.significant(weight, digits: 2) }

  private mutating func drawLegend() {
    for (index, row) in legend.enumerated() {
      let y = legendTop + Double(index) * Self.row
      for (entry, x) in row {
        switch entry {
        case .group(let group):
          document.circle(
            at: (x + 6, y - 4), radius: 6, fill: PlotPalette.colour(group), stroke: PlotPalette.ground,
            width: 0)
          document.text(drawing.groups[group], at: (x + 18, y), size: Self.legendSize, colour: Self.ink)
        case .weights: drawWeights(x: x, y: y)
        }
      }
    }
  }

  /// A quarter of the largest weight and the largest, as wide as edges of these weights are.
  private mutating func drawWeights(x: Double, y: Double) {
    document.text(drawing.weightTitle, at: (x, y), size: Self.legendSize, colour: Self.ink)
    var x = x + SVGDocument.width(of: drawing.weightTitle, size: Self.legendSize) + 12
    for weight in [heaviest / 4, heaviest] {
      document.line(
        from: (x, y - 4), to: (x + 24, y - 4), colour: Self.centreEdgeInk, width: edgeWidth(weight),
        opacity: 0.8)
      let words = Self.weightText(weight)
      document.text(words, at: (x + 30, y), size: Self.legendSize, colour: Self.ink)
      x += 44 + SVGDocument.width(of: words, size: Self.legendSize)
    }
  }
}
