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

        @Test func aTaskThatIsCancelledBeforeItCallsSendsNothing() async throws {
            try await withWorld { world in
                let client = try world.client()
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

        @Test func theRequestIsGoneAtTheServerToo() async throws {
            try await withWorld(Self.silence(1)) { world in
                let client = try world.client()
                let task = Task { try await client.auth.connections.login("ma_login") }
                _ = try await world.record("wait_requests=1")
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                let record = try await world.record("wait_aborted=1")
                #expect(record["requests"]?[0]?["aborted"] == true)
            }
        }

        @Test func aGroupCancelsItsChildren() async throws {
            try await withWorld(Self.silence(8)) { world in
                let client = try world.client()
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

        @Test func cancellingAnEndedCallChangesNothing() async throws {
            try await withWorld { world in
                let client = try world.client()
                let task = Task { try await client.auth.connections.login("ma_login") }
                #expect(try await task.value.id == "ma_login")
                task.cancel()
                #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
            }
        }

        /// Cancelled at every stage: before the start, while connecting, with the request under way.
        @Test func aStormLeavesNoConnectionOpen() async throws {
            try await withWorld(Self.silence(1001)) { world in
                let client = try world.client()
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

        /// If a call held a thread of Swift's while it waits, these would hold them all.
        @Test func waitingCallsHoldNoThread() async throws {
            try await withWorld(Self.silence(200)) { silent in
                try await withWorld { world in
                    let waiting = try silent.client()
                    let client = try world.client()
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
