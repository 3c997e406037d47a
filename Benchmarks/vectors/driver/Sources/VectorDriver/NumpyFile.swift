// A .npy file of version 1: the magic "\u{93}NUMPY", two bytes of version, two of header length
// (little-endian), a header that reads as a Python dictionary, and the numbers, row by row. Only
// what the benchmark's data sets have is understood: "<f4" or "|u1" in C order.

import Foundation

/// The numbers of a .npy file in memory of this process, which no file backs: what an index adds
/// to the process is then its own. They are freed with the object.
final class NumpyFile<Element: BitwiseCopyable> {
    let shape: [Int]
    private let storage: UnsafeMutableBufferPointer<Element>

    var numbers: UnsafeBufferPointer<Element> { UnsafeBufferPointer(storage) }

    init(_ path: String, type: String) throws {
        let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        guard data.count > 10, data.starts(with: [0x93] + Array("NUMPY".utf8)), data[6] == 1 else {
            throw DriverError(text: "\(path) is no .npy file of version 1")
        }
        let start = 10 + Int(data[8]) + Int(data[9]) << 8
        let header = String(decoding: data[10..<start], as: UTF8.self)
        guard header.contains("'descr': '\(type)'"), header.contains("'fortran_order': False"),
            let shape = header.firstMatch(of: /'shape': \(([0-9, ]*)\)/)
        else { throw DriverError(text: "\(path) holds something else than \(type)") }
        self.shape = shape.1.split(separator: ",").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        let count = self.shape.reduce(1, *)
        guard data.count - start == count * MemoryLayout<Element>.stride else {
            throw DriverError(text: "\(path) was cut")
        }
        storage = .allocate(capacity: count)
        _ = data[start...].copyBytes(to: storage)
    }

    deinit { storage.deallocate() }
}

struct DriverError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
