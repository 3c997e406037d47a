// Deep texts on a thread with the smallest stack that the program uses: reading and forgetting them
// must fit.

import Glibc
import Testing

@testable import MartletPartiQL

/// Runs `body` on a thread with a stack of 512 KiB and waits for it.
private func onSmallStack(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 512 << 10)
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, &attributes,
        { argument in
            Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    precondition(status == 0)
    pthread_join(thread, nil)
    pthread_attr_destroy(&attributes)
}

@Suite struct StackTests {
    private static func nested(_ open: String, _ middle: String, _ close: String, _ count: Int)
        -> String
    {
        "SELECT * FROM t WHERE " + String(repeating: open, count: count) + middle
            + String(repeating: close, count: count)
    }

    @Test("no nesting overflows a stack of 512 KiB, as deep as it is read and deeper")
    func deepTexts() {
        onSmallStack {
            for count in [20, 23, 31, 44, 45, 46, 47, 48, 49, 60, 100, 800] {
                for (open, middle, close) in [
                    ("(", "a = 1", ")"), ("NOT ", "a = 1", ""), ("NOT (", "a = 1", ")"),
                    ("(b = 2 AND ", "a = 1", ")"), ("(b = 2 OR ", "a = 1", ")"),
                    ("a = [", "1", "]"), ("[", "1", "]"), ("{'a': ", "1", "}"), ("- ", "1", ""),
                    ("a[", "1", "]"), ("size(", "a", ")"), ("(SELECT * FROM t WHERE ", "a", ")"),
                ] {
                    _ = notation(Self.nested(open, middle, close, count))
                }
                let sums = String(repeating: " + 1", count: count)
                _ = notation("UPDATE t SET a = b\(sums) WHERE pk = 1")
            }
        }
    }
}
