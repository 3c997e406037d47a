// How a search is carried out. Costs are in scored vectors: what matters is which plan is cheaper.

internal import Synchronization

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
    // What a candidate of a walk costs, in vectors that a scan compares in the same time: measured
    // on 117,000 vectors of 384 dimensions in codes of half a byte.
    private static let walkCost = 60.0
    private static let admittedCost = 145.0
    private static let leastCost = 900.0
    /// Fewer are compared in full, which takes no time either.
    private static let leastForEstimates = 256

    /// Whether a search for ten without a filter compares the query with all of so many vectors.
    func isScanned(count: Int) -> Bool {
        count < Self.leastForCodes
            || Double(count) < Self.leastCost + Self.walkCost * Double(defaultEf(10))
    }

    func plan(_ search: Search) -> Plan {
        let admission = search.admission
        guard linkedCount.load(ordering: .relaxed) >= Self.leastForCodes,
            admission.count >= Self.leastForEstimates
        else { return .exactRows }
        guard admission.count >= Self.leastForCodes else { return .scan }
        // As many candidates of a plain walk have `ef` among them that may be returned, nearly
        // always if those are spread evenly.
        let (ef, share) = (Double(search.ef), admission.share)
        let widened = (ef + 2 * (ef * (1 - share)).squareRoot()) / share
        let walk = Self.leastCost + Self.walkCost * widened
        let admitted = Self.leastCost + Self.admittedCost * ef
        let scan = Double(admission.count)
        if scan < min(walk, admission.hasFilter ? admitted : walk) { return .scan }
        return walk <= admitted || !admission.hasFilter
            ? .walk(ef: Int(widened.rounded(.up))) : .walkAdmitted(ef: search.ef)
    }
}
