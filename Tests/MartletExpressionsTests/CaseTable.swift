// Tables of cases: Cases/*.txt. A case is an input, a line of four dashes, and the expected
// output; an empty line ends it, and lines that start with # are comments. Input lines:
//
//   condition | filter | keyCondition | searchCondition | update | projection   an expression
//   names     {"#n": "name"}
//   values    {":v": 1}
//   item      {a: 1}
//   unused                             also asks whether all names and values were used;
//                                      key and search conditions always ask
//
// The output is what the last expression gives for the item (true or false, an item, clauses), or
// an error's text. Set MARTLET_REWRITE_CASES to write actual outputs into the files; then
// read the difference.

import Foundation
import MartletModel

@testable import MartletExpressions

struct CaseTable {
    struct Case: CustomStringConvertible, Sendable {
        var line: Int
        var input: [String]
        var expected: String

        var description: String { "line \(line): " + input.joined(separator: " / ") }
    }

    var cases: [Case] = []
    private var path: String
    private var lines: [String]

    init(_ name: String) throws {
        path =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Cases/\(name).txt").path
        lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var input: [String] = []
        var start = 0
        for (index, line) in lines.enumerated() {
            if line == "----" {
                cases.append(Case(line: start + 1, input: input, expected: lines[index + 1]))
                input = []
            } else if line.isEmpty {
                input = []
            } else if !line.hasPrefix("#"), index == 0 || lines[index - 1] != "----" {
                if input.isEmpty { start = index }
                input.append(line)
            }
        }
    }

    static var rewrites: Bool {
        ProcessInfo.processInfo.environment["MARTLET_REWRITE_CASES"] != nil
    }

    /// Writes `outputs`, one for each case, over what the file expects.
    func rewrite(_ outputs: [String]) throws {
        var lines = lines
        var next = 0
        for index in lines.indices where lines[index] == "----" {
            lines[index + 1] = outputs[next]
            next += 1
        }
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension CaseTable.Case {
    /// What the expressions under test make of the input.
    func output() throws -> String {
        var names: [Text: Text]?
        var values: AttributeMap?
        var item = AttributeMap()
        var expressions: [(key: String, text: String)] = []
        var isUseRequired = false
        for line in input {
            let key = String(line.prefix { $0 != " " })
            let text = String(line.dropFirst(key.count).drop { $0 == " " })
            switch key {
            case "names":
                var table: [Text: Text] = [:]
                for entry in try NotationReader.map(text) {
                    guard case .string(let name) = entry.value else { fatalError() }
                    table[entry.name] = name
                }
                names = table
            case "values": values = try NotationReader.map(text)
            case "item": item = try NotationReader.map(text)
            case "unused": isUseRequired = true
            default: expressions.append((key, text))
            }
        }
        do throws(ValidationError) {
            var binder = try ExpressionBinder(names: names, values: values)
            var output = ""
            for (key, text) in expressions {
                output = try Self.evaluate(key, text, item, &binder)
            }
            if isUseRequired
                || expressions.contains(where: {
                    ["keyCondition", "searchCondition"].contains($0.key)
                })
            {
                try binder.requireAllUsed()
            }
            return output
        } catch {
            return error.message
        }
    }

    private static func evaluate(
        _ key: String, _ text: String, _ item: Item, _ binder: inout ExpressionBinder
    ) throws(ValidationError) -> String {
        switch key {
        case "condition": return try String(binder.condition(text).holds(for: item))
        case "filter": return try String(binder.condition(text, kind: .filter).holds(for: item))
        case "projection": return try binder.projection(text).apply(to: item).notation
        case "update": return try binder.update(text).apply(to: item).notation
        case "touched": return try binder.update(text).touchedPart(of: item).notation
        case "keyCondition": return try binder.keyCondition(text).notation
        case "searchCondition": return try binder.searchCondition(text).notation
        default: fatalError("No such key: \(key)")
        }
    }
}

extension SearchCondition {
    var notation: String {
        equalities.map { "\($0.attribute) = \($0.value.notation)" }.joined(separator: ", ")
    }
}

extension KeyCondition {
    var notation: String {
        clauses.map { attribute, comparison in
            switch comparison {
            case .equal(let value): "\(attribute) = \(value.notation)"
            case .less(let value): "\(attribute) < \(value.notation)"
            case .lessOrEqual(let value): "\(attribute) <= \(value.notation)"
            case .greater(let value): "\(attribute) > \(value.notation)"
            case .greaterOrEqual(let value): "\(attribute) >= \(value.notation)"
            case .between(let low, let high):
                "\(attribute) between \(low.notation) and \(high.notation)"
            case .beginsWith(let value): "\(attribute) begins \(value.notation)"
            case .notIndexable: "\(attribute) in a way that no key answers"
            }
        }.joined(separator: ", ")
    }
}
