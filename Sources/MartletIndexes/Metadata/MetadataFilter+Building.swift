public import MartletModel

/// A field of metadata, to be compared: `MetadataField("price") < 10`.
public struct MetadataField: Hashable, Sendable {
    public let name: Text

    /// - Parameter name: of a top-level field, or with dots the way into nested maps.
    public init(_ name: Text) { self.name = name }

    public func isIn(_ values: [AttributeValue]) -> MetadataFilter { .field(name, .isIn(values)) }

    public func isNotIn(_ values: [AttributeValue]) -> MetadataFilter { !isIn(values) }

    /// Whether a list has such an element, or a text such a part.
    public func contains(_ part: AttributeValue) -> MetadataFilter {
        .field(name, .contains(part))
    }

    public var exists: MetadataFilter { .field(name, .exists(true)) }

    public static func == (field: MetadataField, value: AttributeValue) -> MetadataFilter {
        .field(field.name, .equals(value))
    }

    public static func != (field: MetadataField, value: AttributeValue) -> MetadataFilter {
        .field(field.name, .differs(value))
    }

    public static func > (field: MetadataField, bound: DecimalNumber) -> MetadataFilter {
        .field(field.name, .greater(bound))
    }

    public static func >= (field: MetadataField, bound: DecimalNumber) -> MetadataFilter {
        .field(field.name, .atLeast(bound))
    }

    public static func < (field: MetadataField, bound: DecimalNumber) -> MetadataFilter {
        .field(field.name, .less(bound))
    }

    public static func <= (field: MetadataField, bound: DecimalNumber) -> MetadataFilter {
        .field(field.name, .atMost(bound))
    }
}

extension MetadataFilter {
    public static func && (left: MetadataFilter, right: MetadataFilter) -> MetadataFilter {
        .all([left, right])
    }

    public static func || (left: MetadataFilter, right: MetadataFilter) -> MetadataFilter {
        .any([left, right])
    }

    public static prefix func ! (filter: MetadataFilter) -> MetadataFilter { .not(filter) }
}
