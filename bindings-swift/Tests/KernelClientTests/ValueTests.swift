import Foundation
import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    @Suite struct Values {
        @Test func aMomentIsADate() async throws {
            let answer: JSONValue = ["flow_expires_at": "2026-11-22T12:00:00.125+02:00"]
            try await withWorld(["faults": [["answer": answer]]]) { world in
                let login = try await world.client().auth.connections.login("ma_login")
                let noon = try #require(
                    DateComponents(
                        calendar: Calendar(identifier: .gregorian), timeZone: TimeZone(secondsFromGMT: 0), year: 2026,
                        month: 11, day: 22, hour: 10
                    ).date
                )
                #expect(abs(login.flowExpiresAt.timeIntervalSince(noon) - 0.125) < 1e-6)
            }
        }

        @Test func unknownFieldsAndValuesAreKept() async throws {
            let answer: JSONValue = ["flow_type": "PASSKEY", "brand_new": ["deep": [1, 2.5, nil]]]
            try await withWorld(["faults": [["answer": answer]]]) { world in
                let login = try await world.client().auth.connections.login("ma_login")
                #expect(login.flowType == .unknown("PASSKEY"))
                #expect(login.extra["brand_new"]?["deep"] == [1, 2.5, nil])
                #expect("\(login.extra)" == #"["brand_new"]"#)
            }
        }

        @Test func theBodyIsThereAsItCame() async throws {
            try await withWorld { world in
                let response = try await world.client().auth.connections.loginWithResponse("ma_login")
                #expect(response.status == 200)
                #expect(try JSONValue(json: response.body)["hosted_url"]?.string == response.value.hostedURL)
                #expect(response.elapsed > 0)
                #expect(response.headers["Content-Type"]?.hasPrefix("application/json") == true)
            }
        }

        @Test func constructorsMakeTheRightForm() {
            #expect(Proxy.id("px_1") == Proxy(id: "px_1", name: nil))
            #expect(Proxy.name("home") == Proxy(id: nil, name: "home"))
            #expect(BrowserProxy.id("px_1") == BrowserProxy(mode: nil, id: "px_1", name: nil))
            #expect(BrowserProxy.name("home") == BrowserProxy(mode: nil, id: nil, name: "home"))
            #expect(BrowserProxy.direct == BrowserProxy(mode: .direct, id: nil, name: nil))
            #expect(CredentialReference.name("mine") == CredentialReference(name: "mine"))
            let item = CredentialReference(path: "Vault/Item", provider: "1p")
            #expect(CredentialReference.item("Vault/Item", provider: "1p") == item)
            #expect(CredentialReference.auto(provider: "1p") == CredentialReference(auto: true, provider: "1p"))
            #expect(InputAnswer.values(["code": "1"]) == InputAnswer(fieldValues: ["code": "1"]))
            #expect(InputAnswer.choice("sms") == InputAnswer(selectedChoiceID: "sms"))
            #expect(TelemetryCategories(console: .on, network: .off).console?.enabled == true)
        }

        /// As a test of a handler would.
        @Test func anAnswerIsMadeOfWhatItMustHave() {
            let field = ManagedAuthField(id: "field_code", ref: "code", type: .code)
            let request = InputRequest(connectionID: "ma_1", step: .awaitingInput, fields: [field], choices: [])
            #expect(request.fields.first?.required == nil)
            #expect(request.extra.fields.isEmpty)
        }

        @Test func jsonValuesReadAndWriteJSON() throws {
            let text = #"{"a":[true,null,1,-2.5,"/é\n"],"b":{"big":9007199254740993,"huge":1e+300}}"#
            let value = try JSONValue(json: text)
            #expect(value == ["a": [true, nil, 1, -2.5, "/é\n"], "b": ["big": 9_007_199_254_740_993, "huge": 1e300]])
            #expect(try JSONValue(json: value.json) == value)
            #expect(JSONValue.number(.nan).json == "null")
            #expect(value["a"]?[4]?.string == "/é\n")
            #expect(value["a"]?[5] == nil)
            #expect(value["a"]?["b"] == nil)
            #expect(throws: (any Error).self) { try JSONValue(json: "{") }
        }

        @Test func timeoutsAreSecondsOrDurations() {
            #expect(Timeout.seconds(2.5) == 2.5)
            #expect(Timeout.milliseconds(1500) == 1.5)
            #expect(Timeout.unlimited.seconds == nil)
            if #available(macOS 13, iOS 16, tvOS 16, watchOS 9, *) {
                #expect(Timeout(.milliseconds(250)) == 0.25)
            }
        }

        @Test func orderedFieldsKeepTheOrderGiven() {
            var query: Query = ["z": 1, "a": [true], "z": 2]
            #expect(query.names == ["z", "a"])
            #expect(query["z"] == 2)
            query["m"] = "new"
            query["a"] = nil
            #expect(query.names == ["z", "m"])
            #expect("\(query)" == #"["z", "m"]"#)
            var headers: RequestHeaders = ["x-one": "1", "x-two": nil]
            #expect(headers.names == ["x-one", "x-two"])
            #expect(headers["x-two"] == .null)
            headers["x-two"] = nil
            #expect(headers == ["x-one": "1"])
            #expect(Query(["b": 1, "a": 2]).names == ["a", "b"])
        }

        @Test func secretsNeverPrint() throws {
            let secret = Secret("hc_hidden")
            let headers: RequestHeaders = ["x-a": "hidden"]
            let client = try Kernel(apiKey: "sk_hidden", baseURL: "http://127.0.0.1:1", defaultHeaders: headers)
            let options = ClientOptions(apiKey: "sk_hidden", defaultHeaders: headers, proxy: "http://u:hidden@h")
            let answer = InputAnswer.values(["code": "hidden"])
            let unknown = ["hidden", ["hidden"], ["k": "hidden"]].map { ManagedAuthEvent.unknown(Unrecognized($0)) }
            let values: [Any] = [secret, client, options, answer, ["k": secret], Optional(secret) as Any]
            for value in values + unknown {
                var dumped = ""
                dump(value, to: &dumped)
                let printed = ["\(value)", String(reflecting: value), dumped].joined()
                #expect(!printed.contains("hidden"))
            }
            #expect(secret.exposed == "hc_hidden")
            #expect("\(client)" == "Kernel(baseURL: http://127.0.0.1:1)")
        }

        /// Compiles, or the package is not safe to share between tasks.
        @Test func everythingIsSendable() {
            func check<Value: Sendable>(_: Value.Type) {}
            check(Kernel.self)
            check(Kernel.Auth.self)
            check(Kernel.Connections.self)
            check(Kernel.Context.self)
            check(ManagedAuthSession.self)
            check(ClientOptions.self)
            check(RequestOptions.self)
            check(ConnectionUpdateParams.self)
            check(KernelResponse<LoginResponse>.self)
            check(Paged<ManagedAuth>.self)
            check(Paged<ManagedAuth>.Pages.self)
            check(Page<ManagedAuthTimelineEvent>.self)
            check(ManagedAuthEvents.self)
            check(ManagedAuthEvent.self)
            check(InputRequest.self)
            check(InputAnswer.self)
            check(KernelSimulator.self)
            check(SimulatedWorld.self)
            check(KernelError.self)
            check(JSONValue.self)
        }

        @Test func aClientIsSharedBetweenActors() async throws {
            try await withWorld { world in
                let client = try world.client()
                let first = Task { @MainActor in try await client.auth.connections.login("ma_login").flowType }
                let second = Task.detached { try await client.auth.connections.login("ma_reauth").flowType }
                #expect(try await first.value == .login)
                #expect(try await second.value == .reauth)
            }
        }
    }
}
