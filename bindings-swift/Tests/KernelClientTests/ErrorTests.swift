import Foundation
import Testing

@testable import KernelClient

extension KernelClientTests {
    @Suite struct Errors {
        @Test func anErrorOfTheAPIHasEverythingItSaid() async throws {
            let body: JSONValue = [
                "code": "busy", "message": "A flow is running", "details": [["code": "flow", "message": "since noon"]],
                "inner_error": ["message": "locked"], "existing_id": "ma_1",
            ]
            let fault: JSONValue = ["status": 409, "headers": ["x-request-id": "req_7"], "body": body]
            try await withWorld(["faults": [fault]]) { world in
                let client = try world.client()
                do {
                    _ = try await client.auth.connections.login("ma_login")
                    Issue.record("an answer came")
                } catch let error as KernelError where error.kind == .conflict {
                    #expect(error.status == 409)
                    #expect(error.code == "busy")
                    #expect(error.message == "A flow is running")
                    #expect(error.details == [ErrorDetail(code: "flow", message: "since noon")])
                    #expect(error.innerError == ErrorDetail(message: "locked"))
                    #expect(error.requestID == "req_7")
                    #expect(error.headers["X-Request-Id"] == "req_7")
                    #expect(error.headers["x-nothing"] == nil)
                    #expect(error.body?["existing_id"] == "ma_1")
                    #expect(error.existingID == "ma_1")
                    #expect(error.loginErrorCode == nil)
                    #expect(error.retriesTaken == 0)
                    #expect(error.argument == nil)
                    #expect(error.reason == nil)
                    #expect(error.localizedDescription == "A flow is running")
                    #expect("\(error)" == "409 A flow is running")
                    #expect(String(reflecting: error).hasPrefix("KernelError(kind: conflict, message: \"A flow"))
                }
            }
        }

        @Test func aPanicIsAnErrorToo() throws {
            let error = try #require(publicError(Panic()) as? KernelError)
            #expect(error.kind == .internal)
            #expect(!error.message.isEmpty)
            #expect(publicError(NativeError.Cancelled) is CancellationError)
        }

        private struct Panic: Error {}

        @Test func kindsOfLaterVersionsAreKept() {
            #expect(KernelError.Kind(rawValue: "teapot") == KernelError.Kind(rawValue: "teapot"))
            #expect("\(KernelError.Kind.notFound)" == "not_found")
        }
    }
}
