import Foundation
import KernelClient
import KernelClientTesting
import Testing

#if canImport(Darwin)
    import Observation
#endif

extension KernelClientTests {
    @MainActor @Suite struct Form {
        /// A login that the backend has started, and the form that the app makes of what it was handed.
        static func form(_ script: JSONValue, _ body: (SimulatedWorld, LoginForm) async throws -> Void) async throws {
            try await withWorld(["connections": [["id": "ma_1", "script": script]]]) { world in
                let login = try await world.client().auth.connections.login("ma_1")
                let code = try #require(login.handoffCode)
                let options = ClientOptions(baseURL: world.baseURL)
                try await body(world, LoginForm(id: login.id, handoffCode: code, client: options))
            }
        }

        /// Enters what the simulator's scripts expect, and submits it.
        static func fillIn(_ form: LoginForm) {
            for field in form.fields {
                switch field.type {
                case .identifier: form.values[field.id] = "user@example.com"
                case .password: form.values[field.id] = "secret"
                default: form.values[field.id] = "123456"
                }
            }
            form.submit()
        }

        /// Waits until the form asks for something.
        static func asked(_ phases: inout AsyncStream<LoginForm.Phase>.Iterator) async throws -> InputRequest {
            while let phase = await phases.next(isolation: MainActor.shared) {
                if case .input(let request) = phase { return request }
                if case .failed(let error) = phase { throw error }
            }
            throw Problem("the form is gone")
        }

        /// Another run of a form that has failed brings the login to its end.
        static func goesOn(_ form: LoginForm) async throws {
            #expect(form.canRunAgain)
            var seen = form.phases.makeAsyncIterator()
            // How it stands: failed.
            _ = await seen.next(isolation: MainActor.shared)
            async let outcome = form.run()
            _ = try await asked(&seen)
            fillIn(form)
            #expect(try await outcome.status == .authenticated)
        }

        static func name(_ phase: LoginForm.Phase) -> String {
            switch phase {
            case .working: "working"
            case .input(let request): "input \(request.fields.map(\.id)) \(request.choices.map(\.id))"
            case .finished(let connection): "finished \(connection.status)"
            case .failed(let error): "failed \((error as? KernelError)?.kind.rawValue ?? "\(error)")"
            }
        }

        @Test func aPersonSignsInWithIt() async throws {
            try await Self.form("mfa_code") { _, form in
                var seen = form.phases.makeAsyncIterator()
                async let outcome = form.run()
                #expect(try await Self.asked(&seen).fields.map(\.type) == [.identifier, .password])
                #expect(form.fields.count == 2 && form.choices.isEmpty && form.error == nil && form.connection == nil)
                Self.fillIn(form)
                #expect(form.values.values.sorted() == ["user@example.com"])
                #expect(form.request == nil)
                _ = try await Self.asked(&seen)
                #expect(form.values.isEmpty)
                Self.fillIn(form)
                #expect(try await outcome.status == .authenticated)
                #expect(form.connection?.status == .authenticated)
            }
        }

        @Test func everyChangeIsTold() async throws {
            try await Self.form("mfa_choice") { _, form in
                let phases = form.phases
                async let outcome = form.run()
                var told: [String] = []
                for await phase in phases {
                    told.append(Self.name(phase))
                    if case .finished = phase { break }
                    guard case .input(let request) = phase else { continue }
                    if let sms = request.choices.first { form.choose(sms) } else { Self.fillIn(form) }
                }
                _ = try await outcome
                #expect(
                    told == [
                        "working", "working", "input [\"field_email\", \"field_password\"] []", "working",
                        "input [] [\"sms\", \"call\", \"push\", \"switch\"]", "working", "input [\"field_code\"] []",
                        "working", "finished AUTHENTICATED",
                    ])
            }
        }

        @Test func whatWasNotWrongStays() async throws {
            try await Self.form("password_wrong_once") { _, form in
                var seen = form.phases.makeAsyncIterator()
                async let outcome = form.run()
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                let again = try await Self.asked(&seen)
                #expect(again.websiteError == "Wrong email or password.")
                #expect(form.values == ["field_email": "user@example.com"])
                #expect(!form.isComplete)
                Self.fillIn(form)
                #expect(try await outcome.status == .authenticated)
            }
        }

        @Test func nothingIsSubmittedBeforeEverythingIsThere() async throws {
            try await Self.form("password") { world, form in
                // Nothing is asked yet.
                form.submit(.choice("none"))
                form.submit()
                var seen = form.phases.makeAsyncIterator()
                async let outcome = form.run()
                _ = try await Self.asked(&seen)
                #expect(!form.isComplete)
                form.submit()
                form.values["field_email"] = "user@example.com"
                form.values["field_password"] = ""
                #expect(!form.isComplete)
                form.submit()
                #expect(form.request != nil)
                #expect(try await world.record()["requests"]?[3] == nil)
                Self.fillIn(form)
                // The second one is late.
                form.submit(.choice("none"))
                #expect(try await outcome.status == .authenticated)
            }
        }

        @Test func thePersonMayDoItElsewhere() async throws {
            try await Self.form("push_or_code") { world, form in
                var seen = form.phases.makeAsyncIterator()
                async let outcome = form.run()
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                let request = try await Self.asked(&seen)
                #expect(request.step == .awaitingExternalAction && request.externalActionMessage != nil)
                try await world.perform(.act, on: "ma_1")
                #expect(try await outcome.status == .authenticated)
                #expect(form.request == nil)
            }
        }

        @Test func aRunThatIsCancelledIsTakenUpAgain() async throws {
            try await Self.form("password") { world, form in
                var seen = form.phases.makeAsyncIterator()
                let first = Task { try await form.run() }
                _ = try await Self.asked(&seen)
                first.cancel()
                await #expect(throws: CancellationError.self) { try await first.value }
                _ = try await world.record("wait_aborted=1")
                #expect(Self.name(form.phase) == "working")
                Self.fillIn(form)

                async let outcome = form.run()
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                #expect(try await outcome.status == .authenticated)
                // The code was exchanged once.
                let paths = try await world.record()["requests"]
                let exchanges = (0..<8).filter { paths?[$0]?["path"]?.string?.hasSuffix("/exchange") == true }
                #expect(exchanges.count == 1)
            }
        }

        /// A view that goes and comes back before the code is exchanged.
        @Test func aCodeIsExchangedOnceWhoeverWaits() async throws {
            let settings: [String: JSONValue] = [
                "connections": [["id": "ma_1", "script": "password"]],
                "faults": [["on": "exchange", "delay_ms": 300]],
            ]
            try await withWorld(settings) { world in
                let login = try await world.client().auth.connections.login("ma_1")
                let code = try #require(login.handoffCode)
                let form = LoginForm(id: "ma_1", handoffCode: code, client: ClientOptions(baseURL: world.baseURL))
                let first = Task { try await form.run() }
                _ = try await world.record("wait_requests=2")
                first.cancel()
                await #expect(throws: CancellationError.self) { try await first.value }
                let second = Task { try await form.run() }
                var seen = form.phases.makeAsyncIterator()
                async let outcome = form.run()
                await #expect(throws: CancellationError.self) { try await second.value }
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                #expect(try await outcome.status == .authenticated)
            }
        }

        @Test func theLaterRunCounts() async throws {
            try await Self.form("password") { _, form in
                var seen = form.phases.makeAsyncIterator()
                let first = Task { try await form.run() }
                _ = try await Self.asked(&seen)
                async let outcome = form.run()
                await #expect(throws: CancellationError.self) { try await first.value }
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                #expect(try await outcome.status == .authenticated)
            }
        }

        @Test func aLoginThatFailsSaysWhy() async throws {
            let field: JSONValue = ["id": "f", "ref": "password", "type": "password", "label": "P", "accept": "other"]
            let input: JSONValue = ["fields": [field], "rejected": "Wrong password.", "attempts": 1]
            try await Self.form(["about": "One try.", "steps": [["input": input]]]) { _, form in
                var seen = form.phases.makeAsyncIterator()
                let run = Task { try await form.run() }
                _ = try await Self.asked(&seen)
                Self.fillIn(form)
                await #expect(throws: KernelError.self) { try await run.value }
                let error = try #require(form.error as? KernelError)
                #expect(error.loginErrorCode == .credentialsInvalid && error.websiteError == "Wrong password.")
                // It is still over.
                await #expect(throws: KernelError.self) { try await form.run() }
                #expect((form.error as? KernelError)?.kind == .loginFailed)
                #expect(!form.canRunAgain)
            }
        }

        @Test func whatPassesIsNoEnd() async throws {
            try await Self.form("password") { _, form in
                await #expect(throws: KernelError.self) { try await form.run(waitTimeout: .milliseconds(1)) }
                #expect((form.error as? KernelError)?.kind == .timeout)
                try await Self.goesOn(form)
            }
        }

        @Test func anAnswerThatIsRefusedIsNoEnd() async throws {
            try await Self.form("password") { _, form in
                var seen = form.phases.makeAsyncIterator()
                let first = Task { try await form.run() }
                _ = try await Self.asked(&seen)
                form.submit(.choice("none"))
                await #expect(throws: KernelError.self) { try await first.value }
                #expect((form.error as? KernelError)?.kind == .invalidArgument)
                try await Self.goesOn(form)
            }
        }

        @Test func aCodeThatIsUsedUpIsAFailure() async throws {
            try await Self.form("password") { world, form in
                let login = try await world.client().auth.connections.retrieve("ma_1")
                let wrong = LoginForm(
                    id: login.id, handoffCode: "used", client: ClientOptions(baseURL: world.baseURL)
                )
                await #expect(throws: KernelError.self) { try await wrong.run() }
                #expect(Self.name(wrong.phase).hasPrefix("failed"))
            }
        }

        @Test func whatWasEnteredIsNeverPrinted() async throws {
            try await Self.form("password") { _, form in
                form.values["field_password"] = "hush"
                var dumped = ""
                dump(form, to: &dumped)
                for text in ["\(form)", String(reflecting: form), dumped] { #expect(!text.contains("hush")) }
            }
        }

        #if canImport(Darwin)
            @available(macOS 14, iOS 17, tvOS 17, watchOS 10, *)
            @Test func viewsNoticeItsChanges() async throws {
                let form = LoginForm(id: "ma_1", handoffCode: "code")
                await confirmation { changed in
                    withObservationTracking {
                        _ = form.values
                    } onChange: {
                        changed()
                    }
                    form.values["a"] = "b"
                }
            }
        #endif

        @Test func itGoesWithItsListeners() async throws {
            var form: LoginForm? = LoginForm(id: "ma_1", handoffCode: "code")
            let phases = try #require(form?.phases)
            form = nil
            var told: [String] = []
            for await phase in phases { told.append(Self.name(phase)) }
            #expect(told == ["working"])
        }
    }
}
