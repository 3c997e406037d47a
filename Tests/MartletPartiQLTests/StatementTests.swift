import MartletModel
import Testing

@testable import MartletPartiQL

/// Statements and what they are read as, or the error (after `!`).
private func expectReadings(
    _ cases: [(text: String, expected: String)], _ parameters: [AttributeValue] = []
) {
    for (text, expected) in cases {
        #expect(notation(text, parameters) == expected, "\(text)")
    }
}

private let malformed = "! Statement wasn't well formed, can't be processed: "

@Suite struct StatementTests {
    @Test("sources, columns and orders are read with quotes, in any case, with comments")
    func selects() {
        expectReadings([
            ("SELECT * FROM t", "t [*]"),
            ("select * from \"t-1.x\"", "t-1.x [*]"),
            (
                "SELECT a, b.c, d[0], e.f[1][2] FROM \"t\".\"i\"",
                "t/i [a,b.c→c,d[0]→d[0],e.f[1][2]→f[1][2]]"
            ),
            ("SELECT \"a.b\", \"say \"\"x\"\"\" FROM t;", "t [a.b,say \"x\"]"),
            ("SELECT * -- all of it\nFROM /* here */ t", "t [*]"),
            ("SELECT * FROM t WHERE pk = 'x' ORDER BY pk, sk DESC", "t [*] if pk = 'x' by pk↑,sk↓"),
            ("SELECT * FROM t WHERE pk = 'x' ORDER BY sk ASC", "t [*] if pk = 'x' by sk↑"),
            ("SELECT ALL * FROM t", "t [*]"),
            (
                "SELECT * FROM \"arn:aws:dynamodb:eu-west-2:000000000000:table/t\"",
                "arn:aws:dynamodb:eu-west-2:000000000000:table/t [*]"
            ),
            (
                "EXISTS(SELECT * FROM t WHERE pk = 1 AND a = 2)",
                "exists t [*] if (pk = 1 and a = 2)"
            ),
        ])
    }

    @Test("conditions keep PartiQL's precedence, and every operator and function has its tree")
    func conditions() {
        func when(_ condition: String, _ expected: String) -> (text: String, expected: String) {
            ("SELECT * FROM t WHERE \(condition)", "t [*] if \(expected)")
        }
        expectReadings([
            when("a = 1 OR b = 2 AND NOT c = 3", "(a = 1 or (b = 2 and not (c = 3)))"),
            when("(a = 1 OR b = 2) AND c = 3", "((a = 1 or b = 2) and c = 3)"),
            when("a <> 1 AND b != 2", "(a <> 1 and b <> 2)"),
            when(
                "a < 1 AND b <= 2 AND c > 3 AND d >= 4", "(a < 1 and b <= 2 and c > 3 and d >= 4)"),
            when("1 = a", "1 = a"),
            when("a.b[1] = c", "a.b[1] = c"),
            when("a BETWEEN 1 AND 2 AND b = 3", "(a in 1…2 and b = 3)"),
            when("a NOT BETWEEN 'x' AND 'y'", "not (a in 'x'…'y')"),
            when("a IN [1, 'x', NULL]", "a in [1, 'x', null]"),
            when("a in (1, 2)", "a in [1, 2]"),
            when("a NOT IN (1)", "not (a in [1])"),
            when("a IS MISSING OR a IS NOT MISSING", "(lacks a or not (lacks a))"),
            when("a is null or a is not null", "(a is NULL or not (a is NULL))"),
            when("a IS STRING AND b IS BOOLEAN", "(a is S and b is BOOL)"),
            when("a IS BLOB AND b IS NUMERIC", "(a is B and b is N)"),
            when("a IS STRUCT AND b IS TUPLE AND c IS LIST", "(a is M and b is M and c is L)"),
            when("begins_with(a, 'x')", "a begins 'x'"),
            when("BEGINS_WITH(\"a\", 'x')", "a begins 'x'"),
            when("contains(a, 'x') AND contains(b.c, 1)", "(a contains 'x' and b.c contains 1)"),
            when("attribute_type(a, 'SS')", "a is SS"),
            when("attribute_exists(a) AND attribute_not_exists(b)", "(has a and lacks b)"),
            when("size(a.b) > 3", "#a.b > 3"),
            when("attribute_exists(a) = false", "not (has a)"),
            when("(a = 1) <> true", "not (a = 1)"),
            when("attribute_exists(a) = 1", "()"),
            when("attribute_exists(a) = b", "((has a and b = yes) or (not (has a) and b = no))"),
            when("a = 1 = true", "a = 1"),
        ])
    }

    @Test("literals of every type, and numbers as DynamoDB writes them")
    func literals() {
        func value(_ literal: String, _ expected: String) -> (text: String, expected: String) {
            ("SELECT * FROM t WHERE a = \(literal)", "t [*] if a = \(expected)")
        }
        expectReadings([
            value("'it''s'", "'it's'"), value("''", "''"), value("'ä😀'", "'ä😀'"),
            value("'-- no comment'", "'-- no comment'"),
            value("1.50", "1.5"), value("-3", "-3"), value("- - 3", "3"), value("+4", "4"),
            value(".73e1", "7.3"), value("5.", "5"), value("1E-2", "0.01"), value("-0", "0"),
            value("TRUE", "yes"), value("false", "no"), value("Null", "null"),
            value("[]", "[]"), value("[1, ['x']]", "[1 ['x']]"),
            value("{}", "{}"), value("{'b': 1, 'a': {'c': []}}", "{a={c=[]} b=1}"),
            value("<<'b', 'a'>>", "<'a' 'b'>"), value("<<2, 1.0>>", "<1 2>"),
        ])
    }

    @Test("parameters stand for whole values, from left to right")
    func parameters() {
        expectReadings(
            [
                ("SELECT * FROM t WHERE a = ? AND b = ?", "t [*] if (a = 'x' and b = 2)"),
                ("SELECT * FROM t WHERE a IN [?, ?]", "t [*] if a in ['x', 2]"),
                (
                    "SELECT * FROM t WHERE begins_with(a, ?) AND size(b) = ?",
                    "t [*] if (a begins 'x' and #b = 2)"
                ),
                (
                    "UPDATE t SET b = b + ? WHERE pk = ?",
                    "! Incorrect operand type for operator or function; operator or function: +, operand type: S"
                ),
                ("INSERT INTO t VALUE {'a': ?, 'b': ?}", "insert t {a='x' b=2}"),
                (
                    "INSERT INTO t VALUE {'a': {'b': ?}, 'c': ?}",
                    "! Unsupported data type: Parameter under key root.b at 1:33:1"
                ),
                (
                    "SELECT * FROM t WHERE a = [?] AND b = ?",
                    "! Unsupported data type: Parameter under key root[0] at 1:28:1"
                ),
                (
                    "SELECT * FROM t WHERE a = '?' AND b = ?",
                    "! Number of parameters in request and statement don't match."
                ),
                (
                    "SELECT * FROM t WHERE a = ? AND b = ? AND c = ?",
                    "! Number of parameters in request and statement don't match."
                ),
                ("SELECT ?, ? FROM t", "! Unexpected path component at 1:8:1"),
            ], [.string("x"), .number(DecimalNumber(2))])
        expectReadings(
            [
                ("INSERT INTO t VALUE ?", "insert t {a=1}"),
                ("UPDATE t SET a = ? WHERE pk = 1", "update t a := {a=1} if pk = 1"),
            ], [.map(["a": .number(DecimalNumber(1))])])
    }

    @Test("changes: what is set, removed, added to and taken from, and what is returned")
    func changes() {
        expectReadings([
            (
                "INSERT INTO \"t\" VALUE {'pk': 'x', 'l': [1, {'m': <<1>>}]}",
                "insert t {l=[1 {m=<1>}] pk='x'}"
            ),
            ("UPDATE t SET a = 1 WHERE pk = 'x'", "update t a := 1 if pk = 'x'"),
            (
                "UPDATE t SET a = 1, b.c[2] = d SET e = 'x' REMOVE f REMOVE g.h, i WHERE pk = 'x'",
                "update t a := 1; b.c[2] := d; e := 'x'; drop f; drop g.h; drop i if pk = 'x'"
            ),
            (
                "UPDATE t SET a = a + 1, b = 10 - b WHERE pk = 1",
                "update t a := (a + 1); b := (10 - b) if pk = 1"
            ),
            (
                "UPDATE t SET a = list_append(a, [1]), b = LIST_APPEND([2], b) WHERE pk = 1",
                "update t a := (a ++ [1]); b := ([2] ++ b) if pk = 1"
            ),
            (
                "UPDATE t SET a = set_add(a, <<1>>), b = SET_DELETE(b, <<'x'>>) WHERE pk = 1",
                "update t a ∪= <1>; b −= <'x'> if pk = 1"
            ),
            ("FROM t WHERE pk = 1 SET a = 2", "update t a := 2 if pk = 1"),
            (
                "UPDATE t SET a = 1 WHERE pk = 1 RETURNING ALL OLD *",
                "update t a := 1 if pk = 1 → ALL OLD"
            ),
            (
                "UPDATE t SET a = 1 WHERE pk = 1 returning modified new *",
                "update t a := 1 if pk = 1 → MODIFIED NEW"
            ),
            ("DELETE FROM t WHERE pk = 1 AND a > 2", "delete t if (pk = 1 and a > 2)"),
            ("DELETE FROM t WHERE pk = 1 RETURNING ALL OLD *", "delete t if pk = 1 → ALL OLD"),
            ("DELETE FROM t", "delete t"),
        ])
    }

    @Test("what does not follow the grammar is told as PartiQL's own parser tells it")
    func grammar() {
        func malformed(_ text: String, _ detail: String) -> (text: String, expected: String) {
            (text, MartletPartiQLTests.malformed + detail)
        }
        expectReadings([
            malformed("", "Unexpected term"),
            malformed("SLECT * FROM \"t\" WHERE pk = 'x'", "Expected data manipulation"),
            malformed("SELECT FROM t", "Expected data manipulation"),
            malformed("UPDATE t WHERE pk = 1", "Expected data manipulation"),
            malformed("UPDATE Payment-dev SET a = 1", "Expected data manipulation"),
            malformed("hello", "Expected data manipulation"),
            malformed("SELECT * FROM t WHERE pk = 'x' extra", "Unexpected token after expression"),
            malformed(
                "SELECT * FROM t; SELECT * FROM t",
                "Unexpected token after semicolon. (Only one query is allowed.)"),
            malformed("SELECT * FROM t WHERE", "Unexpected term"),
            malformed("SELECT * FROM t WHERE ORDER BY pk", "Unexpected keyword"),
            malformed("SELECT * FROM t WHERE pad = 'x'", "Unexpected keyword"),
            malformed("SELECT * FROM t WHERE value = 'x'", "Unexpected keyword"),
            malformed("INSERT INTO urls (key, secret) VALUES (?, ?)", "Unexpected keyword"),
            malformed("INSERT t VALUE {}", "Unexpected keyword"),
            malformed("INSERT INTO 't' VALUE {}", "Expected identifier for simple path"),
            malformed("DELETE t WHERE pk = 1", "Expected FROM after DELETE"),
            malformed("SELECT a b c FROM t", "Expected FROM after SELECT list"),
            malformed(
                "SELECT *, a FROM t",
                "Other expressions may not be present in the select list when '*' is used without dot notation."
            ),
            malformed(
                "SELECT * FROM t WHERE a =", "Missing right-hand side expression of infix operator"),
            malformed(
                "SELECT * FROM t WHERE a = 1 AND",
                "Missing right-hand side expression of infix operator"),
            malformed("SELECT * FROM t WHERE a BETWEEN 1 OR 2", "Expected AND keyword"),
            malformed("SELECT * FROM t WHERE a IS", "Expected type name"),
            malformed("SELECT * FROM t WHERE a IS x", "Expected type name"),
            malformed("SELECT * FROM t WHERE > 1", "Unexpected operator"),
            malformed("SELECT * FROM t WHERE (a = 1", "Expected RIGHT_PAREN"),
            malformed("SELECT * FROM t WHERE a = [1", "Expected RIGHT_BRACKET"),
            malformed("SELECT * FROM t WHERE a = <<1", "Expected RIGHT_DOUBLE_ANGLE_BRACKET"),
            malformed("SELECT * FROM t WHERE a = {'b': 1", "Expected RIGHT_CURLY"),
            malformed("SELECT * FROM t WHERE a = {'b' 1}", "Expected COLON"),
            malformed("SELECT * FROM t WHERE a. = 1", "Invalid path dot component"),
            malformed("SELECT * FROM t ORDER pk", "Expected BY"),
            malformed("UPDATE t SET a > 1 WHERE pk = 1", "Expected '='"),
            malformed(
                "UPDATE t SET a = 1 WHERE pk = 1 RETURNING *",
                "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element."),
            malformed(
                "SELECT * FROM t WHERE a = (DELETE FROM t)",
                "Keyword delete only expected at the top level in the query"),
        ])
    }

    @Test("what cannot be split into tokens has no detail")
    func tokens() {
        for text in [
            "SELECT * FROM t WHERE a = 'open", "SELECT * FROM \"open", "SELECT * FROM t /* open",
            "SELECT * FROM t # no", "SELECT * FROM t WHERE a = 1e", "SELECT * FROM t WHERE a = 1e+",
            "SELECT * FROM t WHERE a ! 1", "SELECT * FROM t WHERE ä = 1",
            "SELECT * FROM t WHERE a | b",
        ] {
            #expect(notation(text) == malformed, "\(text)")
        }
    }

    @Test("what is well formed and DynamoDB does not do")
    func refusals() {
        expectReadings([
            ("SELECT a AS b FROM t", "! Aliasing is not supported"),
            ("SELECT * FROM t x WHERE x.a = 1", "! Aliasing is not supported"),
            ("UPDATE t AS x SET a = 1 WHERE pk = 1", "! Aliasing is not supported"),
            ("SELECT COUNT(*) FROM t", "! Unexpected path component at 1:8:5"),
            ("SELECT a,\n  size(b) FROM t", "! Unexpected path component at 2:3:4"),
            ("SELECT a.b, c.b FROM t", "! Duplicate identifiers in select clause: b"),
            ("SELECT * FROM t LIMIT 3", "! Unsupported clause: LIMIT"),
            ("SELECT * FROM t GROUP BY a", "! Unsupported clause: GROUP BY"),
            ("SELECT * FROM a, b", "! FROM clause may only contain a single table name"),
            ("SELECT * FROM a.b.c", "! A path may contain at most 2 components in the FROM clause"),
            ("SELECT * FROM \"\"", "! Path component cannot be an empty string"),
            ("SELECT * FROM t.\"\"", "! Path component cannot be an empty string"),
            ("SELECT * FROM t WHERE \"\" = 1", "! Path component cannot be an empty string"),
            ("SELECT * FROM t[0]", "! Invalid list expression in source."),
            (
                "INSERT INTO t.i VALUE {'pk': 1}",
                "! FROM clause may only contain a single table name"
            ),
            (
                "INSERT INTO t VALUE {'pk': 1} RETURNING ALL OLD *",
                "! RETURNING is not supported in INSERT"
            ),
            ("UPDATE t.i SET a = 1 WHERE pk = 1", "! This operation is not supported on an index"),
            ("DELETE FROM t.i WHERE pk = 1", "! This operation is not supported on an index"),
            (
                "DELETE FROM t WHERE pk = 1 RETURNING MODIFIED OLD *",
                "! Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."
            ),
            (
                "SELECT * FROM t WHERE a LIKE 'x%'",
                "! Unsupported operator in Condition Expression. Operator: like"
            ),
            (
                "SELECT * FROM t WHERE a + 1 = 2",
                "! Unsupported operator in Condition Expression. Operator: +"
            ),
            (
                "SELECT * FROM t WHERE -a = 2",
                "! Unsupported operator in Condition Expression. Operator: -"
            ),
            ("SELECT * FROM t WHERE a = MISSING", "! MISSING must be compared using IS operator"),
            (
                "SELECT * FROM t WHERE a IS INT4",
                "! Unsupported data type for IS operator: INT4. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]"
            ),
            (
                "SELECT * FROM t WHERE 1 IN [a]",
                "! IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member"
            ),
            (
                "SELECT * FROM t WHERE a IN []",
                "! IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member"
            ),
            (
                "SELECT * FROM t WHERE a[-1] = 1",
                "! List index is not within the allowable range; index: [-1] at 1:26:1"
            ),
            (
                "SELECT * FROM t WHERE a[2147483648] = 1",
                "! List index is not within the allowable range; index: [2147483648] at 1:25:10"
            ),
            (
                "UPDATE t SET a = 1, a.b = 2 WHERE pk = 1",
                "! Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"
            ),
            (
                "UPDATE t SET a = set_add(b, <<1>>) WHERE pk = 1",
                "! The first argument to SET_ADD must equal the assignment value at 1:18:7"
            ),
            (
                "UPDATE t SET a = set_delete(\"a\", 1) WHERE pk = 1",
                "! The second argument to SET_DELETE must be a value with type SET at 1:29:3"
            ),
            ("UPDATE t SET a = upper(a) WHERE pk = 1", "! Unsupported function: upper"),
            (
                "UPDATE t SET a = b IS MISSING WHERE pk = 1",
                "! IS operator is not supported in update expressions"
            ),
        ])
    }

    @Test("operands and values of wrong types")
    func types() {
        func operand(_ name: String, _ type: String) -> String {
            "! Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)"
        }
        expectReadings([
            ("SELECT * FROM t WHERE a < true", operand("<", "BOOL")),
            ("SELECT * FROM t WHERE a >= [1]", operand(">=", "L")),
            ("SELECT * FROM t WHERE a BETWEEN NULL AND 1", operand("BETWEEN", "NULL")),
            ("SELECT * FROM t WHERE begins_with(a, 1)", operand("begins_with", "N")),
            ("SELECT * FROM t WHERE attribute_type(a, 1)", operand("attribute_type", "N")),
            ("SELECT * FROM t WHERE attribute_exists(a) > 1", operand(">", "BOOL")),
            (
                "SELECT * FROM t WHERE attribute_type(a, 'X')",
                "! Invalid attribute type name found; type: X, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}"
            ),
            (
                "SELECT * FROM t WHERE begins_with(a)",
                "! Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"
            ),
            (
                "SELECT * FROM t WHERE attribute_exists('a')",
                "! Operator or function requires a document path; operator or function: attribute_exists"
            ),
            ("UPDATE t SET a = list_append(a, 1) WHERE pk = 1", operand("list_append", "N")),
            ("SELECT * FROM t WHERE a = <<>>", "! Empty bags are not supported"),
            (
                "SELECT * FROM t WHERE a = <<1, 'x'>>",
                "! Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
            ),
            (
                "SELECT * FROM t WHERE a = <<'b', 'a', 'b'>>",
                "! One or more parameter values were invalid: Input collection [b, a, b] contains duplicates."
            ),
            (
                "SELECT * FROM t WHERE a = <<1, 1.0>>",
                "! One or more parameter values were invalid: Input collection [1, 1] contains duplicates! under root"
            ),
            (
                "SELECT * FROM t WHERE a = 1e126",
                "! Number overflow. Attempting to store a number with magnitude larger than supported range under root"
            ),
            (
                "INSERT INTO t VALUE {'pk': 1, 'm': {'x': [1e-131]}}",
                "! Number underflow. Attempting to store a number with magnitude smaller than supported range under root.x[0]"
            ),
            (
                "SELECT * FROM t WHERE a = 123456789012345678901234567890123456789",
                "! Attempting to store more than 38 significant digits in a Number under root"
            ),
            (
                "INSERT INTO t VALUE {'a': 1, 'a': 2}",
                "! Duplicate keys in tuple. Key: a under root"
            ),
        ])
        let deep = String(repeating: "[", count: 32) + "1" + String(repeating: "]", count: 32)
        let path = "root" + String(repeating: "[0]", count: 32)
        #expect(
            notation("SELECT * FROM t WHERE a = \(deep)")
                == "! Nesting Levels have exceeded supported limits under \(path)")
        #expect(
            !notation("SELECT * FROM t WHERE a = \(deep.dropFirst().dropLast())").hasPrefix("!"))
    }
}
