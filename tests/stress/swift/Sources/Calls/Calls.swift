// Makes calls, cancels calls and streams, and looks at what they leave behind: see ../../../README.md.

import Foundation
import KernelClient
import KernelClientTesting
import KernelClientURLSession

struct Unexpected: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

/// How much of each is done.
struct Amount {
    var calls = 1000
    var cancelled = 500
    var streams = 50
    /// Whether memory is measured: not where every allocation is watched, which takes memory itself.
    var isMeasured = true

    init(_ words: some Sequence<String>) throws {
        for word in words {
            let parts = word.split(separator: "=").map(String.init)
            switch (parts.first, parts.last.flatMap { Int($0) }) {
            case ("--calls", let number?): calls = number
            case ("--cancelled", let number?): cancelled = number
            case ("--streams", let number?): streams = number
            case ("--unmeasured", nil): isMeasured = false
            default: throw Unexpected(what: "there is no \(word)")
            }
        }
    }

    private init(calls: Int, cancelled: Int, streams: Int) {
        (self.calls, self.cancelled, self.streams) = (calls, cancelled, streams)
    }

    func part(_ rounds: Int) -> Amount {
        Amount(calls: calls / rounds, cancelled: cancelled / rounds, streams: streams / rounds)
    }
}

/// What is left when nothing is under way.
struct Left: CustomStringConvertible {
    let kibibytes: Int
    let descriptors: Int
    let threads: Int

    init() throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        kibibytes = line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    var description: String { "\(kibibytes) KiB, \(descriptors) descriptors, \(threads) threads" }
}

@main
enum Calls {
    static let atOnce = 64
    /// In so many equal parts it is done, after two to warm up.
    static let rounds = 10
    /// By how many KiB the process may have grown from the end of the warm-up to the end.
    static let memory = 5 * 1024

    static func main() async {
        do { try await run() } catch {
            say("failed: \(error)")
            exit(1)
        }
    }

    /// Prints a line at once.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }

    private static func run() async throws {
        let amount = try Amount(CommandLine.arguments.dropFirst())
        guard let address = ProcessInfo.processInfo.environment["KERNEL_SIMULATOR"] else {
            throw Unexpected(what: "KERNEL_SIMULATOR is not set")
        }
        let simulator = KernelSimulator(address: address)
        try await run(amount, simulator, "built in", nil)
        try await withTaskExecutorPreference(Kernel.taskExecutor) {
            try await run(amount, simulator, "on the client's thread", nil)
        }
        try await run(amount, simulator, "URLSession", URLSessionTransport())
        // What another thread is just about to let go of is no leak.
        try await Task.sleep(nanoseconds: 200_000_000)
    }

    static func run(
        _ amount: Amount, _ simulator: KernelSimulator, _ name: String, _ transport: (any KernelTransport)?
    ) async throws {
        let part = amount.part(rounds)
        for _ in 0..<2 { try await round(part, simulator, transport) }
        let before = try Left()
        say("\(name), warm: \(before)")
        var after = before
        for number in 1...rounds {
            try await round(part, simulator, transport)
            after = try Left()
            say("\(name), \(number): \(after)")
        }
        // Foundation for Linux itself keeps some 200 bytes of each request.
        guard amount.isMeasured, transport == nil else { return }
        guard after.kibibytes - before.kibibytes <= memory else {
            throw Unexpected(what: "\(after.kibibytes - before.kibibytes) KiB more than before")
        }
        guard after.descriptors <= before.descriptors else { throw Unexpected(what: "descriptors are left open") }
    }

    /// One part of everything, with a client of its own.
    static func round(_ part: Amount, _ simulator: KernelSimulator, _ transport: (any KernelTransport)?) async throws {
        try await simulator.withWorld { world in
            let client = try world.client(ClientOptions(transport: .some(transport)))
            try await atOnce(part.calls) { _ in
                let login = try await client.auth.connections.retrieve("ma_login")
                guard login.id == "ma_login" else { throw Unexpected(what: "another connection") }
            }
        }
        let silence: JSONValue = ["stall": "headers", "times": .integer(1_000_000)]
        try await simulator.withWorld(settings: ["faults": [silence]]) { world in
            let client = try world.client(ClientOptions(transport: .some(transport)))
            // However fast the others are cancelled, this one is on the wire.
            let first = task { try await client.auth.connections.login("ma_login") }
            _ = try await world.record("wait_requests=1")
            try await atOnce(part.cancelled) { number in
                let task = task { try await client.auth.connections.login("ma_login") }
                // Before the start, while connecting, with the request under way.
                for _ in 0..<(number % 50) { await Task.yield() }
                task.cancel()
                try await isCancelled(task)
            }
            first.cancel()
            try await isCancelled(first)
            try await nothingIsOpen(world)
        }
        let event = #"data: {"event":"sse_heartbeat","timestamp":"2026-11-22T10:00:00Z"}"# + "\n\n"
        let endless: JSONValue = [
            "on": "follow", "chunks": [["text": .string(event)], ["text": .string(event)]], "stall": "body",
            "times": 1_000_000,
        ]
        try await simulator.withWorld(settings: ["faults": [endless]]) { world in
            let client = try world.client(ClientOptions(transport: .some(transport)))
            try await atOnce(part.streams) { number in
                let isLeft = number % 5 == 0
                let task = task {
                    for try await _ in try await client.auth.connections.follow("ma_login") where isLeft { break }
                    try Task.checkCancellation()
                }
                if isLeft { return try await task.value }
                // While it is opened, between two events, while the next one is waited for.
                try await Task.sleep(nanoseconds: UInt64(number * 10 % 50) * 1_000_000)
                task.cancel()
                try await isCancelled(task)
            }
            try await nothingIsOpen(world)
        }
    }

    /// A task with the executor of this one.
    static func task<Value: Sendable>(
        _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) -> Task<Value, any Error> {
        let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
        let isOurs = executor == Kernel.taskExecutor.asUnownedTaskExecutor()
        return Task(executorPreference: isOurs ? Kernel.taskExecutor : nil, operation: operation)
    }

    /// Does the work so many times, few of them at once.
    static func atOnce(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= atOnce { try await group.next() }
                group.addTask { try await work(number) }
            }
            try await group.waitForAll()
        }
    }

    static func isCancelled<Value>(_ task: Task<Value, any Error>) async throws {
        do { _ = try await task.value } catch is CancellationError { return }
        throw Unexpected(what: "it was cancelled and gave an answer")
    }

    static func nothingIsOpen(_ world: SimulatedWorld) async throws {
        let record = try await world.record("wait_idle=1")
        guard record["connections_open"] == 0 else {
            throw Unexpected(what: "\(record["connections_open"] ?? .null) open")
        }
    }
}
