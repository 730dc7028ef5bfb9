import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    @Suite struct LoginAndWait {
        static let password: [String: JSONValue] = ["connections": [["id": "ma_1", "script": "password"]]]
        static let answer = InputAnswer.values(["field_email": "user@example.com", "field_password": "secret"])

        struct Own: Error, Equatable {
            let reason: String
        }

        @Test func cancellingEndsTheHandlerAndTheStream() async throws {
            try await withWorld(Self.password) { world in
                let client = try world.client()
                let given = Given()
                let task = Task {
                    try await client.auth.connections.loginAndWait(
                        "ma_1",
                        onInput: { request in
                            await given.add(input: wireForm(request), [])
                            // It hears of it, and says it in its own words.
                            do { try await untilCancelled() } catch { throw Own(reason: "\(error)") }
                            return nil
                        }
                    )
                }
                await given.reached { $0.inputs.count == 1 }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                _ = try await world.record("wait_aborted=1")
            }
        }

        @Test func aTaskThatIsCancelledBeforeSendsNothing() async throws {
            try await withWorld(Self.password) { world in
                let client = try world.client()
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.auth.connections.loginAndWait("ma_1")
                }
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try await world.record()["requests"] == [])
            }
        }

        @Test func theErrorOfAHandlerIsThrownAsItIs() async throws {
            try await withWorld(Self.password) { world in
                let client = try world.client()
                await #expect(throws: Own(reason: "input")) {
                    try await client.auth.connections.loginAndWait("ma_1", onInput: { _ in throw Own(reason: "input") })
                }
                _ = try await world.record("wait_aborted=1")
                try await world.perform(.cancel, on: "ma_1")
                await #expect(throws: Own(reason: "login")) {
                    try await client.auth.connections.loginAndWait("ma_1", onLogin: { _ in throw Own(reason: "login") })
                }
            }
        }

        /// An error that comes after the answer was called off is nobody's.
        @Test func aHandlerThatIsCalledOffMayThrow() async throws {
            try await withWorld(["connections": [["id": "ma_1", "script": "push_or_code"]]]) { world in
                let connection = try await world.client().auth.connections.loginAndWait(
                    "ma_1",
                    onInput: { request in
                        guard request.step == .awaitingExternalAction else { return Self.answer }
                        do {
                            try await world.perform(.act, on: "ma_1")
                            try await untilCancelled()
                        } catch {
                            throw Own(reason: "too late")
                        }
                        return nil
                    }
                )
                #expect(connection.status == .authenticated)
            }
        }

        /// The login goes on only once the handler has been called off.
        @Test func aHandlerIsCalledOffWhileTheLoginGoesOn() async throws {
            let script: JSONValue = [
                "steps": [["external": ["message": "Look at your phone."]], ["discover": ["ms": 1000]]]
            ]
            let world: [String: JSONValue] = [
                "connections": [["id": "ma_1", "script": script]], "pace": 1, "frozen": true,
            ]
            try await withWorld(world) { world in
                let connection = try await world.client().auth.connections.loginAndWait(
                    "ma_1", waitTimeout: 10,
                    onInput: { _ in
                        try await world.perform(.act, on: "ma_1")
                        try? await untilCancelled()
                        try await world.advanceClock(by: 1)
                        return nil
                    }
                )
                #expect(connection.flowStatus == .success)
            }
        }

        /// Where there are no events, the end of the login is all there is to see.
        @Test func aHandlerIsCalledOffByTheEndOfTheLogin() async throws {
            let world: [String: JSONValue] = [
                "connections": [["id": "ma_1", "script": ["steps": [["external": ["message": "Look."]]]]]],
                "faults": [["on": "follow", "status": 500, "times": 9]],
            ]
            try await withWorld(world) { world in
                let connection = try await world.client().auth.connections.loginAndWait(
                    "ma_1", options: .init(maxRetries: 0),
                    onInput: { _ in
                        try await world.perform(.act, on: "ma_1")
                        try await untilCancelled()
                        return nil
                    }
                )
                #expect(connection.flowStatus == .success)
            }
        }

        @TaskLocal static var caller = "nobody"

        @Test func handlersBelongToTheCallersTask() async throws {
            try await withWorld(Self.password) { world in
                let client = try world.client()
                try await Self.$caller.withValue("me") {
                    let connection = try await client.auth.connections.loginAndWait("ma_1") { login in
                        #expect(Self.caller == "me")
                        #expect(login.id == "ma_1")
                    } onInput: { _ in
                        #expect(Self.caller == "me")
                        return Self.answer
                    }
                    #expect(connection.flowStatus == .success)
                }
            }
        }

        @MainActor @Test func aHandlerMayUseTheMainActor() async throws {
            try await withWorld(Self.password) { @MainActor world in
                var steps: [FlowStep] = []
                _ = try await world.client().auth.connections.loginAndWait(
                    "ma_1",
                    onInput: { @MainActor request in
                        steps.append(request.step)
                        return Self.answer
                    }
                )
                #expect(steps == [.awaitingInput])
            }
        }

        @Test func aLoginThatFailsSaysWhy() async throws {
            try await withWorld(["connections": [["id": "ma_1", "script": "fails:bot_detected"]]]) { world in
                do {
                    _ = try await world.client().auth.connections.loginAndWait("ma_1")
                    Issue.record("it did not fail")
                } catch let error as KernelError where error.kind == .loginFailed {
                    #expect(error.loginErrorCode == .botDetected)
                    #expect(error.code == "bot_detected")
                    #expect(error.flowStatus == .failed)
                    #expect(error.status == nil)
                    #expect(String(reflecting: error).contains("flowStatus: FAILED"))
                }
            }
        }
    }
}
