// Uses the client as programs do. Where the library is built to watch itself, it writes down what of it that took, and is
// then built anew for it. So what is not done here is built to be small.

import KernelClient
import KernelClientTesting

@main
enum Training {
    /// How much is done of each takes about as long.
    static let logins = 2000
    static let pages = 100
    static let streams = 5
    /// Of one stream, but for the last.
    static let events = 2000

    static func main() async throws {
        let simulator = try await KernelSimulator.start()
        for settings: [String: JSONValue] in [[:], ["tls": "trusted"], ["tls": "http2"]] {
            try await simulator.withWorld(settings: settings.merging(world) { $1 }) { world in
                let client = try world.client()
                try await use(client)
                try await withTaskExecutorPreference(Kernel.taskExecutor) { try await use(client) }
            }
        }
    }

    static func use(_ client: Kernel) async throws {
        let connections = client.auth.connections
        for _ in 0..<logins { _ = try await connections.login("ma_login") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask { for _ in 0..<(logins / 64) { _ = try await connections.login("ma_login") } }
            }
            try await group.waitForAll()
        }
        for _ in 0..<pages { _ = try await connections.list(.init(limit: 100)).firstPage() }
        for _ in 0..<streams {
            for try await _ in try await connections.follow("ma_login") {}
        }
    }

    /// A page of connections whose logins wait, and streams that are told as fast as they are read.
    static var world: [String: JSONValue] {
        let waiting = (0..<99).map { at -> JSONValue in
            [
                "id": .string("ma_\(at)"), "domain": .string("shop\(at).example.com"),
                "profile_name": .string("customer-\(at)"), "script": "password", "flow": "running",
            ]
        }
        let told: JSONValue = ["text": .string(frame(waits))]
        let chunks = Array(repeating: told, count: events) + [["text": .string(frame(ends))]]
        return [
            "connections": .array([["id": "ma_login"]] + waiting),
            "frozen": true,
            "faults": [["on": "follow", "times": 1_000_000, "chunks": .array(chunks)]],
        ]
    }

    static func frame(_ event: JSONValue) -> String {
        "event: managed_auth_state\ndata: \(event.json)\n\n"
    }

    /// A login that waits for a password.
    static let waits: JSONValue = [
        "event": "managed_auth_state", "timestamp": "2026-11-23T03:03:15.999Z",
        "flow_status": "IN_PROGRESS", "flow_step": "AWAITING_INPUT", "flow_type": "LOGIN",
        "fields": [
            [
                "id": "field_password", "ref": "password", "type": "password", "label": "Password",
                "required": true, "reason": "missing",
            ]
        ],
        "discovered_fields": [
            [
                "name": "password", "type": "password", "label": "Password", "required": true,
                "selector": "input[name=\"password\"]",
            ]
        ],
        "live_view_url": "https://live.example/bgzeseu7ptccw", "hosted_url": "https://auth.example/login/ma_login",
    ]

    static let ends: JSONValue = [
        "event": "managed_auth_state", "timestamp": "2026-11-23T03:03:17.000Z",
        "flow_status": "SUCCESS", "flow_step": "COMPLETED", "flow_type": "LOGIN",
    ]
}
