// Checks of a whole data directory that nobody else has open, as `martlet check` does them.

internal import MartletCatalog
internal import MartletEncoding
package import MartletKeyValue

/// What a check found, and how much it looked at.
package struct CheckReport: Sendable {
    package var findings: [InvariantFinding]
    /// Rows that were read; one that several comparisons need counts for each.
    package var rowCount: Int
    /// Sealed indexes whose form was looked at: their contents can be verified with their keys only.
    package var sealedCount = 0

    package init(findings: [InvariantFinding], rowCount: Int) {
        self.findings = findings
        self.rowCount = rowCount
    }
}

package struct StoreCheck: Sendable {
    /// Whether streams, histories and vector files are compared with the items, too.
    package var isDeep = false
    /// Where vector indexes keep files; nil when there are none.
    package var vectorFolder: String?
    /// Told now and then how many rows have been read.
    package var progress: @Sendable (Int) -> Void = { _ in }

    package init(isDeep: Bool = false, vectorFolder: String? = nil) {
        self.isDeep = isDeep
        self.vectorFolder = vectorFolder
    }

    /// Compares everything in a store with everything else in it.
    /// - Parameter store: one that nobody writes to.
    package func run(on store: any KeyValueStore) throws(StorageError) -> CheckReport {
        let rows = CountedReading(try store.snapshot(), progress: progress)
        let checker = try InvariantChecker.checked(rows, isDeep: isDeep, faultLimit: 0)
        var findings = checker.findings
        if let vectorFolder {
            let files = VectorFileCheck(rows: rows, folder: vectorFolder, isDeep: isDeep)
            for table in checker.tables { findings += try files.findings(of: table) }
        }
        return CheckReport(findings: findings, rowCount: rows.rowCount)
    }
}
