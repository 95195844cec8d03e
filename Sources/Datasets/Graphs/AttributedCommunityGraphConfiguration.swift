/// What an ``AttributedCommunityGraph`` is made of; the defaults are 3,000 nodes, of which about 5 % are anomalies.
public struct AttributedCommunityGraphConfiguration: Sendable, Equatable {
  /// Nodes.
  public var nodeCount = 3_000
  /// Communities, of equal size.
  public var communityCount = 10
  /// Mean number of neighbours of a node before anomalies are injected; a citation graph has about 4.
  public var meanDegree = 8.0
  /// Part of the edges whose ends are both drawn from one community; the ends of the others are drawn from all nodes.
  public var withinFraction = 0.9
  /// Degrees are heavy-tailed: expected degrees above x are as rare as x to the power 1 - exponent. Above 2.
  public var degreeExponent = 3.0
  /// Features of a node.
  public var featureCount = 32
  /// Standard deviation of the features of communities around 0.
  public var featureSignal = 1.0
  /// Standard deviation of the features of nodes around those of their community.
  public var featureNoise = 1.0
  /// How the nodes are numbered.
  public var order = NodeOrder.random
  /// The anomalies; nil makes none, and every node has label 0.
  public var outliers: OutlierInjection? = OutlierInjection(cliqueCount: 5)

  /// The defaults, to be changed by assignment.
  public init() {}

  /// Edges, each counted once.
  var edgeCount: Int { Int((Double(nodeCount) * meanDegree / 2).rounded()) }
}
