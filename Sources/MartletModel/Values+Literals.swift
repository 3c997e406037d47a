// Values written as they are in JSON: `["title": "Wings", "year": 1927, "tags": ["war", true]]`.

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(Text(value)) }
    public init(integerLiteral value: Int) { self = .number(DecimalNumber(value)) }
    public init(floatLiteral value: Double) { self = .number(DecimalNumber(floatLiteral: value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: AttributeValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (Text, AttributeValue)...) {
        var map = AttributeMap(minimumCapacity: elements.count)
        for (name, value) in elements { map[name] = value }
        self = .map(map)
    }
}

extension DecimalNumber: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    public init(integerLiteral value: Int) { self.init(value) }

    /// The shortest decimal of the literal's value.
    ///
    /// - Precondition: within the range of numbers.
    public init(floatLiteral value: Double) {
        guard let number = DecimalNumber(value) else {
            preconditionFailure("beyond the range of numbers")
        }
        self = number
    }

    /// The shortest decimal that stands for the value; nil for what is beyond the range of numbers,
    /// infinite or not a number.
    public init?(_ value: Double) {
        guard let number = try? DecimalNumber(parsing: value.description) else { return nil }
        self = number
    }
}
