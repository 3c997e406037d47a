/// What can be in the way of an export or an import, by the service's names.
public enum TransferFault: String, Sendable {
    case exportNotFound = "ExportNotFoundException"
    case importNotFound = "ImportNotFoundException"
    case exportConflict = "ExportConflictException"
    case importConflict = "ImportConflictException"
    case invalidExportTime = "InvalidExportTimeException"
    case recoveryUnavailable = "PointInTimeRecoveryUnavailableException"
}
