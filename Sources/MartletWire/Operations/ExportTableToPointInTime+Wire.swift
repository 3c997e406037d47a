// Order: docs/operations/ExportTableToPointInTime.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ExportTableToPointInTime: WireOperation {
    private struct Members {
        var table: String?
        var time: Double?
        var clientToken: String?
        var target = BucketMembers()
        var format: String?
        var type: String?
        var incremental: IncrementalExportMembers?
        var filter: ExportFilterMembers?

        mutating func read(
            _ name: JSONString, from reader: inout JSONReader
        ) throws(WireError) {
            switch name {
            case "TableArn": table = try reader.readOptionalString()
            case "ExportTime": time = try reader.readOptionalSeconds()
            case "ClientToken": clientToken = try reader.readOptionalString()
            case "ExportFormat": format = try reader.readOptionalString()
            case "ExportType": type = try reader.readOptionalString()
            case "IncrementalExportSpecification":
                incremental = try IncrementalExportMembers.read(from: &reader)
            case "FilterSpecification": filter = try ExportFilterMembers.read(from: &reader)
            default: if try !target.read(name, from: &reader) { try reader.skipValue() }
            }
        }

        /// The period of an incremental export; nil for a full one.
        func incremental(
            _ isIncremental: Bool, _ view: ExportJob.View?
        ) throws(WireError) -> ExportJob.Incremental? {
            let type = isIncremental ? "INCREMENTAL_EXPORT" : "FULL_EXPORT"
            guard isIncremental else {
                if incremental != nil {
                    throw .invalid("IncrementalExportSpecification", "is not allowed", type)
                }
                return nil
            }
            guard let incremental else {
                throw .invalid("IncrementalExportSpecification", "is required", type)
            }
            if time != nil { throw .invalid("ExportTime", "is not allowed", type) }
            if filter != nil { throw .invalid("FilterSpecification", "is not allowed", type) }
            guard let from = incremental.from else {
                throw .invalid("ExportFromTime", "is required", type)
            }
            return ExportJob.Incremental(
                from: Timestamp(secondsSince1970: from),
                to: incremental.to.map { Timestamp(secondsSince1970: $0) },
                view: view ?? .newAndOldImages)
        }
    }

    private enum ExportType: String {
        case full = "FULL_EXPORT"
        case incremental = "INCREMENTAL_EXPORT"
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ExportTableToPointInTime> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            var members = Members()
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
            return members
        }
        var checks = MemberChecks()
        checks.require(members.table != nil, at: "tableArn")
        checks.length(of: members.table, in: 1...1024, at: "tableArn")
        checks.clientToken(members.clientToken)
        let (target, encryption) = members.target.check(&checks)
        let format = checks.choice(members.format, of: .exportFormat, at: "exportFormat")
        let type = checks.choice(
            members.type, of: Choices([ExportType.full, .incremental]), at: "exportType")
        let view = members.incremental?.view(&checks)
        try checks.check()
        try refuseIon(format, "ExportFormat")
        let incremental = try members.incremental(type == .incremental, view)
        let bound = try members.filter?.bind()
        return DecodedRequest(
            ExportTableToPointInTime(
                ExportJob.Request(
                    tableARN: members.table!,
                    time: members.time.map { Timestamp(secondsSince1970: $0) },
                    clientToken: members.clientToken, target: target, encryption: encryption,
                    filter: members.filter?.stored, incremental: incremental),
                keyCondition: bound?.keyCondition, filter: bound?.filter))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ExportTableToPointInTime>,
        into writer: inout JSONWriter
    ) {
        writer.export(output)
    }
}

extension WireError {
    fileprivate static func invalid(
        _ member: String, _ what: String, _ exportType: String
    ) -> WireError {
        .validation(
            "One or more parameter values were invalid: \(member) \(what) when ExportType is "
                + exportType)
    }
}
