// Key order in one place: unsigned bytes, then length. `memcmp` compares a vector at a time.

import Glibc

/// Negative, zero or positive as `a` comes before, equals or comes after `b`.
package func compareKey(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            let common = min(a.count, b.count)
            if common > 0 {
                let order = memcmp(
                    a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, common)
                if order != 0 { return Int(order) }
            }
            return a.count - b.count
        }
    }
}
