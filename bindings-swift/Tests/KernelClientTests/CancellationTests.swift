import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    @Suite struct Cancellation {
        /// How many of these end as cancelled tasks do.
        static func cancelled(_ tasks: [Task<LoginResponse, any Error>]) async -> Int {
            var count = 0
            for task in tasks {
                if case .failure(let error) = await task.result, error is CancellationError { count += 1 }
            }
            return count
        }

        /// Waits like an API that is thinking, `times` requests long.
        static func silence(_ times: Int) -> [String: JSONValue] {
            ["faults": [["stall": "headers", "times": .integer(Int64(times))]]]
        }

        @Test(arguments: Way.all) func aTaskThatIsCancelledBeforeItCallsSendsNothing(_ way: Way) async throws {
            try await withWorld { world in
                let client = try world.client(way)
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.auth.connections.login("ma_login")
                }
                await #expect(throws: CancellationError.self) { try await task.value }
                let record = try await world.record()
                #expect(record["requests"] == [])
                #expect(record["connections_total"] == 0)
            }
        }

        @Test(arguments: Way.all) func theRequestIsGoneAtTheServerToo(_ way: Way) async throws {
            try await withWorld(Self.silence(1)) { world in
                let client = try world.client(way)
                let task = Task { try await client.auth.connections.login("ma_login") }
                _ = try await world.record("wait_requests=1")
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                let record = try await world.record("wait_aborted=1")
                #expect(record["requests"]?[0]?["aborted"] == true)
            }
        }

        @Test(arguments: Way.all) func aGroupCancelsItsChildren(_ way: Way) async throws {
            try await withWorld(Self.silence(8)) { world in
                let client = try world.client(way)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            await #expect(throws: CancellationError.self) {
                                try await client.auth.connections.login("ma_login")
                            }
                        }
                    }
                    _ = try await world.record("wait_requests=8")
                    group.cancelAll()
                    try await group.waitForAll()
                }
                _ = try await world.record("wait_aborted=8")
            }
        }

        @Test(arguments: Way.all) func cancellingAnEndedCallChangesNothing(_ way: Way) async throws {
            try await withWorld { world in
                let client = try world.client(way)
                let task = Task { try await client.auth.connections.login("ma_login") }
                #expect(try await task.value.id == "ma_login")
                task.cancel()
                #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
            }
        }

        /// Cancelled at every stage: before the start, while connecting, with the request under way.
        @Test(arguments: Way.all) func aStormLeavesNoConnectionOpen(_ way: Way) async throws {
            try await withWorld(Self.silence(1001)) { world in
                let client = try world.client(way)
                // However fast the others are cancelled, this one is on the wire.
                let first = Task { try await client.auth.connections.login("ma_login") }
                _ = try await world.record("wait_requests=1")
                let cancelled = await withTaskGroup(of: Int.self) { group in
                    for number in 0..<1000 {
                        group.addTask {
                            let task = Task { try await client.auth.connections.login("ma_login") }
                            for _ in 0..<(number % 50) { await Task.yield() }
                            task.cancel()
                            return await Self.cancelled([task])
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(cancelled == 1000)
                first.cancel()
                #expect(await Self.cancelled([first]) == 1)
                let record = try await world.record("wait_idle=1")
                #expect(record["connections_open"] == 0)
                #expect(record["requests"]?[0]?["aborted"] == true)
            }
        }

        /// Left, or cancelled: while they are opened, between two events, while the next one is waited for.
        @Test(arguments: Way.all) func aStormOfStreamsLeavesNoConnectionOpen(_ way: Way) async throws {
            let event = #"data: {"event":"sse_heartbeat","timestamp":"2026-11-22T10:00:00Z"}"# + "\n\n"
            let fault: JSONValue = [
                "on": "follow", "chunks": [["text": .string(event)], ["text": .string(event)]], "stall": "body",
                "times": 50,
            ]
            try await withWorld(["faults": [fault]]) { world in
                let client = try world.client(way)
                let ended = await withTaskGroup(of: Int.self) { group in
                    for number in 0..<50 {
                        let task = Task {
                            var count = 0
                            for try await _ in try await client.auth.connections.follow("ma_login") {
                                count += 1
                                if number % 5 == 0 { break }
                            }
                            try Task.checkCancellation()
                        }
                        group.addTask {
                            if number % 5 == 0 { return await task.result.isFailure ? 0 : 1 }
                            try? await Task.sleep(nanoseconds: UInt64(number) * 2_000_000)
                            task.cancel()
                            guard case .failure(let error) = await task.result else { return 0 }
                            return error is CancellationError ? 1 : 0
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(ended == 50)
                let record = try await world.record("wait_idle=1")
                #expect(record["connections_open"] == 0)
            }
        }

        /// If a call held a thread of Swift's while it waits, these would hold them all.
        @Test(arguments: Way.all) func waitingCallsHoldNoThread(_ way: Way) async throws {
            try await withWorld(Self.silence(200)) { silent in
                try await withWorld { world in
                    let waiting = try silent.client(way)
                    let client = try world.client(way)
                    let tasks = (0..<200).map { _ in Task { try await waiting.auth.connections.login("ma_login") } }
                    _ = try await silent.record("wait_requests=200")
                    #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
                    for task in tasks { task.cancel() }
                    #expect(await Self.cancelled(tasks) == 200)
                    _ = try await silent.record("wait_aborted=200")
                }
            }
        }
    }
}

extension Result {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}
