import MartletEncoding
import MartletModel
import Testing

@testable import MartletWire

func decodeAttributes(_ json: String) throws -> DecodedAttributes {
    try withReader(json) { reader throws(WireError) in
        let decoded = try reader.readOptionalAttributes()!
        try reader.finish()
        return decoded
    }
}

@Suite struct ItemJSONTests {
    @Test("every type is read into its value and written as the service writes it")
    func everyType() throws {
        let cases: [(String, AttributeValue, String)] = [
            (#"{"S":"aé\u20ac"}"#, .string("aé€"), #"{"S":"aé€"}"#),
            (#"{"S":""}"#, .string(""), #"{"S":""}"#),
            (#"{"N":"+003.10e1"}"#, .number(DecimalNumber(31)), #"{"N":"31"}"#),
            (#"{"N":"\u0034"}"#, .number(DecimalNumber(4)), #"{"N":"4"}"#),
            (#"{"B":"AQID"}"#, .binary([1, 2, 3]), #"{"B":"AQID"}"#),
            (#"{"B":"\/\/8="}"#, .binary([255, 255]), #"{"B":"//8="}"#),
            (#"{"B":""}"#, .binary([]), #"{"B":""}"#),
            (#"{"BOOL":false}"#, .bool(false), #"{"BOOL":false}"#),
            (#"{"NULL":true}"#, .null, #"{"NULL":true}"#),
            (
                #"{"SS":["b","","a"]}"#, .stringSet(SortedSet(distinct: ["b", "", "a"])!),
                #"{"SS":["","a","b"]}"#
            ),
            (
                #"{"NS":["10","9.0"]}"#,
                .numberSet(SortedSet(distinct: [DecimalNumber(10), DecimalNumber(9)])!),
                #"{"NS":["9","10"]}"#
            ),
            (
                #"{"BS":["Ag==","AQ=="]}"#,
                .binarySet(SortedSet(distinct: [Binary([2]), Binary([1])])!),
                #"{"BS":["AQ==","Ag=="]}"#
            ),
            (#"{"L":[]}"#, .list([]), #"{"L":[]}"#),
            (
                #"{"L":[{"S":"x"},{"L":[{"NULL":true}]}]}"#,
                .list([.string("x"), .list([.null])]), #"{"L":[{"S":"x"},{"L":[{"NULL":true}]}]}"#
            ),
            (
                #"{"M":{"b":{"N":"1"},"a":{"M":{}}}}"#,
                .map(["b": .number(DecimalNumber(1)), "a": .map([:])]),
                #"{"M":{"a":{"M":{}},"b":{"N":"1"}}}"#
            ),
            (#"{"S":"a","Other":{"x":1},"N":null}"#, .string("a"), #"{"S":"a"}"#),
            (#"{"S":"a","S":"b"}"#, .string("b"), #"{"S":"b"}"#),
        ]
        for (json, value, text) in cases {
            let decoded = try decodeAttributes("{\"v\": \(json)}")
            #expect(decoded.problem == nil, "\(json)")
            #expect(decoded.values == ["v": value], "\(json)")
            #expect(written { $0.value(value) } == text)
            // A stored record gives the same text without becoming values.
            let item: AttributeMap = ["v": value, "a\"": .null]
            let viaRecord = written { ItemRecord(item).writeJSON(to: &$0) }
            #expect(viaRecord == written { item.writeJSON(to: &$0) })
            #expect(try decodeAttributes(viaRecord).values == item)
        }
    }

    @Test("attributes come in any order; the last of one name stays")
    func attributeOrder() throws {
        let decoded = try decodeAttributes(
            #"{"c":{"N":"3"},"a":{"N":"1"},"b":{"N":"2"},"a":{"N":"4"}}"#)
        #expect(decoded.values.map(\.name.string) == ["a", "b", "c"])
        #expect(decoded.values["a"] == .number(DecimalNumber(4)))
    }

    private static let invalid = "One or more parameter values were invalid: "
    private static let severalTypes =
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        + "supported datatypes"
    private static let noType =
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"

    /// Values that are wrong, with the newest text and, where it differs, the older one.
    private static let problems: [(json: String, text: String, older: String?)] = [
        ("{}", noType, nil),
        ("null", noType, nil),
        (#"{"S":null}"#, noType, nil),
        (#"{"X":"a"}"#, noType, nil),
        (#"{"S":"a","N":"1"}"#, severalTypes, nil),
        (#"{"NULL":true,"BOOL":true}"#, severalTypes, nil),
        (
            #"{"NULL":false}"#, invalid + "Null attribute value types must have the value of true",
            nil
        ),
        (#"{"SS":[]}"#, invalid + "An string set  may not be empty", nil),
        (#"{"NS":[]}"#, invalid + "An number set  may not be empty", nil),
        (#"{"BS":[]}"#, invalid + "Binary sets should not be empty", nil),
        (
            #"{"SS":["b","a","b"]}"#,
            invalid + #"Input collection ["a", "b", "b"] contains duplicates."#,
            invalid + "Input collection [b, a, b] contains duplicates."
        ),
        (
            #"{"SS":["c","b","a","b","d"]}"#,
            invalid + #"Input collection ["a", "b", "c", "b", "d"] contains duplicates."#,
            invalid + "Input collection [c, b, a, b, d] contains duplicates."
        ),
        (
            #"{"BS":["Ag==","AQ==","Ag=="]}"#,
            invalid + #"Input collection ["AQ==", "Ag==", "Ag=="]of type BS contains duplicates."#,
            invalid + "Input collection [Ag==, AQ==, Ag==]of type BS contains duplicates."
        ),
        (#"{"NS":["1","1.0"]}"#, "Input collection contains duplicates", nil),
        (#"{"N":"abc"}"#, "The parameter cannot be converted to a numeric value: abc", nil),
        (#"{"N":""}"#, "The parameter cannot be converted to a numeric value: ", nil),
        (#"{"N":" 1"}"#, "The parameter cannot be converted to a numeric value:  1", nil),
        (#"{"N":"NaN"}"#, "The parameter cannot be converted to a numeric value: NaN", nil),
        (
            #"{"N":"1e126"}"#,
            "Number overflow. Attempting to store a number with magnitude larger than supported "
                + "range", nil
        ),
        (
            #"{"N":"1e-131"}"#,
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
                + "range", nil
        ),
        (
            #"{"N":"123456789012345678901234567890123456789"}"#,
            "Attempting to store more than 38 significant digits in a Number", nil
        ),
        (#"{"NS":["1","x"]}"#, "The parameter cannot be converted to a numeric value: x", nil),
        // Inside documents as at the top.
        (#"{"L":[{"S":"a"},{"M":{"x":{}}}]}"#, noType, nil),
        (
            #"{"M":{"x":{"L":[{"SS":[]}]}}}"#, invalid + "An string set  may not be empty", nil
        ),
    ]

    @Test("a wrong value is noted with its entry, and its text follows the generation")
    func problemTexts() throws {
        for (json, text, older) in Self.problems {
            let decoded = try decodeAttributes(#"{"ok":{"S":"x"},"bad":\#(json),"z":{"N":"-"}}"#)
            let problem = try #require(decoded.problem, "\(json)")
            #expect(problem.entry == "bad", "\(json)")
            #expect(problem.text(in: .plain) == text, "\(json)")
            #expect(problem.text(in: .enveloped) == text, "\(json)")
            #expect(problem.text(in: .older) == older ?? text, "\(json)")
            #expect(problem.expressionValueText(in: .plain) == text, "\(json)")
            #expect(
                problem.expressionValueText(in: .older)
                    == "ExpressionAttributeValues contains invalid value: \(older ?? text) "
                    + "for key bad", "\(json)")
            #expect(throws: WireError.validation("1 validation error detected: " + text)) {
                try decoded.checked(.enveloped)
            }
        }
    }

    @Test("names of attributes have 1 to 65,535 bytes, at the top and in maps")
    func names() throws {
        func problem(_ name: String) throws -> [String?] {
            try [#"{"\#(name)":{"S":""}}"#, #"{"m":{"M":{"\#(name)":{"S":""}}}}"#].map { json in
                try decodeAttributes(json).problem?.text(in: .plain)
            }
        }
        let empty = Self.invalid + "Attribute name must not be empty"
        let long = Self.invalid + "Attribute name is too large, must be less than 65536 bytes"
        #expect(try problem("") == [empty, empty])
        #expect(try problem(String(repeating: "é", count: 32_768)) == [long, long])
        #expect(try problem(String(repeating: "n", count: 65_535)) == [nil, nil])
        #expect(try problem(".#[0] ") == [nil, nil])
    }

    @Test("31 lists or maps around a leaf fit, 32 do not")
    func nesting() throws {
        let text =
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            + "levels beyond supported limit"
        for (open, close) in [(#"{"L":["#, "]}"), (#"{"M":{"k":"#, "}}")] {
            func nested(_ levels: Int) -> String {
                let around = String(repeating: open, count: levels)
                return "{\"v\":" + around + #"{"S":"x"}"#
                    + String(repeating: close, count: levels) + "}"
            }
            let deepest = try decodeAttributes(nested(31))
            #expect(deepest.problem == nil)
            #expect(deepest.values["v"]?.nestingDepth == 31)
            #expect(try decodeAttributes(nested(32)).problem?.text(in: .plain) == text)
            #expect(try decodeAttributes(nested(200)).problem?.text(in: .older) == text)
        }
    }

    @Test("a member of the wrong JSON type inside a value is a failure of its own")
    func wrongTypes() {
        let start = "Start of structure or map found where not expected"
        let cases: [(String, String)] = [
            ("1", "Unexpected value type in payload"),
            ("\"a\"", "Unexpected value type in payload"),
            (
                "[]",
                "Unrecognized collection type class "
                    + "com.amazonaws.dynamodb.v20120810.AttributeValue"
            ),
            (#"{"S":1}"#, "NUMBER_VALUE cannot be converted to String"),
            (#"{"N":3}"#, "NUMBER_VALUE cannot be converted to String"),
            (#"{"N":3.5}"#, "DECIMAL_VALUE cannot be converted to String"),
            (#"{"N":{}}"#, start),
            (#"{"B":1}"#, "only base-64-encoded strings are convertible to bytes"),
            (
                #"{"B":"abc"}"#,
                "Base64 encoded length is expected a multiple of 4 bytes but found: 3"
            ),
            (#"{"BOOL":"true"}"#, "Unexpected token received from parser"),
            (#"{"BOOL":1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
            (#"{"NULL":"no"}"#, "Unexpected token received from parser"),
            (#"{"SS":"a"}"#, "Unexpected field type"),
            (#"{"SS":[1]}"#, "NUMBER_VALUE cannot be converted to String"),
            (#"{"NS":[1]}"#, "NUMBER_VALUE cannot be converted to String"),
            (
                #"{"BS":["a"]}"#,
                "Base64 encoded length is expected a multiple of 4 bytes but found: 1"
            ),
            (#"{"L":{}}"#, start),
            (#"{"L":[1]}"#, "Unexpected value type in payload"),
            (#"{"M":1}"#, "Unexpected field type"),
            (
                #"{"M":[]}"#,
                "Unrecognized collection type java.util.Map<java.lang.String, "
                    + "com.amazonaws.dynamodb.v20120810.AttributeValue>"
            ),
            (#"{"M":{"x":{"N":5}}}"#, "NUMBER_VALUE cannot be converted to String"),
        ]
        for (json, text) in cases {
            #expect(throws: WireError.serialization(text), "\(json)") {
                try decodeAttributes("{\"v\": \(json)}")
            }
        }
    }

    @Test("random items survive being written and read, through values and through records")
    func roundTrips() throws {
        for seed in UInt64(0)..<500 {
            var random = FuzzRandom(state: seed)
            var item = AttributeMap()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                item[Text("n\(Self.text(&random))")] = Self.value(&random, level: 0)
            }
            let json = written { item.writeJSON(to: &$0) }
            let decoded = try decodeAttributes(json)
            #expect(decoded.problem == nil && decoded.values == item, "seed \(seed)")
            #expect(written { ItemRecord(item).writeJSON(to: &$0) } == json, "seed \(seed)")
        }
    }

    @Test("vectors in records become the JSON that their numbers were written as")
    func vectors() throws {
        for seed in UInt64(0)..<60 {
            var random = FuzzRandom(state: seed)
            // Numbers of floats, of floats that became doubles, of doubles, and others.
            let lists = (0..<4).map { kind in
                (0..<Int.random(in: 8...40, using: &random)).map { _ in
                    let float = Float.random(in: -1...1, using: &random)
                    let power = Int.random(in: -20...20, using: &random)
                    let text =
                        switch kind {
                        case 0: float.description
                        case 1: Double(float).description
                        case 2: Double.random(in: -1...1, using: &random).description
                        default: "\(float.significandBitPattern)e\(power)"
                        }
                    return AttributeValue.number(try! DecimalNumber(parsing: text))
                }
            }
            let item: AttributeMap = [
                "a": .list(lists[0]), "b": .list(lists[1]),
                "c": .list([.list(lists[2]), .map(["d": .list(lists[3]), "e": .null])]),
            ]
            let json = written { item.writeJSON(to: &$0) }
            #expect(written { ItemRecord(item).writeJSON(to: &$0) } == json, "seed \(seed)")
        }
    }

    private static func text(_ random: inout FuzzRandom) -> Text {
        let alphabet = Array("ab\"\\\n é€😀")
        return Text(
            String(
                (0..<Int.random(in: 0...18, using: &random))
                    .map { _ in alphabet.randomElement(using: &random)! }))
    }

    private static func value(_ random: inout FuzzRandom, level: Int) -> AttributeValue {
        func number() -> DecimalNumber {
            let digits = Int.random(in: -1_000_000...1_000_000, using: &random)
            return try! DecimalNumber(
                parsing: "\(digits)e\(Int.random(in: -20...20, using: &random))")
        }
        func bytes() -> [UInt8] {
            (0..<Int.random(in: 0...9, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        switch Int.random(in: 0..<(level < 3 ? 10 : 8), using: &random) {
        case 0: return .string(text(&random))
        case 1: return .number(number())
        case 2: return .binary(bytes())
        case 3: return .bool(Bool.random(using: &random))
        case 4: return .null
        case 5: return .stringSet(SortedSet(distinct: [text(&random)])!)
        case 6:
            let members = Set((0..<3).map { _ in number() })
            return .numberSet(SortedSet(distinct: Array(members))!)
        case 7: return .binarySet(SortedSet(distinct: [Binary(bytes())])!)
        case 8: return .list((0..<3).map { _ in value(&random, level: level + 1) })
        default:
            return .map([
                Text("a\(text(&random))"): value(&random, level: level + 1),
                Text("\(text(&random))b"): value(&random, level: level + 1),
            ])
        }
    }
}
