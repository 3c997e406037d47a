// FilterSpecification of ExportTableToPointInTime: expressions as in Query, kept as they were sent
// for the thread that writes the export.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

struct ExportFilterMembers {
    private static let kinds: [ExpressionKind] = [.projection, .filter, .keyCondition]

    private var expressions = ExpressionMembers(.plain)

    static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> ExportFilterMembers? {
        guard var progress = try reader.beginStructure("FilterSpecification") else { return nil }
        var members = ExportFilterMembers()
        while let name = try reader.nextMember(&progress) {
            if try members.expressions.read(name, of: kinds, from: &reader) { continue }
            try reader.skipValue()
        }
        return members
    }

    /// Checks all that can be checked without the table.
    func bind() throws(WireError) -> (keyCondition: KeyCondition?, filter: ConditionExpression?) {
        var bound = try expressions.makeBinder(Self.kinds)
        let keyCondition = try bound.keyCondition()
        let filter = try bound.condition(.filter)
        _ = try bound.projection()
        try bound.requireAllUsed()
        return (keyCondition, filter)
    }

    /// After `bind`, whose checks hold of the values.
    var stored: ExportJob.Filter {
        ExportJob.Filter(
            keyCondition: expressions.text(.keyCondition), filter: expressions.text(.filter),
            projection: expressions.text(.projection), names: expressions.names,
            values: expressions.values?.values)
    }
}

extension JSONWriter {
    mutating func exportFilter(_ filter: ExportJob.Filter) {
        beginObject()
        optional("KeyConditionExpression", filter.keyCondition)
        optional("FilterExpression", filter.filter)
        optional("ProjectionExpression", filter.projection)
        if let names = filter.names {
            member("ExpressionAttributeNames")
            beginObject()
            for (placeholder, name) in names.sorted(by: { $0.key < $1.key }) {
                entry(placeholder)
                string(name)
            }
            endObject()
        }
        if let values = filter.values {
            member("ExpressionAttributeValues")
            attributes(values)
        }
        endObject()
    }
}
