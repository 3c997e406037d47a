// Resources named by their ARN, as the tagging operations do.

internal import MartletCatalog
internal import MartletModel

extension ResourceOwner {
    /// Refuses a resource of another owner: it is not ours to show, and AWS does not say whether it
    /// exists.
    func requireOwnership(
        of resource: ResourceOwner, named text: String, for operation: StaticString
    ) throws(OperationError) {
        guard resource == self else {
            throw .accessDenied(
                "User: arn:aws:iam::\(account):root is not authorized to perform: "
                    + "dynamodb:\(operation) on resource: \(text)")
        }
    }

    /// Reads the ARN of a table or of a part of one, which must be ours.
    func ownARN(
        parsing text: String, for operation: StaticString
    ) throws(OperationError) -> ResourceARN {
        let arn: ResourceARN
        do throws(ValidationError) {
            arn = try ResourceARN(parsing: text)
        } catch {
            throw OperationError(error)
        }
        try requireOwnership(of: arn.owner, named: text, for: operation)
        return arn
    }
}

extension TableDirectory {
    /// The table that an ARN names.
    func table(
        arn text: String, for operation: StaticString, of owner: ResourceOwner
    ) throws(OperationError) -> Table {
        let arn = try owner.ownARN(parsing: text, for: operation)
        guard arn.part == .table, let table = tables[arn.table] else {
            throw .resourceNotFound("Requested resource not found: ResourcArn: \(text) not found")
        }
        return table
    }
}
