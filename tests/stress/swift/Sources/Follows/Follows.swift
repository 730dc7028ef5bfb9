// Follows logins, all at once, and prints the states that it is given; see ../../../README.md.

import Foundation
import KernelClient

@main
enum Follows {
    private struct Order: Decodable {
        let baseURL: String
        let connections: [String]

        enum CodingKeys: String, CodingKey {
            case baseURL = "base_url"
            case connections
        }
    }

    static func main() async throws {
        say("ready")
        while let line = readLine() {
            let order = try JSONDecoder().decode(Order.self, from: Data(line.utf8))
            let client = try Kernel(baseURL: order.baseURL)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for connection in order.connections {
                    group.addTask { try await follow(client, connection) }
                }
                try await group.waitForAll()
            }
            say("done")
        }
    }

    private static func follow(_ client: Kernel, _ connection: String) async throws {
        for try await event in try await client.auth.connections.follow(connection) {
            guard case .state(let state) = event else { continue }
            let message = state.externalActionMessage.map(JSONValue.string)
            let told: JSONValue = [
                "connection": .string(connection), "flow_status": .string("\(state.flowStatus)"),
                "flow_step": .string("\(state.flowStep)"), "external_action_message": message ?? .null,
            ]
            say(told.json)
        }
    }

    /// Prints a line as one piece, at once.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}
