// Drives our vector index for the benchmark: VectorDriver FORM FOLDER THREADS, then commands on
// standard input and answers on standard output, a line of JSON each.

import Foundation

let words = CommandLine.arguments
guard words.count == 4, let threads = Int(words[3]), threads > 0 else {
    FileHandle.standardError.write(Data("usage: VectorDriver FORM FOLDER THREADS\n".utf8))
    exit(2)
}
do {
    let session = try Session(form: words[1], folder: words[2], threads: threads)
    let encoder = JSONEncoder()
    commands: while let line = readLine() {
        let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
        let answer: Data
        switch command.do {
        case .build: answer = try encoder.encode(session.build())
        case .search: answer = try encoder.encode(session.search(command))
        case .replace: answer = try encoder.encode(session.replaceHalf())
        case .quit: break commands
        }
        FileHandle.standardOutput.write(answer + Data("\n".utf8))
    }
} catch {
    FileHandle.standardError.write(Data("VectorDriver: \(error)\n".utf8))
    exit(1)
}
