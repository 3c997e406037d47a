// Tables named by their ARN, as the tagging operations do.

internal import MartletCatalog
internal import MartletModel

extension TableDirectory {
    /// The table that an ARN names. Resources of other owners are not ours to show, and AWS does
    /// not say whether they exist.
    func table(
        arn text: String, for operation: StaticString, of owner: ResourceOwner
    ) throws(OperationError) -> Table {
        let arn: ResourceARN
        do throws(ValidationError) {
            arn = try ResourceARN(parsing: text)
        } catch {
            throw OperationError(error)
        }
        guard arn.owner == owner else {
            throw .accessDenied(
                "User: arn:aws:iam::\(owner.account):root is not authorized to perform: "
                    + "dynamodb:\(operation) on resource: \(text)")
        }
        guard arn.part == .table, let table = tables[arn.table] else {
            throw .resourceNotFound("Requested resource not found: ResourcArn: \(text) not found")
        }
        return table
    }
}
