// Random conditions, written as text, against a plain evaluation of the tree they came from; and
// random projections and updates of lists against arrays.

import MartletModel
import Testing

@testable import MartletExpressions

/// A condition as a tree over the booleans p0, p1, …, evaluated the obvious way.
private indirect enum Tree {
    case flag(Int)
    case not(Tree)
    case and(Tree, Tree)
    case or(Tree, Tree)

    static func random(depth: Int, _ random: inout Seeded) -> Tree {
        switch depth == 0 ? 0 : Int.random(in: 0..<6, using: &random) {
        case 1: return .not(.random(depth: depth - 1, &random))
        case 2, 3:
            return .and(
                .random(depth: depth - 1, &random), .random(depth: depth - 1, &random))
        case 4, 5:
            return .or(
                .random(depth: depth - 1, &random), .random(depth: depth - 1, &random))
        default: return .flag(Int.random(in: 0..<6, using: &random))
        }
    }

    func value(_ flags: [Bool]) -> Bool {
        switch self {
        case .flag(let index): flags[index]
        case .not(let tree): !tree.value(flags)
        case .and(let left, let right): left.value(flags) && right.value(flags)
        case .or(let left, let right): left.value(flags) || right.value(flags)
        }
    }

    /// Parentheses stand only where they are needed; `level` is 0 for OR, 1 for AND, 2 for NOT.
    func text(above level: Int = 0) -> String {
        let (own, text): (Int, String)
        switch self {
        case .flag(let index): (own, text) = (3, "p\(index) = :t")
        case .not(let tree): (own, text) = (2, "NOT " + tree.text(above: 2))
        case .and(let left, let right):
            (own, text) = (1, left.text(above: 1) + " AND " + right.text(above: 1))
        case .or(let left, let right):
            (own, text) = (0, left.text(above: 0) + " OR " + right.text(above: 0))
        }
        return own < level ? "(\(text))" : text
    }

    var condition: Condition {
        switch self {
        case .flag(let index):
            .comparison(.attribute(Text("p\(index)")), .equal, .value(.bool(true)))
        case .not(let tree): .not(tree.condition)
        case .and(let left, let right): .all([left.condition, right.condition])
        case .or(let left, let right): .any([left.condition, right.condition])
        }
    }
}

@Suite struct ModelTests {
    @Test("a condition means what its tree means, read from text or built", arguments: 0..<4)
    func conditions(_ run: UInt64) throws {
        var random = Seeded(7_000 + run)
        for _ in 0..<200 {
            let tree = Tree.random(depth: 5, &random)
            let text = tree.text()
            var binder = try ExpressionBinder(names: nil, values: [":t": .bool(true)])
            let read = try binder.condition(text)
            let built = ConditionExpression(tree.condition)
            for bits in 0..<64 {
                let flags = (0..<6).map { bits >> $0 & 1 == 1 }
                var item = Item()
                for (index, flag) in flags.enumerated() {
                    item[Text("p\(index)")] = .bool(flag)
                }
                #expect(read.holds(for: item) == tree.value(flags), "run \(run): \(text)")
                #expect(built.holds(for: item) == tree.value(flags), "run \(run): \(text)")
            }
        }
    }

    @Test("assignments and removals in one list match an array", arguments: 0..<4)
    func listUpdates(_ run: UInt64) throws {
        var random = Seeded(9_000 + run)
        for _ in 0..<300 {
            let count = Int.random(in: 0...6, using: &random)
            let old = (0..<count).map { AttributeValue.number(DecimalNumber($0)) }
            let indexes = Array((0..<9).shuffled(using: &random).prefix(4))
            let sets = Array(indexes.prefix(Int.random(in: 1...3, using: &random)))
            let removals = indexes.dropFirst(sets.count)
            var text = "SET " + sets.map { "l[\($0)] = :v\($0)" }.joined(separator: ", ")
            text += " REMOVE " + removals.map { "l[\($0)]" }.joined(separator: ", ")
            var values = AttributeMap()
            for index in sets { values[Text(":v\(index)")] = .string(Text("new\(index)")) }

            // The same on an array: positions stay until all is assigned.
            var slots: [AttributeValue?] = old
            for index in sets where index < count { slots[index] = .string(Text("new\(index)")) }
            for index in removals where index < count { slots[index] = nil }
            for index in sets.sorted() where index >= count {
                slots.append(.string(Text("new\(index)")))
            }

            var binder = try ExpressionBinder(names: nil, values: values)
            let update = try binder.update(text)
            let result = try update.apply(to: ["l": .list(old)])
            #expect(
                result == ["l": .list(slots.compactMap { $0 })], "run \(run): \(text), \(count)")
        }
    }

    @Test("a built condition tests what it says")
    func builtConditions() {
        let item: Item = [
            "n": .number(DecimalNumber(5)), "s": .string("abc"), "l": .list([.null]),
        ]
        func holds(_ condition: Condition) -> Bool {
            ConditionExpression(condition).holds(for: item)
        }
        let five = Condition.Operand.value(.number(DecimalNumber(5)))
        let path = AttributePath("n")
        #expect(holds(.all([])))
        #expect(!holds(.any([])))
        #expect(!holds(.not(.all([]))))
        #expect(holds(.isIn(.attribute("n"), [.value(.null), five])))
        #expect(!holds(.isIn(.attribute("n"), [.value(.null)])))
        #expect(holds(.between(.attribute("n"), five, five)))
        #expect(holds(.exists(path)))
        #expect(holds(.notExists(AttributePath("x"))))
        #expect(holds(.hasType(path, .number)))
        #expect(!holds(.hasType(path, .string)))
        #expect(holds(.beginsWith(.attribute("s"), .value(.string("ab")))))
        #expect(holds(.contains(.attribute("s"), .value(.string("bc")))))
        #expect(holds(.comparison(.size(AttributePath("s")), .less, five)))
        #expect(
            holds(
                .any([
                    .exists(AttributePath("x")), .all([.exists(path), .not(.notExists(path))]),
                ])))
        #expect(
            ConditionExpression(.all([.exists(path), .notExists(AttributePath("x"))])).paths
                == [path, AttributePath("x")])
    }

    @Test("a built update does what it says")
    func builtUpdates() throws {
        let list = AttributePath("l")
        let update = UpdateExpression([
            .set(
                list,
                .listAppend(.ifNotExists(list, .value(.list([]))), .value(.list([.null])))),
            .set(
                AttributePath("n"),
                .difference(
                    .sum(.path(AttributePath("m")), .value(.number(DecimalNumber(2)))),
                    .value(.number(DecimalNumber(1))))),
            .remove(AttributePath("gone")),
            .add(AttributePath("c"), .number(DecimalNumber(1))),
            .delete(AttributePath("d"), .numberSet(SortedSet(distinct: [.zero])!)),
        ])
        let result = try update.apply(to: [
            "m": .number(DecimalNumber(3)), "gone": .null,
            "d": .numberSet(SortedSet(distinct: [.zero])!),
        ])
        #expect(
            result == [
                "m": .number(DecimalNumber(3)), "n": .number(DecimalNumber(4)),
                "l": .list([.null]), "c": .number(DecimalNumber(1)),
            ])
        #expect(update.touchedPaths.map(\.root) == ["l", "n", "gone", "c", "d"])
        #expect(Set(update.paths.map(\.root)) == ["l", "m", "n", "gone", "c", "d"])
        #expect(!update.onlyRemoves)
    }

    @Test("an update only removes when it has REMOVE and DELETE and nothing else")
    func onlyRemoves() throws {
        let values: AttributeMap = [":v": .numberSet(SortedSet(distinct: [.zero])!)]
        var binder = try ExpressionBinder(names: nil, values: values)
        #expect(try binder.update("REMOVE a DELETE b :v").onlyRemoves)
        #expect(try !binder.update("REMOVE a ADD b :v").onlyRemoves)
        #expect(try !binder.update("SET a = :v").onlyRemoves)
    }

    @Test("a condition tells every path it reads, placeholders resolved")
    func conditionPaths() throws {
        var binder = try ExpressionBinder(names: ["#s": "size"], values: [":v": .null])
        let condition = try binder.condition(
            "a = :v OR size(#s.b[1]) IN (c, :v) AND NOT attribute_exists(d)")
        #expect(
            condition.paths == [
                AttributePath("a"), AttributePath("size", [.name("b"), .index(1)]),
                AttributePath("c"), AttributePath("d"),
            ])
    }
}
