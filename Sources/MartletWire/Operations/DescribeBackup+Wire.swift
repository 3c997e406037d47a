// Order: docs/operations/DescribeBackup.md.

package import MartletEngine

extension DescribeBackup: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeBackup> {
        DecodedRequest(DescribeBackup(arn: try readBackupARN(body)))
    }

    package static func encode(
        _ output: BackupDescription, for request: DecodedRequest<DescribeBackup>,
        into writer: inout JSONWriter
    ) {
        writer.backupDescription(output)
    }
}
