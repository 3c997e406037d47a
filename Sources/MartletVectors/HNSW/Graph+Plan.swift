// How a search is carried out. Costs are in scored vectors: what matters is which plan is cheaper.

/// How to find the nearest of what may be returned.
enum Plan: Equatable {
    /// Compare with all of it, by its vectors.
    case exactRows
    /// Compare with all of it, by codes where there are any.
    case scan
    /// Walk through everything and return what may be: most of it may.
    case walk(ef: Int)
    /// Walk only through what may be returned, from there to neighbours of neighbours.
    case walkAdmitted(ef: Int)
}

extension Graph {
    func plan(_ search: Search) -> Plan {
        let admission = search.admission
        guard admission.count >= Self.leastForCodes else { return .scan }
        let share = admission.share
        // So many candidates of a plain walk hold `ef` that may be returned.
        let widened = Double(search.ef) / share
        let walkCost = 20 * widened + 300
        let admittedCost = 60 * Double(search.ef) + 300
        let scanCost = Double(admission.count) * 0.6
        if scanCost < min(walkCost, admittedCost) { return .scan }
        return walkCost <= admittedCost || share > 0.5
            ? .walk(ef: Int(widened.rounded(.up))) : .walkAdmitted(ef: search.ef)
    }
}
