// What handles of databases and clients stand for: the same calls, here or at a server.

internal import Martlet

private final class CollectionHandle: Sendable {
    let calls: any CollectionCalls

    init(_ calls: any CollectionCalls) { self.calls = calls }
}

private final class CollectionsHandle: Sendable {
    let calls: any CollectionsCalls

    init(_ calls: any CollectionsCalls) { self.calls = calls }
}

func handle(_ calls: any CollectionCalls) -> UnsafeMutableRawPointer {
    handle(CollectionHandle(calls) as AnyObject)
}

func handle(_ calls: any CollectionsCalls) -> UnsafeMutableRawPointer {
    handle(CollectionsHandle(calls) as AnyObject)
}

/// The database of a handle.
func collection(
    _ handle: UnsafeMutableRawPointer?
) throws(Failure) -> any CollectionCalls {
    try object(handle, as: CollectionHandle.self).calls
}

/// The client of a handle.
func collections(
    _ handle: UnsafeMutableRawPointer?
) throws(Failure) -> any CollectionsCalls {
    try object(handle, as: CollectionsHandle.self).calls
}
