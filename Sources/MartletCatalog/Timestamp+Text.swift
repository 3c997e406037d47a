extension Timestamp {
    /// UTC to the millisecond, `2026-10-08T23:07:31.275`: how the ARN of a stream ends.
    package var streamLabel: String {
        let milliseconds = Int((secondsSince1970 * 1000).rounded(.down))
        let (days, ofDay) = Self.floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.civilDate(daysSince1970: days)
        let date = Self.digits(year, 4) + "-" + Self.digits(month, 2) + "-" + Self.digits(day, 2)
        let time = [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60]
        return date + "T" + time.map { Self.digits($0, 2) }.joined(separator: ":") + "."
            + Self.digits(ofDay % 1000, 3)
    }

    /// The Gregorian date; years are counted from March, so that a leap day ends its year.
    private static func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * march + 2) / 5 + 1
        )
    }

    private static func floorDivide(_ value: Int, by divisor: Int) -> (Int, Int) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    private static func digits(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
