import MartletCatalog
import MartletEngine
import MartletModel
import Testing

@testable import MartletWire

@Suite struct ScanTests {
    private func scan(_ members: String) -> String { #"{"TableName":"t",\#(members)}"# }

    @Test("errors come in their documented order")
    func order() {
        func range(_ value: Int, _ path: String, _ end: String) -> String {
            "Value '\(value)' at '\(path)' failed to satisfy constraint: "
                + "Member must have value \(end)"
        }
        expectRefusals(
            of: Scan.self,
            [
                (
                    scan(#""Limit":0,"TotalSegments":0,"Segment":-1"#),
                    Texts.joined(
                        range(0, "limit", "greater than or equal to 1"),
                        range(0, "totalSegments", "greater than or equal to 1"),
                        range(-1, "segment", "greater than or equal to 0"))
                ),
                (
                    scan(#""TotalSegments":1000001"#),
                    Texts.joined(range(1_000_001, "totalSegments", "less than or equal to 1000000"))
                ),
                (
                    scan(#""FilterExpression":"","ScanFilter":{},"AttributesToGet":["a"]"#),
                    Texts.mixed("AttributesToGet, ScanFilter", "FilterExpression")
                ),
                (
                    scan(#""FilterExpression":"","Segment":1,"ExclusiveStartKey":{"a":{}}"#),
                    "The provided starting key is invalid: Supplied AttributeValue is empty, must "
                        + "contain exactly one of the supported datatypes"
                ),
                (
                    scan(#""FilterExpression":"","Segment":1"#),
                    "The TotalSegments parameter is required but was not present in the request "
                        + "when Segment parameter is present"
                ),
                (
                    scan(#""FilterExpression":"","TotalSegments":1"#),
                    "The Segment parameter is required but was not present in the request when "
                        + "parameter TotalSegments is present"
                ),
                (
                    scan(#""FilterExpression":"","TotalSegments":2,"Segment":2"#),
                    "The Segment parameter is zero-based and must be less than parameter "
                        + "TotalSegments: Segment: 2 is not less than TotalSegments: 2"
                ),
                (
                    scan(#""FilterExpression":"","Select":"SPECIFIC_ATTRIBUTES""#),
                    "Must specify the AttributesToGet or ProjectionExpression when choosing to "
                        + "get SPECIFIC_ATTRIBUTES"
                ),
                (
                    scan(#""FilterExpression":"""#),
                    "Invalid FilterExpression: The expression can not be empty;"
                ),
            ])
    }

    @Test("a sound request becomes the operation")
    func decodes() throws {
        let operation = try decode(
            Scan.self,
            scan(#""TotalSegments":4,"Segment":3,"Limit":5,"FilterExpression":"size(a) = size(b)""#)
        ).operation
        #expect(operation.segment?.number == 3 && operation.segment?.total == 4)
        #expect(operation.reading.limit == 5 && operation.reading.filter != nil)
    }
}
