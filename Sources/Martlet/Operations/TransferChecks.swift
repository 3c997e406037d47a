// What can be said against requests for exports, imports and bulk puts without a look at the
// database, in the order in which the server says it (docs/operations).

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

extension ExportTableToPointInTime {
    /// The request with its filter's expressions read.
    func checked() throws(OperationError) -> ExportTableToPointInTime {
        try checkMembers { checks in
            checks.length(of: request.tableARN, in: 1...1024, at: "tableArn")
            checks.clientToken(request.clientToken)
            checks.place(request.target, at: "", prefixName: "s3Prefix")
            checks.key(of: request.encryption, at: "")
        }
        if request.incremental != nil {
            if request.time != nil { throw .notOfIncremental("ExportTime") }
            if request.filter != nil { throw .notOfIncremental("FilterSpecification") }
        }
        guard let filter = request.filter else { return self }
        var expressions = try RequestExpressions(
            names: filter.names ?? [:], values: filter.values ?? [:])
        var bound = self
        bound.keyCondition = try filter.keyCondition.map { text throws(OperationError) in
            try expressions.keyCondition(text)
        }
        bound.filter = try expressions.filter(filter.filter)
        _ = try expressions.projection(filter.projection)
        try expressions.finish()
        return bound
    }
}

extension OperationError {
    fileprivate static func notOfIncremental(_ member: String) -> OperationError {
        .validation(
            "One or more parameter values were invalid: \(member) is not allowed when ExportType is "
                + "INCREMENTAL_EXPORT")
    }

    fileprivate static var noIon: OperationError {
        .validation("One or more parameter values were invalid: InputFormat ION is not supported")
    }
}

extension ImportTable {
    func check() throws(OperationError) {
        try checkMembers { checks in
            checks.clientToken(clientToken)
            checks.place(input.source, at: "s3BucketSource.", prefixName: "s3KeyPrefix")
            checks.csv(delimiter: input.delimiter, headers: input.headers)
            checks.name(request.name.description, at: "tableCreationParameters.tableName")
        }
        if input.format == .ion { throw .noIon }
        if input.format != .csv, input.delimiter != nil || input.headers != nil {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "InputFormatOptions can only be specified when InputFormat is CSV")
        }
        // The service's request has no place for anything else.
        let creation = TableRequest(
            name: request.name, attributeDefinitions: request.attributeDefinitions,
            keySchema: request.keySchema, globalIndexes: request.globalIndexes,
            vectorIndexes: request.vectorIndexes, billing: request.billing,
            provisioned: request.provisioned, onDemand: request.onDemand,
            encryption: request.encryption)
        guard creation == request else {
            throw .validation(
                "One or more parameter values were invalid: a table to import has no other settings "
                    + "than its key, global and vector indexes, billing and encryption")
        }
    }
}

extension StartBulkPutItems {
    func check() throws(OperationError) {
        try checkMembers { checks in
            checks.clientToken(request.clientToken)
            checks.place(request.source, at: "inputS3Configuration.", prefixName: "s3KeyPrefix")
            checks.place(request.output, at: "outputS3Configuration.", prefixName: "s3KeyPrefix")
            checks.key(of: request.encryption, at: "outputS3Configuration.")
            checks.range(of: request.maxWriteUnits, from: 1024, at: "maxWriteRequestUnits")
        }
    }
}

extension CancelBulkOperation {
    func check() throws(OperationError) { try checkJob(arn, at: "bulkOperationArn") }
}

extension DescribeBulkOperation {
    func check() throws(OperationError) { try checkJob(arn, at: "bulkOperationArn") }
}

extension DescribeExport {
    func check() throws(OperationError) { try checkJob(arn, at: "exportArn") }
}

extension DescribeImport {
    func check() throws(OperationError) { try checkJob(arn, at: "importArn") }
}

private func checkJob(_ arn: String, at path: String) throws(OperationError) {
    try checkMembers { checks in checks.jobARN(arn, at: path) }
}

extension TransferPage {
    func check(limitMember: String = "maxResults") throws(OperationError) {
        try checkMembers { checks in
            checks.length(of: tableARN, in: 1...1024, at: "tableArn")
            checks.range(of: limit, from: 1, through: TransferPage.limit, at: limitMember)
        }
    }
}

extension MemberChecks {
    fileprivate mutating func place(_ place: BucketPath, at path: String, prefixName: String) {
        bucket(place.bucket, owner: place.owner, at: path)
        length(of: place.prefix, in: 0...1024, at: path + prefixName)
    }

    fileprivate mutating func key(of encryption: BucketEncryption, at path: String) {
        length(of: encryption.keyID, in: 1...2048, at: path + "s3SseKmsKeyId")
    }
}
