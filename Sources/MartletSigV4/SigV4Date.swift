// Times as signatures write them, `20150830T123600Z`, and as seconds of the Unix epoch.

struct SigV4Date: Equatable {
    var epochSeconds: Int64

    init(epochSeconds: Int64) {
        self.epochSeconds = epochSeconds
    }

    /// Whether a date that was read was written in ISO 8601 basic format.
    static func isBasic(_ text: SignedBytes) -> Bool { text.count == 16 }

    /// Reads ISO 8601 basic format; nil for anything else, or a date that no calendar has.
    init?(basic text: SignedBytes) {
        guard text.count == 16, text[8] == 0x54, text[15] == 0x5A,
            let year = text.digits(0..<4), let month = text.digits(4..<6),
            let day = text.digits(6..<8), let hour = text.digits(9..<11),
            let minute = text.digits(11..<13), let second = text.digits(13..<15)
        else { return nil }
        self.init(year, month, day, hour, minute, second)
    }

    /// Reads the form of HTTP's Date header: `Sun, 30 Aug 2015 12:36:00 GMT`.
    init?(http text: SignedBytes) {
        guard text.count == 29, text[3] == 0x2C, SignedBytes(rebasing: text[26...]).equals("GMT"),
            let day = text.digits(5..<7), let year = text.digits(12..<16),
            let hour = text.digits(17..<19), let minute = text.digits(20..<22),
            let second = text.digits(23..<25)
        else { return nil }
        let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let name = text[8..<11]
        let months = SignedBytes(names)
        guard let month = (0..<12).first(where: { months[$0 * 3..<$0 * 3 + 3].elementsEqual(name) })
        else { return nil }
        self.init(year, month + 1, day, hour, minute, second)
    }

    private init?(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int)
    {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        guard (1...12).contains(month), day >= 1, day <= length, hour < 24,
            minute < 60, second < 61
        else { return nil }
        // Days since 1970-01-01, counting years from March so that leap days come last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        epochSeconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// `20150830T123600Z`.
    var basic: String {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { room in
            var writer = ByteWriter(room)
            appendBasic(to: &writer)
            return String(decoding: writer.written, as: UTF8.self)
        }
    }

    func appendBasic(to writer: inout ByteWriter) {
        let (year, month, day, second) = fields
        writer.appendDecimal(year, width: 4)
        writer.appendDecimal(month, width: 2)
        writer.appendDecimal(day, width: 2)
        writer.append(0x54)
        writer.appendDecimal(second / 3600, width: 2)
        writer.appendDecimal(second / 60 % 60, width: 2)
        writer.appendDecimal(second % 60, width: 2)
        writer.append(0x5A)
    }

    /// Whether these are the date's YYYYMMDD.
    func isOnDay(_ text: SignedBytes) -> Bool {
        let (year, month, day, _) = fields
        return text.count == 8 && text.digits(0..<4) == year && text.digits(4..<6) == month
            && text.digits(6..<8) == day
    }

    private var fields: (year: Int, month: Int, day: Int, second: Int) {
        var days = Int(epochSeconds) / 86_400
        var second = Int(epochSeconds) % 86_400
        if second < 0 { (days, second) = (days - 1, second + 86_400) }
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day, second)
    }
}

extension UnsafeBufferPointer<UInt8> {
    func digits(_ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            guard self[index] >= 0x30, self[index] <= 0x39 else { return nil }
            value = value * 10 + Int(self[index] - 0x30)
        }
        return value
    }
}
