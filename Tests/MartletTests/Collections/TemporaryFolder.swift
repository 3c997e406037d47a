import Foundation

/// A folder of its own for each test, gone when the test is.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("martlet-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
