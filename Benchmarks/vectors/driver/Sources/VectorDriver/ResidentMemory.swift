import CMalloc
import Foundation

/// What this process has in memory, in bytes: of its own, and of mapped files.
struct ResidentMemory {
    var anonymous = 0
    var mapped = 0

    /// After freed memory went back to the system.
    static func now() throws -> ResidentMemory {
        malloc_trim(0)
        var memory = ResidentMemory()
        for line in try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            .split(separator: "\n")
        {
            let words = line.split(whereSeparator: \.isWhitespace)
            switch words.first {
            case "RssAnon:", "RssShmem:": memory.anonymous += (Int(words[1]) ?? 0) * 1024
            case "RssFile:": memory.mapped = (Int(words[1]) ?? 0) * 1024
            default: break
            }
        }
        return memory
    }
}
