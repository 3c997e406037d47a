// Order: docs/operations/DeleteBackup.md.

package import MartletEngine

extension DeleteBackup: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DeleteBackup> {
        DecodedRequest(DeleteBackup(arn: try readBackupARN(body)))
    }

    package static func encode(
        _ output: BackupDescription, for request: DecodedRequest<DeleteBackup>,
        into writer: inout JSONWriter
    ) {
        writer.backupDescription(output)
    }
}
