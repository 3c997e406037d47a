// Order: docs/operations/StartBulkPutItems.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension StartBulkPutItems: WireOperation {
    private struct InputMembers {
        var bucket = BucketMembers()
        var format: String?
        var compression: String?

        static func read(from reader: inout JSONReader) throws(WireError) -> InputMembers? {
            guard var progress = try reader.beginStructure("InputS3Configuration") else {
                return nil
            }
            var members = InputMembers()
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "InputFormat": members.format = try reader.readOptionalString()
                case "InputCompressionType": members.compression = try reader.readOptionalString()
                default: if try !members.bucket.read(name, from: &reader) { try reader.skipValue() }
                }
            }
            return members
        }
    }

    private struct OutputMembers {
        var bucket = BucketMembers()
        var types: [String]?

        static func read(from reader: inout JSONReader) throws(WireError) -> OutputMembers? {
            guard var progress = try reader.beginStructure("OutputS3Configuration") else {
                return nil
            }
            var members = OutputMembers()
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "OutputType":
                    members.types = try reader.readOptionalTexts()?.map(\.string)
                default: if try !members.bucket.read(name, from: &reader) { try reader.skipValue() }
                }
            }
            return members
        }
    }

    private struct Members {
        var clientToken: String?
        var input: InputMembers?
        var output: OutputMembers?
        var table: String?
        var maxWriteUnits: Int?
        var tier: String?

        mutating func read(
            _ name: JSONString, from reader: inout JSONReader
        ) throws(WireError) {
            switch name {
            case "ClientToken": clientToken = try reader.readOptionalString()
            case "InputS3Configuration": input = try InputMembers.read(from: &reader)
            case "OutputS3Configuration": output = try OutputMembers.read(from: &reader)
            case "TableName": table = try reader.readOptionalString()
            case "MaxWriteRequestUnits": maxWriteUnits = try reader.readOptionalInteger(.long)
            case "PerformanceTier": tier = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<StartBulkPutItems> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            var members = Members()
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
            return members
        }
        var checks = MemberChecks()
        checks.clientToken(members.clientToken)
        checks.require(members.input != nil, at: "inputS3Configuration")
        let source = members.input?.bucket.check(
            &checks, at: "inputS3Configuration.", prefixName: "s3KeyPrefix")
        if let input = members.input {
            checks.require(input.format != nil, at: "inputS3Configuration.inputFormat")
        }
        let format = checks.choice(
            members.input?.format, of: .exportFormat, at: "inputS3Configuration.inputFormat")
        let compression = checks.choice(
            members.input?.compression, of: .inputCompression,
            at: "inputS3Configuration.inputCompressionType")
        checks.require(members.output != nil, at: "outputS3Configuration")
        let output = members.output?.bucket.check(
            &checks, at: "outputS3Configuration.", prefixName: "s3KeyPrefix", isRequired: false)
        if let output = members.output {
            checks.require(output.types != nil, at: "outputS3Configuration.outputType")
        }
        var reports: [BulkPutJob.Report] = []
        for (place, type) in (members.output?.types ?? []).enumerated() {
            let report = checks.choice(
                type, of: Choices([BulkPutJob.Report.error, .conditionCheckFailure]),
                at: "outputS3Configuration.outputType.\(place + 1).member")
            if let report, !reports.contains(report) { reports.append(report) }
        }
        let table = checks.tableName(members.table)
        checks.range(of: members.maxWriteUnits, from: 1024, at: "maxWriteRequestUnits")
        let tier = checks.choice(
            members.tier, of: Choices([BulkPutJob.Tier.standard, .accelerated]),
            at: "performanceTier")
        try checks.check()
        try refuseIon(format, "InputFormat")
        let namesOutputBucket = members.output?.bucket.bucket != nil
        var target = output!.0
        if !namesOutputBucket { target.bucket = source!.0.bucket }
        return DecodedRequest(
            StartBulkPutItems(
                table: table,
                BulkPutJob.Request(
                    table: members.table!, clientToken: members.clientToken, source: source!.0,
                    compression: compression, output: target,
                    namesOutputBucket: namesOutputBucket, encryption: output!.1, reports: reports,
                    maxWriteUnits: members.maxWriteUnits, tier: tier)))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<StartBulkPutItems>,
        into writer: inout JSONWriter
    ) {
        writer.bulkOperation(output)
    }
}
