// What programs need beside this module to use it: values, filters and metrics; operations with the
// definitions that they name, and why they fail.

@_exported public import MartletCatalog
@_exported public import MartletEncoding
@_exported public import MartletEngine
@_exported public import MartletIndexes
@_exported public import MartletKeyValue
@_exported public import MartletModel
@_exported public import MartletVectors
