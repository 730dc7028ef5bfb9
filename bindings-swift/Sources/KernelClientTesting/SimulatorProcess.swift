import Foundation

#if os(macOS) || os(Linux)
    /// The program, for as long as the value lives: it stops when its standard input closes.
    final class SimulatorProcess: @unchecked Sendable {
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private let pieces: AsyncStream<Data>

        init(_ program: String?) throws {
            let environment = ProcessInfo.processInfo.environment
            let path = program ?? environment["KERNEL_SIMULATOR_BINARY"] ?? found(on: environment["PATH"] ?? "")
            guard let path else {
                throw SimulatorError("put `kernel-simulator` on the PATH, or its path into KERNEL_SIMULATOR_BINARY")
            }
            // Read to its end: a program whose output nobody reads would stop.
            pieces = AsyncStream { [output] pieces in
                output.fileHandleForReading.readabilityHandler = { handle in
                    let piece = handle.availableData
                    if piece.isEmpty {
                        handle.readabilityHandler = nil
                        pieces.finish()
                    } else {
                        pieces.yield(piece)
                    }
                }
            }
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = ["--port", "0"]
            process.standardInput = input
            process.standardOutput = output
            do {
                try process.run()
            } catch {
                throw SimulatorError("\(path) does not start: \(error.localizedDescription)")
            }
        }

        deinit {
            try? input.fileHandleForWriting.close()
        }

        /// The first line that it prints.
        func address() async throws -> String {
            var text = ""
            for await piece in pieces {
                text += String(decoding: piece, as: UTF8.self)
                if let end = text.firstIndex(of: "\n") { return String(text[..<end]) }
            }
            throw SimulatorError("the simulator ended before it said where it is: \(text)")
        }
    }

    private func found(on path: String) -> String? {
        path.split(separator: ":").map { "\($0)/kernel-simulator" }
            .first(where: FileManager.default.isExecutableFile)
    }
#else
    /// Other systems start no programs.
    final class SimulatorProcess: Sendable {
        init(_: String?) throws {
            throw SimulatorError("this system starts no programs: start the simulator elsewhere and name its address")
        }

        func address() async throws -> String { "" }
    }
#endif
