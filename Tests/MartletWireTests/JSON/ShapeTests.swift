import MartletModel
import Testing

@testable import MartletWire

/// What the service answers when a member has another JSON type than its model says. Sources: its
/// public behaviour as emulators record it; the class names are those of its implementation.
@Suite struct ShapeTests {
    private enum Member: CaseIterable {
        case string, boolean, integer, long, blob, structure, entryStructure, map, list, nestedList
    }

    private func read(_ json: String, as member: Member) throws {
        try withReader(json) { reader throws(WireError) in
            switch member {
            case .string: _ = try reader.readOptionalString()
            case .boolean: _ = try reader.readOptionalBool()
            case .integer: _ = try reader.readOptionalInteger(.integer)
            case .long: _ = try reader.readOptionalInteger(.long)
            case .blob: _ = try reader.readOptionalBlob()
            case .structure: _ = try reader.beginStructure("Projection")
            case .entryStructure: _ = try reader.beginStructure("Tag", isEntry: true)
            case .map: _ = try reader.beginMap(of: "java.lang.String")
            case .list: _ = try reader.beginList()
            case .nestedList: _ = try reader.beginNested(.array)
            }
        }
    }

    @Test("a value of the wrong type is refused with the service's text for it")
    func wrongTypes() {
        let start = "Start of structure or map found where not expected"
        let cast =
            "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to "
            + "class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl "
            + "and java.lang.Class are in module java.base of loader 'bootstrap')"
        let model = "com.amazonaws.dynamodb.v20120810"
        let cases: [(Member, String, String)] = [
            (.string, "23", "NUMBER_VALUE cannot be converted to String"),
            (.string, "3.5", "DECIMAL_VALUE cannot be converted to String"),
            (.string, "true", "TRUE_VALUE cannot be converted to String"),
            (.string, "false", "FALSE_VALUE cannot be converted to String"),
            (.string, "[]", "Unrecognized collection type class java.lang.String"),
            (.string, "{}", start),
            (.boolean, "\"true\"", "Unexpected token received from parser"),
            (.boolean, "23", "NUMBER_VALUE cannot be converted to Boolean"),
            (.boolean, "34.56", "DECIMAL_VALUE cannot be converted to Boolean"),
            (.boolean, "[]", "Unrecognized collection type class java.lang.Boolean"),
            (.boolean, "{}", start),
            (.integer, "\"23\"", "STRING_VALUE cannot be converted to Integer"),
            (.integer, "true", "TRUE_VALUE cannot be converted to Integer"),
            (.integer, "false", "FALSE_VALUE cannot be converted to Integer"),
            (.integer, "[]", "Unrecognized collection type class java.lang.Integer"),
            (.integer, "{}", start),
            (.long, "\"23\"", "STRING_VALUE cannot be converted to Long"),
            (.long, "[]", "Unrecognized collection type class java.lang.Long"),
            (.blob, "true", "only base-64-encoded strings are convertible to bytes"),
            (.blob, "2.5", "only base-64-encoded strings are convertible to bytes"),
            (.blob, "[]", "Unrecognized collection type class java.nio.ByteBuffer"),
            (.blob, "{}", start),
            (
                .blob, "\"23456\"",
                "Base64 encoded length is expected a multiple of 4 bytes but found: 5"
            ),
            (.blob, "\"=+/=\"", "Invalid last non-pad Base64 character dectected"),
            (.blob, "\"AA*A\"", "Invalid Base64 character: '*'"),
            (.structure, "23", "Unexpected field type"),
            (.structure, "[]", "Unrecognized collection type class \(model).Projection"),
            (.entryStructure, "23", "Unexpected value type in payload"),
            (.entryStructure, "[]", "Unrecognized collection type class \(model).Tag"),
            (.map, "\"a\"", "Unexpected field type"),
            (
                .map, "[]",
                "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"
            ),
            (.list, "true", "Unexpected field type"),
            (.list, "{}", start),
            (.nestedList, "{}", cast),
            (.nestedList, "1", cast),
        ]
        for (member, json, text) in cases {
            #expect(throws: WireError.serialization(text), "\(member) \(json)") {
                try read(json, as: member)
            }
        }
    }

    @Test("null stands for an absent member of any type")
    func nullIsAbsent() throws {
        for member in Member.allCases { try read(" null", as: member) }
    }

    @Test("a body that is not JSON is reported as that, even behind a member of the wrong type")
    func malformedFirst() throws {
        func decode(_ body: String) throws(WireError) -> String? {
            let result = Array(body.utf8).withUnsafeBufferPointer { bytes in
                Result { () throws(WireError) in
                    try readBody(bytes) { reader, progress throws(WireError) -> String? in
                        var name: String?
                        while let member = try reader.nextMember(&progress) {
                            switch member {
                            case "TableName": name = try reader.readOptionalString()
                            default: try reader.skipValue()
                            }
                        }
                        return name
                    }
                }
            }
            return try result.get()
        }
        let wrong = WireError.serialization("NUMBER_VALUE cannot be converted to String")
        #expect(throws: wrong) { try decode(#"{"TableName": 1}"#) }
        #expect(throws: wrong) { try decode(#"{"TableName": 1, "x": []}"#) }
        for body in [#"{"TableName": 1"#, #"{"TableName": 1}}"#, #"{"TableName": 1, "x": [}"#] {
            #expect(throws: WireError.malformed) { try decode(body) }
        }
        for body in ["", "[]", "\"a\"", "1", "null"] {
            #expect(throws: WireError.malformed) { try decode(body) }
        }
        // The last of two members counts, null included; unknown members are skipped.
        #expect(try decode(#"{"TableName":"a","X":{"y":[1]},"TableName":"b"}"#) == "b")
        #expect(try decode(#"{"TableName":"a","TableName":null}"#) == nil)
    }
}
