import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    @Suite struct Events {
        /// A connection with a flow that goes on and on.
        static let running: [String: JSONValue] = ["connections": [["id": "ma_1", "flow": "running"]]]

        @Test func leavingTheIterationClosesTheConnection() async throws {
            try await withWorld(Self.running) { world in
                let events = try await world.client().auth.connections.follow("ma_1")
                for try await event in events {
                    guard case .state(let state) = event else { continue }
                    #expect(state.flowStatus == .inProgress)
                    break
                }
                // While somebody still holds the events.
                #expect(try await world.record("wait_idle=1")["connections_open"] == 0)
                for try await _ in events { Issue.record("the events are for one iteration") }
            }
        }

        @Test func cancellingTheTaskClosesTheConnection() async throws {
            try await withWorld(Self.running) { world in
                let given = Given()
                let events = try await world.client().auth.connections.follow("ma_1")
                let task = Task {
                    for try await event in events { await given.add(item: wireForm(event), []) }
                }
                await given.reached { $0.items.count == 1 }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try await world.record("wait_idle=1")["connections_open"] == 0)
                var iterator = events.makeAsyncIterator()
                #expect(try await iterator.next() == nil)
            }
        }

        @Test func aCancelledTaskGetsNoEvent() async throws {
            try await withWorld(Self.running) { world in
                let events = try await world.client().auth.connections.follow("ma_1")
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    var iterator = events.makeAsyncIterator()
                    do {
                        _ = try await iterator.next()
                        Issue.record("it got one")
                    } catch {
                        #expect(error is CancellationError)
                    }
                    return try await iterator.next()
                }
                #expect(try await task.value == nil)
                #expect(try await world.record("wait_idle=1")["connections_open"] == 0)
            }
        }

        @Test func eventsThatAreLetGoCloseTheConnection() async throws {
            try await withWorld(Self.running) { world in
                let client = try world.client()
                _ = try await client.auth.connections.follow("ma_1")
                #expect(try await world.record("wait_idle=1")["connections_open"] == 0)
                do {
                    var iterator = try await client.auth.connections.follow("ma_1").makeAsyncIterator()
                    #expect(try await iterator.next() != nil)
                }
                let record = try await world.record("wait_idle=1")
                #expect(record["connections_open"] == 0)
                #expect(record["aborted"] == 2)
            }
        }

        /// Each follower gets every state of its flow once, while the streams break at random.
        @Test func aHundredFollowersMissNothing() async throws {
            let script: JSONValue = [
                "steps": [
                    ["discover": ["ms": 1]], ["external": ["message": "one", "ms": 1]], ["discover": ["ms": 1]],
                    ["external": ["message": "two", "ms": 1]], ["external": ["message": "three", "ms": 1]],
                ]
            ]
            let ids = (0..<100).map { "ma_\($0)" }
            let connections = ids.map { ["id": .string($0), "script": script] as JSONValue }
            try await withWorld(["connections": .array(connections), "chaos": ["seed": 11]]) { world in
                let client = try world.client()
                let seen = try await withThrowingTaskGroup(of: (String, [String]).self) { group in
                    for id in ids {
                        group.addTask {
                            _ = try await client.auth.connections.login(id)
                            var states: [String] = []
                            for try await event in try await client.auth.connections.follow(id) {
                                guard case .state(let state) = event else { continue }
                                states.append("\(state.flowStep) \(state.externalActionMessage ?? "-")")
                            }
                            return (id, states)
                        }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                let record = try await world.record()
                for connection in record["connections"]?.items ?? [] {
                    let states = (connection["states"]?.items ?? []).map {
                        "\($0["flow_step"]?.string ?? "") \($0["external_action_message"]?.string ?? "-")"
                    }
                    #expect(states.count >= 6)
                    #expect(seen[connection["id"]?.string ?? ""] == states)
                }
                #expect(seen.count == 100)
                // Streams did break.
                #expect(record["requests_total"]?.int ?? 0 > 200)
            }
        }
    }
}
