// A folder for files of vector indexes, in memory where the system has such a place: what survives is
// the simulation's to decide, so nothing need reach a device.

internal import Glibc
internal import MartletTestBasics

package struct SimulationFolder: Sendable {
    package let path: String

    package init() {
        let parent =
            access("/dev/shm", W_OK) == 0
            ? "/dev/shm" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(parent)/martlet-simulation-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    package func remove() { removeTree(path) }
}
