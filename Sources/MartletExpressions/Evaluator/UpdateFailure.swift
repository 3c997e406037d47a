internal import MartletModel

/// Why an update cannot be applied to an item.
enum UpdateFailure: Error {
    case invalidPath
    case wrongType
    case missing
    case number(DecimalNumber.Failure)

    func message(isLegacy: Bool) -> String {
        switch self {
        case .invalidPath:
            "The document path provided in the update expression is invalid for update"
        case .wrongType where isLegacy:
            "Type mismatch for attribute to update"
        case .wrongType:
            "An operand in the update expression has an incorrect data type"
        case .missing:
            "The provided expression refers to an attribute that does not exist in the item"
        case .number(.overflow):
            "Number overflow. Attempting to store a number with magnitude larger than supported "
                + "range"
        case .number(.underflow):
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
                + "range"
        case .number(.tooManyDigits):
            "Attempting to store more than 38 significant digits in a Number"
        case .number(.notNumeric):
            preconditionFailure("Arithmetic yields numbers")
        }
    }
}
