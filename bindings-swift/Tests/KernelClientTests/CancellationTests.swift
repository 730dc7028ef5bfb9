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
                let task = way.task {
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
                let task = way.task { try await client.auth.connections.login("ma_login") }
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
                let task = way.task {
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
                }
                try await task.value
                _ = try await world.record("wait_aborted=8")
            }
        }

        @Test(arguments: Way.all) func cancellingAnEndedCallChangesNothing(_ way: Way) async throws {
            try await withWorld { world in
                let client = try world.client(way)
                let task = way.task { try await client.auth.connections.login("ma_login") }
                #expect(try await task.value.id == "ma_login")
                task.cancel()
                #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
            }
        }

        /// If a call held a thread of Swift's while it waits, these would hold them all.
        @Test(arguments: Way.all) func waitingCallsHoldNoThread(_ way: Way) async throws {
            try await withWorld(Self.silence(200)) { silent in
                try await withWorld { world in
                    let waiting = try silent.client(way)
                    let client = try world.client(way)
                    let tasks = (0..<200).map { _ in way.task { try await waiting.auth.connections.login("ma_login") } }
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
