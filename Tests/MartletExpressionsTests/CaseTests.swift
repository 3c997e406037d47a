import Testing

@testable import MartletExpressions

@Suite struct CaseTests {
    @Test(
        "every case of a table gives what the service gives",
        arguments: [
            "conditions", "condition-errors", "syntax-errors", "projections", "updates",
            "update-errors", "key-conditions", "placeholders", "error-order",
        ])
    func table(_ name: String) throws {
        let table = try CaseTable(name)
        #expect(!table.cases.isEmpty)
        let outputs = try table.cases.map { try $0.output() }
        if CaseTable.rewrites { return try table.rewrite(outputs) }
        for (test, output) in zip(table.cases, outputs) {
            #expect(output == test.expected, "\(name).txt, \(test)")
        }
    }
}
