@_exported public import Datasets
@_exported public import Dynamics
@_exported public import Energies
@_exported public import ImageFiles
@_exported public import Models
@_exported public import Reporting
@_exported public import Tensors
@_exported public import Training
