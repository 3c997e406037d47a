/// What a program may ask of the carrier.
enum CarrierErrand {
    /// A file of what the graph holds.
    case checkpoint
    /// To lead the graph around what was removed, however little that is.
    case repair
}

/// How often each errand was asked for, and how many of these are done.
struct CarrierErrands: Sendable {
    struct Tally: Sendable {
        var askedCount = 0
        var doneCount = 0
        var isOpen: Bool { doneCount < askedCount }
    }

    private var checkpoint = Tally()
    private var repair = Tally()

    subscript(errand: CarrierErrand) -> Tally {
        get {
            switch errand {
            case .checkpoint: checkpoint
            case .repair: repair
            }
        }
        set {
            switch errand {
            case .checkpoint: checkpoint = newValue
            case .repair: repair = newValue
            }
        }
    }

    var areOpen: Bool { checkpoint.isOpen || repair.isOpen }

    var haveEnded: Bool { checkpoint.doneCount == .max }

    /// There is no carrier any more: nobody waits.
    mutating func end() {
        checkpoint.doneCount = .max
        repair.doneCount = .max
    }
}
