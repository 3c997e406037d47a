import MartletKeyValue
import MartletThreads

/// A store that calls a test when somebody has opened a cursor, before the cursor is used: what
/// happens then is in the store, but the cursor does not see it.
final class CursorHookStore: LayeredStore {
    typealias Hook = @Sendable (KeyRange) -> Void

    let base: any KeyValueStore
    private let hook = Locked<Hook?>(nil)

    init(_ base: any KeyValueStore) { self.base = base }

    func onCursor(_ hook: @escaping Hook) { self.hook.withLock { $0 = hook } }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        let cursor = try base.cursor(over: range, direction)
        if let hook = hook.withLock({ $0 }) { hook(range) }
        return cursor
    }
}
