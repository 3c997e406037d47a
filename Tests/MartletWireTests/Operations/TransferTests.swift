// Exports, imports and bulk puts: what is refused, what is read, and how jobs are described.

import MartletCatalog
import MartletModel
import Testing

@testable import MartletEngine
@testable import MartletWire

private let tableARN = "arn:aws:dynamodb:us-east-1:000000000000:table/tab"
private let invalid = "One or more parameter values were invalid: "

@Suite struct TransferWireTests {
    private func constraint(_ value: String, _ path: String, _ text: String) -> String {
        "Value '\(value)' at '\(path)' failed to satisfy constraint: Member must \(text)"
    }

    private func short(_ value: String, _ path: String, _ count: Int) -> String {
        constraint(value, path, "have length greater than or equal to \(count)")
    }

    private func long(_ value: String, _ path: String, _ count: Int) -> String {
        constraint(value, path, "have length less than or equal to \(count)")
    }

    private func bucket(_ value: String, _ path: String) -> String {
        constraint(
            value, path,
            #"satisfy regular expression pattern: ^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$"#)
    }

    private func export(_ members: String) -> String {
        #"{"TableArn":"\#(tableARN)","S3Bucket":"some-bucket"\#(members)}"#
    }

    // MARK: Exports

    @Test("ExportTableToPointInTime: all constraints together")
    func exportConstraints() {
        expectRefusals(
            of: ExportTableToPointInTime.self,
            [
                ("{}", Texts.joined(Texts.null("tableArn"), Texts.null("s3Bucket"))),
                (
                    #"{"TableArn":"","ClientToken":"a$","S3Bucket":"-b","S3BucketOwner":"1","#
                        + #""S3SseAlgorithm":"X","S3SseKmsKeyId":"","ExportFormat":"CSV","#
                        + #""ExportType":"X","#
                        + #""IncrementalExportSpecification":{"ExportViewType":"OLD"}}"#,
                    Texts.joined(
                        short("", "tableArn", 1),
                        constraint(
                            "a$", "clientToken",
                            #"satisfy regular expression pattern: ^[^\$]+$"#),
                        bucket("-b", "s3Bucket"),
                        constraint(
                            "1", "s3BucketOwner", "satisfy regular expression pattern: [0-9]{12}"),
                        Texts.choice("X", "s3SseAlgorithm", "AES256, KMS"),
                        short("", "s3SseKmsKeyId", 1),
                        Texts.choice("CSV", "exportFormat", "DYNAMODB_JSON, ION"),
                        Texts.choice("X", "exportType", "FULL_EXPORT, INCREMENTAL_EXPORT"),
                        Texts.choice(
                            "OLD", "incrementalExportSpecification.exportViewType",
                            "NEW_IMAGE, NEW_AND_OLD_IMAGES"))
                ),
            ])
    }

    @Test("ExportTableToPointInTime: what does not go together")
    func exportContradictions() {
        let period = #","IncrementalExportSpecification":{"ExportFromTime":1}"#
        let incremental = #","ExportType":"INCREMENTAL_EXPORT""#
        expectRefusals(
            of: ExportTableToPointInTime.self,
            [
                (export(#","ExportFormat":"ION""#), invalid + "ExportFormat ION is not supported"),
                (
                    export(incremental),
                    invalid + "IncrementalExportSpecification is required when ExportType is "
                        + "INCREMENTAL_EXPORT"
                ),
                (
                    export(period),
                    invalid + "IncrementalExportSpecification is not allowed when ExportType is "
                        + "FULL_EXPORT"
                ),
                (
                    export(incremental + period + #","ExportTime":1"#),
                    invalid + "ExportTime is not allowed when ExportType is INCREMENTAL_EXPORT"
                ),
                (
                    export(incremental + period + #","FilterSpecification":{}"#),
                    invalid
                        + "FilterSpecification is not allowed when ExportType is INCREMENTAL_EXPORT"
                ),
                (
                    export(incremental + #","IncrementalExportSpecification":{"ExportToTime":1}"#),
                    invalid + "ExportFromTime is required when ExportType is INCREMENTAL_EXPORT"
                ),
            ])
    }

    @Test("ExportTableToPointInTime is read: a full export, and an incremental one")
    func exportDecodes() throws {
        let full = try decode(
            ExportTableToPointInTime.self,
            export(
                #","ExportTime":1.5,"ClientToken":"t","S3BucketOwner":"000000000001","#
                    + #""S3Prefix":"p/","S3SseAlgorithm":"KMS","S3SseKmsKeyId":"k","#
                    + #""FilterSpecification":{"FilterExpression":"a = :v","#
                    + #""ExpressionAttributeValues":{":v":{"S":"x"}}}"#)
        ).operation
        #expect(full.request.tableARN == tableARN)
        #expect(full.request.time == Timestamp(secondsSince1970: 1.5))
        #expect(full.request.clientToken == "t")
        #expect(
            full.request.target
                == BucketPath(bucket: "some-bucket", owner: "000000000001", prefix: "p/"))
        #expect(full.request.encryption == BucketEncryption(algorithm: .kms, keyID: "k"))
        #expect(full.request.filter?.filter == "a = :v")
        #expect(full.filter != nil && full.keyCondition == nil)
        #expect(full.request.incremental == nil)
        let periods: [(String, ExportJob.Incremental)] = [
            (
                #"{"ExportFromTime":1}"#,
                ExportJob.Incremental(from: Timestamp(secondsSince1970: 1))
            ),
            (
                #"{"ExportFromTime":1,"ExportToTime":2.5,"ExportViewType":"NEW_IMAGE"}"#,
                ExportJob.Incremental(
                    from: Timestamp(secondsSince1970: 1), to: Timestamp(secondsSince1970: 2.5),
                    view: .newImage)
            ),
        ]
        for (json, period) in periods {
            let request = try decode(
                ExportTableToPointInTime.self,
                export(
                    #","ExportType":"INCREMENTAL_EXPORT","IncrementalExportSpecification":"# + json)
            ).operation.request
            #expect(request.incremental == period)
        }
    }

    private static let id = TransferID("01700000000000-0123abcd")!

    private func exportJob(_ incremental: ExportJob.Incremental?) -> ExportJob {
        ExportJob(
            id: Self.id, table: "tab", rowsID: 7, tableUUID: "uu",
            request: ExportJob.Request(
                tableARN: tableARN, target: BucketPath(bucket: "bu", prefix: "p"),
                incremental: incremental),
            time: Timestamp(secondsSince1970: 9), status: .completed,
            started: Timestamp(secondsSince1970: 5), ended: Timestamp(secondsSince1970: 6),
            itemCount: 3, billedBytes: 40)
    }

    @Test("an export is described with what it is of, and listed with its type")
    func exportEncodes() throws {
        let arn = tableARN + "/export/01700000000000-0123abcd"
        let start =
            #"{"ExportDescription":{"ExportArn":"\#(arn)","ExportStatus":"COMPLETED","#
            + #""StartTime":5.0,"EndTime":6.0,"#
            + #""ExportManifest":"p/AWSDynamoDB/01700000000000-0123abcd/manifest-summary.json","#
            + #""TableArn":"\#(tableARN)","TableId":"uu","#
        let middle =
            #""S3Bucket":"bu","S3Prefix":"p","S3SseAlgorithm":"AES256","#
            + #""ExportFormat":"DYNAMODB_JSON","BilledSizeBytes":40,"ItemCount":3,"#
        let request = try decode(DescribeExport.self, #"{"ExportArn":"\#(arn)"}"#)
        let full = DescribedTransfer(exportJob(nil), EngineOptions())
        #expect(
            encoded(full, for: request)
                == start + #""ExportTime":9.0,"# + middle + #""ExportType":"FULL_EXPORT"}}"#)
        let part = DescribedTransfer(
            exportJob(ExportJob.Incremental(from: Timestamp(secondsSince1970: 8))), EngineOptions())
        #expect(
            encoded(part, for: request)
                == start + middle
                + #""ExportType":"INCREMENTAL_EXPORT","IncrementalExportSpecification":{"#
                + #""ExportFromTime":8.0,"ExportToTime":9.0,"#
                + #""ExportViewType":"NEW_AND_OLD_IMAGES"}}}"#)
        let listed = try decode(ListExports.self, "{}")
        #expect(
            encoded(ListExports.Output(jobs: [full, part], nextToken: "next"), for: listed)
                == #"{"ExportSummaries":[{"ExportArn":"\#(arn)","ExportStatus":"COMPLETED","#
                + #""ExportType":"FULL_EXPORT"},{"ExportArn":"\#(arn)","#
                + #""ExportStatus":"COMPLETED","ExportType":"INCREMENTAL_EXPORT"}],"#
                + #""NextToken":"next"}"#)
    }

    // MARK: Imports

    private let creation =
        #""TableCreationParameters":{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","#
        + #""KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"#
        + #""AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}"#

    @Test("ImportTable: all constraints together, then what does not go together")
    func imports() throws {
        let source = #""S3BucketSource":{"S3Bucket":"some-bucket","S3KeyPrefix":"p"}"#
        expectRefusals(
            of: ImportTable.self,
            [
                (
                    "{}",
                    Texts.joined(
                        Texts.null("s3BucketSource"), Texts.null("inputFormat"),
                        Texts.null("tableCreationParameters"))
                ),
                (
                    #"{"ClientToken":"","S3BucketSource":{"S3BucketOwner":"a"},"InputFormat":"X","#
                        + #""InputFormatOptions":{"Csv":{"Delimiter":"x","HeaderList":[]}},"#
                        + #""InputCompressionType":"X",\#(creation)}"#,
                    Texts.joined(
                        constraint(
                            "", "clientToken", #"satisfy regular expression pattern: ^[^\$]+$"#),
                        Texts.null("s3BucketSource.s3Bucket"),
                        constraint(
                            "a", "s3BucketSource.s3BucketOwner",
                            "satisfy regular expression pattern: [0-9]{12}"),
                        Texts.choice("X", "inputFormat", "DYNAMODB_JSON, ION, CSV"),
                        constraint(
                            "x", "inputFormatOptions.csv.delimiter",
                            #"satisfy regular expression pattern: [,;:|\t ]"#),
                        short("[]", "inputFormatOptions.csv.headerList", 1),
                        Texts.choice("X", "inputCompressionType", "GZIP, ZSTD, NONE"))
                ),
                (
                    #"{\#(source),"InputFormat":"ION",\#(creation)}"#,
                    invalid + "InputFormat ION is not supported"
                ),
                (
                    #"{\#(source),"InputFormat":"DYNAMODB_JSON",\#(creation),"#
                        + #""InputFormatOptions":{"Csv":{}}}"#,
                    invalid + "InputFormatOptions can only be specified when InputFormat is CSV"
                ),
            ])
        let request = try decode(
            ImportTable.self,
            #"{\#(source),"InputFormat":"CSV",\#(creation),"InputCompressionType":"ZSTD","#
                + #""InputFormatOptions":{"Csv":{"Delimiter":";","HeaderList":["a","b"]}}}"#
        ).operation
        #expect(
            request.input
                == ImportJob.Input(
                    source: BucketPath(bucket: "some-bucket", prefix: "p"), format: .csv,
                    delimiter: ";", headers: ["a", "b"], compression: .zstd))
        #expect(request.request.name == "tab")
        #expect(request.clientToken == nil)
    }

    // MARK: Bulk puts

    @Test("StartBulkPutItems: all constraints together, then Ion")
    func bulkPuts() throws {
        let input = #""InputS3Configuration":{"S3Bucket":"some-bucket","InputFormat":"#
        let output = #""OutputS3Configuration":{"OutputType":["ERROR","ERROR"]}"#
        expectRefusals(
            of: StartBulkPutItems.self,
            [
                (
                    "{}",
                    Texts.joined(
                        Texts.null("inputS3Configuration"), Texts.null("outputS3Configuration"),
                        Texts.null("tableName"))
                ),
                (
                    #"{"InputS3Configuration":{},"OutputS3Configuration":{"S3Bucket":"a"},"#
                        + #""TableName":"tab","MaxWriteRequestUnits":1,"PerformanceTier":"X"}"#,
                    Texts.joined(
                        Texts.null("inputS3Configuration.s3Bucket"),
                        Texts.null("inputS3Configuration.inputFormat"),
                        bucket("a", "outputS3Configuration.s3Bucket"),
                        Texts.null("outputS3Configuration.outputType"),
                        constraint(
                            "1", "maxWriteRequestUnits", "have value greater than or equal to 1024"
                        ),
                        Texts.choice("X", "performanceTier", "STANDARD, ACCELERATED"))
                ),
                (
                    #"{\#(input)"ION"},\#(output),"TableName":"tab"}"#,
                    invalid + "InputFormat ION is not supported"
                ),
            ])
        let request = try decode(
            StartBulkPutItems.self, #"{\#(input)"DYNAMODB_JSON"},\#(output),"TableName":"tab"}"#
        ).operation.request
        // Reports go where the items come from, unless the request says otherwise.
        #expect(request.output.bucket == "some-bucket" && !request.namesOutputBucket)
        #expect(request.reports == [.error])
        #expect(request.maxWriteUnits == nil && request.tier == nil)
    }

    // MARK: What jobs have in common

    @Test("a job is named by its ARN")
    func named() throws {
        func cases(_ member: String, _ path: String) -> [(json: String, text: String)] {
            let many = String(repeating: "a", count: 1025)
            return [
                ("{}", Texts.joined(Texts.null(path))),
                (#"{"\#(member)":"arn:"}"#, Texts.joined(short("arn:", path, 37))),
                (#"{"\#(member)":"\#(many)"}"#, Texts.joined(long(many, path, 1024))),
            ]
        }
        expectRefusals(of: DescribeExport.self, cases("ExportArn", "exportArn"))
        expectRefusals(of: DescribeImport.self, cases("ImportArn", "importArn"))
        expectRefusals(
            of: DescribeBulkOperation.self, cases("BulkOperationArn", "bulkOperationArn"))
        expectRefusals(of: CancelBulkOperation.self, cases("BulkOperationArn", "bulkOperationArn"))
    }

    @Test("jobs are listed a page at a time")
    func listed() throws {
        func cases(_ member: String, _ path: String) -> [(json: String, text: String)] {
            [
                (
                    #"{"TableArn":"","\#(member)":0}"#,
                    Texts.joined(
                        short("", "tableArn", 1),
                        constraint("0", path, "have value greater than or equal to 1"))
                ),
                (
                    #"{"\#(member)":26}"#,
                    Texts.joined(constraint("26", path, "have value less than or equal to 25"))
                ),
            ]
        }
        expectRefusals(of: ListExports.self, cases("MaxResults", "maxResults"))
        expectRefusals(of: ListImports.self, cases("PageSize", "pageSize"))
        expectRefusals(of: ListBulkOperations.self, cases("MaxResults", "maxResults"))
        let page = try decode(
            ListExports.self, #"{"TableArn":"\#(tableARN)","MaxResults":3,"NextToken":"n"}"#
        ).operation.page
        #expect(page.tableARN == tableARN && page.limit == 3 && page.token == "n")
        #expect(try decode(ListImports.self, "{}").operation.page.limit == 25)
    }

    @Test("faults have the names of the service")
    func faults() {
        let cases: [(TransferFault, String)] = [
            (.exportNotFound, "ExportNotFoundException"),
            (.importNotFound, "ImportNotFoundException"),
            (.exportConflict, "ExportConflictException"),
            (.importConflict, "ImportConflictException"),
            (.invalidExportTime, "InvalidExportTimeException"),
            (.recoveryUnavailable, "PointInTimeRecoveryUnavailableException"),
        ]
        for (fault, name) in cases {
            let shape = ErrorShape(OperationError.transfer(fault, "text"))
            #expect(shape.type == "com.amazonaws.dynamodb.v20120810#\(name)")
            #expect(shape.message == "text" && shape.status == 400)
        }
    }
}
