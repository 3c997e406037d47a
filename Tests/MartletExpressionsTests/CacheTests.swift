import MartletModel
import Testing

@testable import MartletExpressions

@Suite struct CacheTests {
    @Test("the same text is read once, and means one thing for each request's values")
    func sharing() throws {
        let cache = ParsedExpressionCache(textBytes: 16_384)
        let first = try cache.condition("a = :v")
        #expect(try cache.condition("a = :v") === first)
        #expect(try cache.condition("a = :w") !== first)
        for number in 0..<3 {
            var binder = try ExpressionBinder(
                names: nil, values: [":v": .number(DecimalNumber(number))], cache: cache)
            let condition = try binder.condition("a = :v")
            #expect(condition.holds(for: ["a": .number(DecimalNumber(number))] as Item))
            #expect(!condition.holds(for: ["a": .number(DecimalNumber(number + 1))] as Item))
        }
    }

    @Test("one text may be a condition and a projection, or a kind that it does not fit")
    func grammars() throws {
        var binder = try ExpressionBinder(names: nil, values: [":v": .null])
        for _ in 0..<2 {
            #expect(try binder.projection("a").paths == [AttributePath("a")])
            #expect(throws: ValidationError.self) { try binder.condition("a") }
            #expect(throws: ValidationError.self) { try binder.update("a") }
        }
    }

    @Test("a cache keeps a bounded amount of text, and what is in use")
    func bound() throws {
        let cache = ParsedExpressionCache(textBytes: 16_384)
        let kept = try cache.projection("kept")
        for number in 0..<5_000 {
            _ = try cache.projection("a\(number)")
            #expect(try cache.projection("kept") === kept)
        }
        #expect(cache.count <= 256)
    }

    @Test("an error is not kept as a result")
    func errors() {
        let cache = ParsedExpressionCache(textBytes: 16_384)
        for _ in 0..<3 {
            #expect(throws: ExpressionProblem.self) { try cache.update("SET") }
        }
        #expect(cache.count == 0)
    }

    @Test("threads may share a cache")
    func threads() async throws {
        let cache = ParsedExpressionCache(textBytes: 4_096)
        let failures = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    var failures = 0
                    for number in 0..<2_000 {
                        let name = "a\((number * (task + 1)) % 50)"
                        let paths = try? cache.projection(name).paths.literals
                        if paths != [AttributePath(Text(name))] { failures += 1 }
                    }
                    return failures
                }
            }
            return await group.reduce(0, +)
        }
        #expect(failures == 0)
    }
}
