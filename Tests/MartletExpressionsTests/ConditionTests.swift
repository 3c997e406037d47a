import MartletModel
import Testing

@testable import MartletExpressions

@Suite struct ConditionTests {
    @Test("smoke") func smoke() throws {
        var b = try ExpressionBinder(names: ["#a": "a.b"], values: [":v": .number(DecimalNumber(3))])
        let c = try b.condition("(#a = :v OR NOT size(x) > :v) AND attribute_exists(l[1].z)")
        #expect(c.holds(for: ["a.b": .number(DecimalNumber(3)), "l": .list([.null, .map(["z": .null])])] as Item))
        try b.requireAllUsed()
        let p = try b.projection("a, l[0].x, l[3]")
        print(p.apply(to: ["a": .null, "l": .list([.map(["x": .null]), .null, .null, .bool(true)])] as Item))
    }
}
