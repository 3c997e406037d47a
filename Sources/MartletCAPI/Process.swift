internal import CMartletAPI
internal import Glibc
internal import Martlet

/// Never freed, so that C may keep it.
private nonisolated(unsafe) let version = UnsafePointer(strdup(MartletVersion.current)!)

@c @implementation
public func martlet_version() -> UnsafePointer<CChar>? { version }

@c @implementation
public func martlet_close_all() {
    if martlet_is_forked() == 0 { VectorDatabase.closeAll() }
}
