import MartletModel
import Testing

@testable import MartletExpressions

@Suite struct LimitTests {
    private func message(_ body: () throws(ValidationError) -> Void) -> String? {
        do throws(ValidationError) {
            try body()
            return nil
        } catch {
            return error.message
        }
    }

    @Test("an expression has at most 4,096 bytes as sent; an update's message leaves out its size")
    func expressionSize() throws {
        let longest = "a = :v" + String(repeating: " ", count: 4_090)
        var binder = try ExpressionBinder(names: nil, values: [":v": .null])
        #expect(message { () throws(ValidationError) in _ = try binder.condition(longest) } == nil)
        for kind in [ExpressionKind.condition, .filter] {
            #expect(
                message { () throws(ValidationError) in
                    _ = try binder.condition(longest + "  ", kind: kind)
                } == "Invalid \(kind.parameterName): Expression size has exceeded the maximum "
                    + "allowed size; expression size: 4098")
        }
        let update = "SET a = :v" + String(repeating: " ", count: 4_087)
        #expect(
            message { () throws(ValidationError) in _ = try binder.update(update) }
                == "Invalid UpdateExpression: Expression size has exceeded the maximum allowed "
                + "size;")
        // Bytes count, not characters.
        let wide = "a = :v" + String(repeating: "ü", count: 2_046)
        #expect(
            message { () throws(ValidationError) in _ = try binder.projection(wide) }
                == "Invalid ProjectionExpression: Expression size has exceeded the maximum "
                + "allowed size; expression size: 4098")
    }

    @Test("300 operators and functions are accepted, 301 are not")
    func operatorCount() throws {
        // n comparisons and n - 1 ANDs; NOT makes it even.
        let text = Array(repeating: "a=:v", count: 150).joined(separator: " AND ")
        var binder = try ExpressionBinder(names: nil, values: [":v": .null])
        #expect(
            message { () throws(ValidationError) in _ = try binder.condition("NOT " + text) }
                == nil)
        #expect(
            message { () throws(ValidationError) in _ = try binder.condition("NOT NOT " + text) }
                == "Invalid ConditionExpression: The expression contains too many operators; "
                + "operator count: 301")
    }

    @Test("the operands of IN count as no operators, and 100 of them are accepted")
    func inOperands() throws {
        var binder = try ExpressionBinder(names: nil, values: [":v": .null])
        func list(_ count: Int) -> String {
            "a IN (" + Array(repeating: ":v", count: count).joined(separator: ",") + ")"
        }
        let four = Array(repeating: list(100), count: 4).joined(separator: " OR ")
        #expect(message { () throws(ValidationError) in _ = try binder.condition(four) } == nil)
        #expect(
            message { () throws(ValidationError) in _ = try binder.condition(list(101)) }
                == "Invalid ConditionExpression: The IN operator is provided with too many "
                + "operands; number of operands: 101")
    }

    @Test("a placeholder has at most 255 bytes, and a name placeholder names something")
    func placeholderSize() {
        let long = Text("#" + String(repeating: "a", count: 255))
        #expect(
            message { () throws(ValidationError) in
                _ = try ExpressionBinder(names: [long: "a"], values: nil)
            }
                == "ExpressionAttributeNames contains invalid key: The expression attribute map "
                + "contains a key that is too long; size of key: 256")
        #expect(
            message { () throws(ValidationError) in
                _ = try ExpressionBinder(names: ["#a": ""], values: nil)
            }
                == "ExpressionAttributeNames contains invalid value: Empty attribute name for "
                + "key #a")
    }

    @Test("many placeholders are all told apart", arguments: [1, 8, 9, 63, 64, 65, 128, 200])
    func manyPlaceholders(_ count: Int) throws {
        var values = AttributeMap()
        var names: [Text: Text] = [:]
        for index in 0..<count {
            values[Text(":v\(index)")] = .number(DecimalNumber(index))
            names[Text("#n\(index)")] = Text("attribute\(index)")
        }
        for unused in Set([0, count / 2, count - 1]) {
            var binder = try ExpressionBinder(names: names, values: values)
            for index in 0..<count where index != unused {
                let condition = try binder.condition("#n\(index) = :v\(index)")
                let item: Item = [Text("attribute\(index)"): .number(DecimalNumber(index))]
                #expect(condition.holds(for: item))
            }
            #expect(
                message { () throws(ValidationError) in try binder.requireAllUsed() }
                    == "Value provided in ExpressionAttributeNames unused in expressions: keys: "
                    + "{#n\(unused)}")
        }
    }

    @Test("573 words are reserved, in any case")
    func reservedWords() {
        #expect(ReservedWords.words.count == 573)
        #expect(ReservedWords.words.allSatisfy { $0 == $0.uppercased() })
        #expect(ReservedWords.contain("Abort"))
        #expect(ReservedWords.contain("zone"))
        #expect(ReservedWords.contain("LOCALTIMESTAMP"))
        #expect(!ReservedWords.contain("zones"))
        #expect(!ReservedWords.contain("localtimestamps"))
    }

    @Test("function names may be used as attribute names where they are not reserved")
    func functionNames() throws {
        var binder = try ExpressionBinder(names: nil, values: [":v": .null])
        let condition = try binder.condition("contains = :v AND attribute_exists(begins_with)")
        #expect(condition.holds(for: ["contains": .null, "begins_with": .null] as Item))
    }
}
