// IncrementalExportSpecification of ExportTableToPointInTime.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct IncrementalExportMembers {
    /// In seconds since 1970.
    private(set) var from: Double?
    private(set) var to: Double?
    private var viewName: String?

    static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> IncrementalExportMembers? {
        guard var progress = try reader.beginStructure("IncrementalExportSpecification") else {
            return nil
        }
        var members = IncrementalExportMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "ExportFromTime": members.from = try reader.readOptionalSeconds()
            case "ExportToTime": members.to = try reader.readOptionalSeconds()
            case "ExportViewType": members.viewName = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return members
    }

    func view(_ checks: inout MemberChecks) -> ExportJob.View? {
        checks.choice(
            viewName, of: Choices([ExportJob.View.newImage, .newAndOldImages]),
            at: "incrementalExportSpecification.exportViewType")
    }
}

extension JSONWriter {
    /// - Parameter end: of the period, which the request may have left open.
    mutating func incrementalExport(_ period: ExportJob.Incremental, end: Timestamp) {
        beginObject()
        optional("ExportFromTime", period.from)
        optional("ExportToTime", end)
        member("ExportViewType")
        string(period.view.rawValue)
        endObject()
    }
}
