/// The name that a block of node models had.
public typealias NodeEnergyBlock = GraphEnergyTransformerBlock
