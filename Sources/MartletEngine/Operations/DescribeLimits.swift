/// DescribeLimits: the quotas of an account, as AWS sets them for a new one.
package struct DescribeLimits: Sendable {
    package init() {}

    package struct Output: Sendable {
        package var accountReadUnits: Int
        package var accountWriteUnits: Int
        package var tableReadUnits: Int
        package var tableWriteUnits: Int
    }
}
