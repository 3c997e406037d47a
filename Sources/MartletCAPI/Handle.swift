// Objects that C holds: a retained reference behind a pointer.

internal import CMartletAPI

/// Hands an object out.
func handle(_ object: AnyObject) -> UnsafeMutableRawPointer {
    martlet_note_use()
    return Unmanaged.passRetained(object).toOpaque()
}

/// - Throws: `MARTLET_CLOSED` in a process that was forked from one that had opened something: the
///   threads of the library, and of the store below it, are not there, and waiting for them would
///   not end.
func checkProcess() throws(Failure) {
    guard martlet_is_forked() != 0 else { return }
    throw Failure(
        MARTLET_CLOSED,
        "This process was forked from one that had opened a database, whose threads it lacks. Fork "
            + "before anything is opened, or start processes with spawn.")
}

/// The object of a handle.
///
/// - Throws: `MARTLET_CLOSED` in a process that was forked from the one that opened it.
func object<Object: AnyObject>(
    _ handle: UnsafeMutableRawPointer?, as type: Object.Type = Object.self
) throws(Failure) -> Object {
    try checkProcess()
    // Which type a handle is of is the caller's promise.
    return Unmanaged<Object>.fromOpaque(handle!).takeUnretainedValue()
}

@c @implementation
public func martlet_release(_ handle: UnsafeMutableRawPointer?) {
    guard let handle, martlet_is_forked() == 0 else { return }
    Unmanaged<AnyObject>.fromOpaque(handle).release()
}
