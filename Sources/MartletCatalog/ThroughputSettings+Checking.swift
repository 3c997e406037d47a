// Capacity as CreateTable and UpdateTable check it. The service's texts differ between a table and
// an index, and between creating and changing either; each is written out once here.

internal import MartletModel

extension ThroughputSettings {
    /// Whose capacity a request speaks of.
    enum Subject {
        case table
        case index(Text)
    }

    /// What an on-demand table can do from its first second, and the least warm throughput.
    static let initialOnDemand = CapacityUnits(read: 12_000, write: 4_000)

    private static let outOfBounds = 1_000_000_000_000

    static func requireBounds(_ units: CapacityUnits?) throws(ValidationError) {
        guard let units else { return }
        for (name, value) in [
            ("ReadCapacityUnits", units.read), ("WriteCapacityUnits", units.write),
        ]
        where value > outOfBounds {
            throw ValidationError("Given value \(value) for \(name) is out of bounds")
        }
    }

    /// Checks and takes the settings of a new table, or of an index made with it.
    init(
        creating subject: Subject, billing: BillingMode, provisioned: CapacityUnits?,
        onDemand: PartialUnits?, warm: PartialUnits?
    ) throws(ValidationError) {
        switch (billing, provisioned, subject) {
        case (.payPerRequest, _?, .table): throw Self.noUnitsOnDemand
        case (.payPerRequest, _?, .index(let name)):
            throw .invalid(
                "ProvisionedThroughput should not be specified for index: \(name) "
                    + "when BillingMode is PAY_PER_REQUEST")
        case (.provisioned, nil, .table):
            throw .invalid(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified "
                    + "when BillingMode is PROVISIONED")
        case (.provisioned, nil, .index(let name)):
            throw .invalid("ProvisionedThroughput is not specified for index: \(name)")
        default: break
        }
        try Self.requireBounds(provisioned)
        try Self.requireOnDemand(
            onDemand, billing, subject, least: 1, table: "table BillingMode is PROVISIONED.")
        self.init(
            provisioned: provisioned ?? CapacityUnits(read: 0, write: 0),
            onDemand: Self.merged(onDemand, over: nil),
            warm: try Self.warm(warm, for: subject, provisioned: provisioned))
    }

    static let noUnitsOnDemand = ValidationError.invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            + "when BillingMode is PAY_PER_REQUEST")

    /// Maxima go with on-demand billing alone. `least` is -1 where that takes a maximum away.
    static func requireOnDemand(
        _ maxima: PartialUnits?, _ billing: BillingMode, _ subject: Subject, least: Int,
        table phrase: String
    ) throws(ValidationError) {
        let members = [
            ("MaxReadRequestUnits", maxima?.read), ("MaxWriteRequestUnits", maxima?.write),
        ]
        for case (let name, let value?) in members {
            switch (billing, subject) {
            case (.provisioned, .table):
                throw .invalid("\(name) for OnDemandThroughput cannot be specified when \(phrase)")
            case (.provisioned, .index(let index)):
                throw .invalid(
                    "\(name) for OnDemandThroughput for index: \(index) "
                        + "cannot be specified when \(phrase)")
            default: break
            }
            guard value < least || value == 0 else { continue }
            let place = if case .index(let index) = subject { "index : \(index)" } else { "table" }
            throw .invalid(
                "Requested \(name) for OnDemandThroughput for \(place) is outside of valid range")
        }
    }

    /// Members that are given replace those that were there; nil when there is none at all.
    static func merged(_ maxima: PartialUnits?, over old: CapacityUnits?) -> CapacityUnits? {
        guard let maxima, maxima.read != nil || maxima.write != nil else { return old }
        return CapacityUnits(
            read: maxima.read ?? old?.read ?? -1, write: maxima.write ?? old?.write ?? -1)
    }

    /// A new table or index is at least as warm as its billing makes it.
    static func warm(
        _ request: PartialUnits?, for subject: Subject, provisioned: CapacityUnits?
    ) throws(ValidationError) -> CapacityUnits? {
        let least = provisioned ?? initialOnDemand
        let members = [
            ("Read", request?.read, least.read), ("Write", request?.write, least.write),
        ]
        for case (let name, let value?, let least) in members where value < least {
            let place = if case .index(let index) = subject { "index \(index)" } else { "table" }
            let reason =
                provisioned == nil
                ? "initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/"
                    + "latest/developerguide/on-demand-capacity-mode.html"
                    + "#on-demand-capacity-mode-initial"
                : "\(name)CapacityUnits of ProvisionedThroughput"
            throw .invalid(
                "Requested \(name)UnitsPerSecond for WarmThroughput for \(place) "
                    + "is lower than \(reason)")
        }
        guard let request, request.read != nil || request.write != nil else { return nil }
        return CapacityUnits(read: request.read ?? least.read, write: request.write ?? least.write)
    }

    /// How warm a table or an index is that nobody has warmed.
    package func leastWarm(_ billing: BillingMode) -> CapacityUnits {
        billing == .provisioned ? provisioned : Self.initialOnDemand
    }

    /// Warm throughput only grows. What was never asked for is what billing gives.
    func warmed(
        _ request: PartialUnits?, for subject: Subject, billing: BillingMode
    ) throws(ValidationError) -> CapacityUnits? {
        let current = warm ?? leastWarm(billing)
        guard let request else { return warm }
        let (place, named) =
            if case .index(let index) = subject {
                ("index \(index)", "index: \(index)")
            } else {
                ("table", "table")
            }
        guard request.read != nil || request.write != nil else {
            throw .invalid(
                "WarmThroughput must have at least one of ReadUnitsPerSecond or "
                    + "WriteUnitsPerSecond specified for \(named)")
        }
        let members = [
            ("Read", request.read, current.read), ("Write", request.write, current.write),
        ]
        for case (let name, let value?, let current) in members where value < current {
            throw .invalid(
                "Requested \(name)UnitsPerSecond for WarmThroughput for \(place) is lower than "
                    + "current WarmThroughput, decreasing WarmThroughput is not supported")
        }
        return CapacityUnits(
            read: request.read ?? current.read, write: request.write ?? current.write)
    }

    /// Takes new provisioned units, which must differ, and notes when they rose or fell.
    mutating func provision(
        _ units: CapacityUnits, for subject: Subject, now: Timestamp
    ) throws(ValidationError) {
        guard units != provisioned else {
            let (whole, part) =
                if case .index(let index) = subject {
                    ("the index \(index)", "index \(index)")
                } else {
                    ("the table", "the table")
                }
            throw ValidationError(
                "The provisioned throughput for \(whole) will not change. The requested value "
                    + "equals the current value. Current ReadCapacityUnits provisioned for \(part): "
                    + "\(provisioned.read). Requested ReadCapacityUnits: \(units.read). "
                    + "Current WriteCapacityUnits provisioned for \(part): \(provisioned.write). "
                    + "Requested WriteCapacityUnits: \(units.write). Refer to the Amazon DynamoDB "
                    + "Developer Guide for current limits and how to request higher limits.")
        }
        if units.read > provisioned.read || units.write > provisioned.write { lastIncrease = now }
        if units.read < provisioned.read || units.write < provisioned.write { lastDecrease = now }
        provisioned = units
    }
}
