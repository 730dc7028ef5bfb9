import Foundation
import KernelClient
import KernelClientTesting
import Testing

/// An app: keeps a customer's shop signed in.
private struct ShopKeeper {
    let kernel: Kernel
    /// Asks the customer.
    let ask: @Sendable (String) async throws -> String

    func connect(_ customer: String) async throws -> ManagedAuth {
        let connections = kernel.auth.connections
        let made = try await connections.create(.init(domain: "shop.example", profileName: customer))
        return try await connections.loginAndWait(
            made.id,
            onInput: { request in
                var values: FieldValues = [:]
                for field in request.fields {
                    values[field.id] = Secret(try await ask(field.label ?? field.ref))
                }
                return .values(values)
            }
        )
    }
}

extension KernelClientTests {
    @Suite struct Simulators {
        @Test func anAppIsTestedOffline() async throws {
            let simulator = try await KernelSimulator.started()
            try await simulator.withWorld(settings: ["script": "mfa_code"]) { world in
                let answers = ["Email": "user@example.com", "Password": "secret"]
                let app = ShopKeeper(kernel: try world.client()) { answers[$0] ?? "123456" }
                let connection = try await app.connect("alice")
                #expect(connection.status == .authenticated)
            }
        }

        @Test func aWorldHasAClockAndThingsHappenInIt() async throws {
            let simulator = try await KernelSimulator.started()
            try await simulator.withWorld(connections: ["ma_1": "password", "ma_2": "push"]) { world in
                let client = try world.client()
                do {
                    _ = try await client.auth.connections.loginAndWait(
                        "ma_1",
                        onInput: { _ in
                            try await world.advanceClock(by: 20 * 60)
                            return nil
                        }
                    )
                    Issue.record("it did not expire")
                } catch let error as KernelError {
                    #expect(error.flowStatus == .expired)
                }
                _ = try await client.auth.connections.login("ma_2")
                try await world.perform(.cancel, on: "ma_2")
                #expect(try await client.auth.connections.retrieve("ma_2").flowStatus == .canceled)
                let page = try await client.auth.connections.list().firstPage()
                #expect(page.items.map(\.id).sorted() == ["ma_1", "ma_2"])
            }
        }

        @Test func aClientTrustsItsWorld() async throws {
            try await withWorld(["tls": "trusted"]) { world in
                #expect(world.certificate != nil)
                let login = try await world.client().auth.connections.login("ma_login")
                #expect(login.id == "ma_login")
            }
        }

        #if os(macOS) || os(Linux)
            @Test func theMainAddressHasAConnectionForEveryScript() async throws {
                let world = try await KernelSimulator.start().mainWorld
                #expect(try await world.client().auth.connections.retrieve("ma_password").status == .needsAuth)
                let record = try await world.record()
                #expect(record["requests"]?[0]?["path"] == "/auth/connections/ma_password")
            }

            @Test func aSimulatorEndsWithItsValue() async throws {
                let address = try await KernelSimulator.start().address
                let deadline = Date(timeIntervalSinceNow: 10)
                var isThere = true
                while isThere && Date() < deadline {
                    do { try await KernelSimulator(address: address).openWorld().close() } catch { isThere = false }
                }
                #expect(!isThere)
            }

            @Test func aProgramThatIsNotThereIsNamed() async throws {
                await #expect {
                    try await KernelSimulator.start(program: "/no/such/program")
                } throws: {
                    $0 is SimulatorError && "\($0)".contains("/no/such/program")
                }
            }
        #endif
    }
}
