import Foundation
import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    @Suite struct Coding {
        private static func again<Value: Codable>(_ value: Value) throws -> Value {
            try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
        }

        private static func written(_ value: some Encodable) throws -> JSONValue {
            try JSONValue(json: JSONEncoder().encode(value))
        }

        @Test func anAnswerIsWrittenAsItCame() async throws {
            try await withWorld(["connections": [["id": "ma_1", "flow": "running", "script": "password"]]]) { world in
                let response = try await world.client().auth.connections.retrieveWithResponse("ma_1")
                let body = try JSONValue(json: response.body)
                let written = try Self.written(response.value)
                #expect(written["domain"] == body["domain"] && written["status"] == body["status"])
                #expect(written["flow_step"] == body["flow_step"] && written["fields"] == body["fields"])
                #expect(try Self.again(response.value) == response.value)
            }
        }

        @Test func whatIsNewIsKept() throws {
            let json: JSONValue = [
                "id": "ma_1", "flow_type": "PASSKEY", "hosted_url": "https://h", "handoff_code": "hush",
                "flow_expires_at": "2026-11-05T20:00:00Z", "later": [1, nil],
            ]
            let login = try JSONDecoder().decode(LoginResponse.self, from: Data(json.json.utf8))
            #expect(login.flowType == .unknown("PASSKEY"))
            #expect(login.handoffCode?.exposed == "hush")
            #expect(login.extra["later"] == [1, nil])
            #expect(try Self.written(login) == json)
        }

        @Test func parametersTellNullFromNothing() throws {
            let params = ConnectionUpdateParams(healthCheckInterval: 600, loginURL: .null)
            #expect(try Self.written(params) == ["health_check_interval": 600, "login_url": nil])
            #expect(try Self.again(params) == params)
        }

        @Test func wordsAndEventsAreReadToo() throws {
            let steps: [FlowStep] = [.awaitingInput, .unknown("DANCING")]
            #expect(try Self.again(steps) == steps)
            #expect(try Self.written([AuthStatus.needsAuth]) == ["NEEDS_AUTH"])
            let beat: JSONValue = ["event": "sse_heartbeat", "timestamp": "2026-11-05T20:00:00Z"]
            let event = try JSONDecoder().decode(ManagedAuthEvent.self, from: Data(beat.json.utf8))
            guard case .heartbeat = event else { throw Problem("\(event)") }
            #expect(try Self.written(event) == beat)
            let other = try JSONDecoder().decode(ManagedAuthEvent.self, from: Data(#"{"event":"x"}"#.utf8))
            #expect(try Self.written(other) == ["event": "x"])
        }

        @Test func whatIsNoModelIsToldByTheField() {
            do {
                _ = try JSONDecoder().decode([SubmitFieldsResponse].self, from: Data(#"[{"accepted":"yes"}]"#.utf8))
                Issue.record("it was read")
            } catch DecodingError.dataCorrupted(let context) {
                #expect(context.debugDescription.contains("accepted"))
                #expect(context.codingPath.count == 1)
                #expect(context.underlyingError is KernelError)
            } catch {
                Issue.record(error)
            }
        }

        @Test func aDateThatIsReadAgainIsTheSame() throws {
            for seconds in [0, 785_000_000.123_456_7, 1e9 / 3, -978_307_200, -978_307_199.75, -1_000_000_000.5] {
                let date = Date(timeIntervalSinceReferenceDate: seconds)
                let beat = SSEHeartbeatEvent(event: "sse_heartbeat", timestamp: date)
                #expect(try Self.again(beat).timestamp == date)
            }
        }

        @Test func aSecretIsReadAndNeverWritten() throws {
            struct Handoff: Decodable { let code: Secret }
            let handoff = try JSONDecoder().decode(Handoff.self, from: Data(#"{"code":"hush"}"#.utf8))
            #expect(handoff.code.exposed == "hush")
            #expect(!(handoff.code is any Encodable))
        }

        @Test func whatHasAnIDIsKnownByIt() {
            let fields = [ManagedAuthField(id: "a", ref: "r", type: .text)]
            #expect(Dictionary(uniqueKeysWithValues: fields.map { ($0.id, $0) })["a"] == fields.first)
            func id<Value: Identifiable>(_ value: Value) -> Value.ID { value.id }
            #expect(id(fields[0]) == "a")
        }
    }
}
