// What programs need beside this module to use it: attribute values.

@_exported public import MartletModel
