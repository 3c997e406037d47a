// What programs need beside this module to use it: values, filters and metrics.

@_exported public import MartletIndexes
@_exported public import MartletModel
@_exported public import MartletVectors
