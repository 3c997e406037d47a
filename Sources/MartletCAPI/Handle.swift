// Objects that C holds: a retained reference behind a pointer.

internal import CMartletAPI

/// Hands an object out.
func handle(_ object: AnyObject) -> UnsafeMutableRawPointer {
    martlet_note_use()
    return Unmanaged.passRetained(object).toOpaque()
}

/// The object of a handle.
///
/// - Throws: `MARTLET_CLOSED` in a process that was forked from the one that opened it.
func object<Object: AnyObject>(
    _ handle: UnsafeMutableRawPointer?, as type: Object.Type = Object.self
) throws(Failure) -> Object {
    if martlet_is_forked() != 0 {
        throw Failure(
            MARTLET_CLOSED,
            "The database was opened before this process was forked. Open it in this process, and "
                + "in the other only after the fork; or start processes with spawn.")
    }
    // Which type a handle is of is the caller's promise.
    return Unmanaged<Object>.fromOpaque(handle!).takeUnretainedValue()
}

@c @implementation
public func martlet_release(_ handle: UnsafeMutableRawPointer?) {
    guard let handle, martlet_is_forked() == 0 else { return }
    Unmanaged<AnyObject>.fromOpaque(handle).release()
}
