// PartiQL in few words: statements, their parameters, and what they show.

package import MartletEngine
package import MartletModel

extension TestDatabase {
    /// One page of a statement.
    @discardableResult
    package func execute(
        _ text: String, _ parameters: AttributeValue..., limit: Int? = nil,
        from token: [UInt8]? = nil, isConsistent: Bool = false,
        report: CapacityReport = .none, returnsItem: Bool = false
    ) throws(OperationError) -> ExecuteStatement.Output {
        try engine.run(
            ExecuteStatement(
                ParsedStatement(text, parameters: parameters), isConsistent: isConsistent,
                limit: limit, nextToken: token, capacityReport: report,
                returnsItemOnConditionFailure: returnsItem))
    }

    /// Every row but those that say which table this is, to compare databases with.
    package var rows: [String] { dump().filter { !$0.hasPrefix("catalog") } }

    /// All pages of a statement.
    package func pages(_ text: String, limit: Int? = nil) throws(OperationError) -> [[Item]] {
        var pages: [[Item]] = []
        var token: [UInt8]?
        repeat {
            let page = try execute(text, limit: limit, from: token)
            pages.append(page.items.map(\.item))
            token = page.nextToken
        } while token != nil
        return pages
    }
}
