// PartiQL's keywords, in any case: those of SQL-92 and its own. None may be an unquoted name. Most
// mean nothing to DynamoDB; they are refused as keywords all the same.

enum Word: Hashable, Sendable {
    case select, from, `where`, order, by, ascending, descending
    case insert, into, value, values, update, set, remove, delete
    case and, or, not, between, `in`, `is`, like, escape
    case null, missing, `true`, `false`
    case returning, modified, all, old, new
    case `as`, at, distinct, group, having, limit, offset
    case exists, size
    /// The name of a function that the grammar knows and DynamoDB does not have.
    case function
    /// The name of a type.
    case type
    case other

    init?(_ text: String) {
        guard let word = Self.table[text.lowercased()] else { return nil }
        self = word
    }

    private static let table: [String: Word] = {
        var table: [String: Word] = [:]
        for name in others.split(whereSeparator: \.isWhitespace) { table[String(name)] = .other }
        for name in types.split(separator: " ") { table[String(name)] = .type }
        for name in functions.split(separator: " ") { table[String(name)] = .function }
        for (name, word) in known { table[name] = word }
        return table
    }()

    private static let known: KeyValuePairs<String, Word> = [
        "select": .select, "from": .from, "where": .where, "order": .order, "by": .by,
        "asc": .ascending, "desc": .descending, "insert": .insert, "into": .into,
        "value": .value, "values": .values, "update": .update, "set": .set, "remove": .remove,
        "delete": .delete, "and": .and, "or": .or, "not": .not, "between": .between, "in": .in,
        "is": .is, "like": .like, "escape": .escape, "null": .null, "missing": .missing,
        "true": .true, "false": .false, "returning": .returning, "modified": .modified,
        "all": .all, "old": .old, "new": .new, "as": .as, "at": .at, "distinct": .distinct,
        "group": .group, "having": .having, "limit": .limit, "offset": .offset,
        "exists": .exists, "size": .size,
    ]

    private static let functions =
        "count avg max min sum char_length character_length octet_length bit_length upper lower"

    private static let types =
        "smallint integer2 int2 integer4 int4 integer8 int8 bigint int integer float real double "
        + "decimal dec numeric timestamp date time character char varchar bool boolean string "
        + "symbol clob blob struct tuple list sexp bag any"

    private static let others = """
        absolute action add allocate alter are assertion authorization begin bit cascade cascaded
        case cast catalog check close coalesce collate collation column commit connect connection
        constraint constraints continue convert corresponding create cross current current_date
        current_time current_timestamp current_user cursor deallocate declare default deferrable
        deferred describe descriptor diagnostics disconnect domain drop else end except exception
        exec execute external extract date_add date_diff fetch first for foreign found full get
        global go goto grant identity immediate indicator initially inner input insensitive
        intersect interval isolation join key language last left level local match module names
        national natural nchar next no nullif of on only open option outer output overlaps pad
        partial position precision prepare preserve primary prior privileges procedure public read
        references relative restrict revoke right rollback rows schema scroll section session
        session_user some space sql sqlcode sqlerror sqlstate substring system_user table temporary
        then to transaction translate translation trim union unique unknown usage user using
        varying view when whenever with work write zone can_cast can_lossless_cast pivot unpivot
        index
        """
}
