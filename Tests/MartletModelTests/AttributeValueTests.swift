import MartletModel
import MartletTestBasics
import Testing

private func number(_ text: String) -> DecimalNumber { try! DecimalNumber(parsing: text) }

@Suite struct AttributeValueTests {
    @Test("sets are equal whatever the order of their members, also inside lists and maps")
    func setEquality() {
        let one = AttributeValue.stringSet(SortedSet(distinct: ["a", "b", "c"])!)
        let other = AttributeValue.stringSet(SortedSet(distinct: ["c", "a", "b"])!)
        #expect(one == other)
        #expect(AttributeValue.list([.map(["s": one])]) == .list([.map(["s": other])]))
        #expect(one.hashValue == other.hashValue)
    }

    @Test("sets keep members in order: texts and binaries by bytes, numbers by value")
    func setOrder() {
        #expect(SortedSet<Text>(distinct: ["b", "B", "a"])!.elements == ["B", "a", "b"])
        #expect(
            SortedSet(distinct: ["10", "9", "-1", "0.5"].map(number))!.elements
                == ["-1", "0.5", "9", "10"].map(number))
        #expect(
            SortedSet(distinct: [[2], [1, 255], [1]].map(Binary.init))!.elements
                == [[1], [1, 255], [2]].map(Binary.init))
    }

    @Test("a set refuses members that are equal as values")
    func duplicates() {
        #expect(SortedSet<Text>(distinct: ["a", "b", "a"]) == nil)
        #expect(SortedSet(distinct: [number("1"), number("1.0")]) == nil)
        #expect(SortedSet<Text>(distinct: ["\u{E9}", "e\u{301}"]) != nil)
    }

    @Test("union and difference agree with Swift's sets", arguments: [1, 2] as [UInt64])
    func setAlgebra(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            func members() -> Set<Int> {
                Set(
                    (0..<Int.random(in: 0...8, using: &random)).map { _ in
                        Int.random(in: -6...6, using: &random)
                    })
            }
            let (a, b) = (members(), members())
            func sorted(_ set: Set<Int>) -> SortedSet<DecimalNumber> {
                SortedSet(distinct: set.map { DecimalNumber($0) })!
            }
            #expect(sorted(a).union(sorted(b)) == sorted(a.union(b)), "seed \(seed)")
            #expect(sorted(a).subtracting(sorted(b)) == sorted(a.subtracting(b)), "seed \(seed)")
            for member in -7...7 {
                #expect(sorted(a).contains(DecimalNumber(member)) == a.contains(member))
            }
        }
    }

    @Test("levels count lists and maps, not what is in them")
    func nesting() {
        #expect(AttributeValue.string("x").nestingDepth == 0)
        #expect(AttributeValue.stringSet(SortedSet(distinct: ["x"])!).nestingDepth == 0)
        #expect(AttributeValue.list([]).nestingDepth == 1)
        #expect(AttributeValue.list([.null, .map(["m": .list([.null])]), .null]).nestingDepth == 3)
        var deep = AttributeValue.null
        for level in 1...31 {
            deep = level.isMultiple(of: 2) ? .list([deep]) : .map(["m": deep])
        }
        #expect(deep.nestingDepth == 31)
    }

    @Test("paths walk maps by name and lists by place, and find nothing elsewhere")
    func paths() {
        let item: Item = [
            "a": .map(["b": .list([.string("zero"), .map(["c": .number(number("1"))])])]),
            "a.b": .bool(true),
        ]
        func find(_ root: Text, _ rest: AttributePath.Component...) -> AttributeValue? {
            item.value(at: AttributePath(root, rest))
        }
        #expect(find("a", .name("b"), .index(0)) == .string("zero"))
        #expect(find("a", .name("b"), .index(1), .name("c")) == .number(number("1")))
        #expect(find("a.b") == .bool(true))
        #expect(find("a", .name("b"), .index(2)) == nil)
        #expect(find("a", .name("b"), .index(-1)) == nil)
        #expect(find("a", .index(0)) == nil)
        #expect(find("a", .name("b"), .name("c")) == nil)
        #expect(find("a.b", .name("x")) == nil)
        #expect(find("b") == nil)
        #expect(AttributePath("a", [.name("b"), .index(3)]).description == "[a, b, [3]]")
    }
}

@Suite struct AttributeMapTests {
    @Test("a map is a dictionary in byte order", arguments: [1, 2, 3] as [UInt64])
    func agreesWithDictionary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = AttributeMap()
        var model: [Text: AttributeValue] = [:]
        for step in 0..<2_000 {
            let name = Text("n\(Int.random(in: 0...40, using: &random))")
            let value: AttributeValue? =
                random.chance(1, in: 3) ? nil : .number(DecimalNumber(step))
            map[name] = value
            model[name] = value
            #expect(map[name] == value)
            #expect(map.count == model.count)
            let names = model.keys.sorted()
            #expect(map.map(\.name) == names, "seed \(seed), step \(step)")
            #expect(names.allSatisfy { map[$0] == model[$0] }, "seed \(seed), step \(step)")
        }
    }
}
