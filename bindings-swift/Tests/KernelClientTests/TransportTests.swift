import Foundation
import KernelClient
import KernelClientTesting
import KernelClientURLSession
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A transport that is one function, and counts its requests.
private actor Canned: KernelTransport {
    private(set) var requests: [TransportRequest] = []
    private let answer: @Sendable (TransportRequest, Int) async throws -> TransportResponse

    init(_ answer: @escaping @Sendable (TransportRequest, Int) async throws -> TransportResponse) {
        self.answer = answer
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        requests.append(request)
        return try await answer(request, requests.count)
    }
}

private struct Mishap: Error {
    let secret = "hidden"
}

/// Tells, once, that something has happened.
private struct Signal: Sendable {
    private let events: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (events, continuation) = AsyncStream.makeStream()
    }

    func give() { continuation.finish() }

    func wait() async { for await _ in events {} }
}

private let login = TransportResponse(
    status: 200, headers: ["Content-Type": "application/json", "Content-Length": "7", "x-request-id": "req_1"],
    body: Data(
        #"{"id":"ma_1","flow_type":"LOGIN","hosted_url":"https://a.test","flow_expires_at":"2026-11-22T10:00:00Z"}"#
            .utf8
    )
)

private let heartbeat = Data((#"data: {"event":"sse_heartbeat","timestamp":"2026-11-22T10:00:00Z"}"# + "\n\n").utf8)

private func client(
    _ transport: any KernelTransport, _ options: ClientOptions = ClientOptions(maxRetries: 0)
) throws -> Kernel {
    var options = options
    options.apiKey = "sk_test"
    options.baseURL = "http://127.0.0.1:1/v1"
    options.transport = transport
    return try Kernel(options)
}

/// The error of a login over this transport.
private func failure(
    _ transport: any KernelTransport, _ options: ClientOptions = ClientOptions(maxRetries: 0)
) async throws -> KernelError {
    let client = try client(transport, options)
    do {
        _ = try await client.auth.connections.login("ma_1")
    } catch let error as KernelError {
        return error
    }
    throw Problem("an answer came")
}

extension KernelClientTests {
    @Suite struct Transports {
        @Test func theRequestIsWholeAndItsAnswerIsRead() async throws {
            let transport = Canned { _, _ in login }
            let client = try client(transport, ClientOptions(timeout: 9.5, defaultHeaders: ["x-one": "1"]))
            let response = try await client.auth.connections.loginWithResponse("ma_1", .init(recordSession: true))
            #expect(response.value.id == "ma_1")
            #expect(response.requestID == "req_1")
            #expect(response.headers["content-length"] == nil)
            let request = try #require(await transport.requests.first)
            #expect(request.url.absoluteString == "http://127.0.0.1:1/v1/auth/connections/ma_1/login")
            #expect(request.method == "POST")
            #expect(request.headers["Authorization"] == "Bearer sk_test")
            #expect(request.headers["x-one"] == "1")
            #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == #"{"record_session":true}"#)
            #expect(try #require(request.timeout).rounded(.up) == 10)
        }

        @Test func aStatusIsAnAnswerAndRetriesStayTheClients() async throws {
            let transport = Canned { _, count in
                count < 3 ? TransportResponse(status: 503, headers: ["retry-after-ms": "1"]) : login
            }
            let client = try client(transport, ClientOptions(maxRetries: 2))
            let response = try await client.auth.connections.loginWithResponse("ma_1")
            #expect(response.retriesTaken == 2)
            let error = try await failure(
                Canned { _, _ in TransportResponse(status: 404, body: Data(#"{"code":"not_found"}"#.utf8)) }
            )
            #expect(error.kind == .notFound)
            #expect(error.code == "not_found")
            #expect(error.underlyingError == nil)
        }

        @Test func redirectsAreFollowedByTheClient() async throws {
            let transport = Canned { request, _ in
                guard request.url.path != "/v1/auth/connections/ma_1" else {
                    return TransportResponse(status: 307, headers: ["location": "/v2/there"])
                }
                return TransportResponse(status: 410)
            }
            let client = try client(transport)
            do {
                _ = try await client.auth.connections.retrieve("ma_1")
            } catch let error as KernelError {
                #expect(error.status == 410)
            }
            #expect(await transport.requests.map { $0.url.path } == ["/v1/auth/connections/ma_1", "/v2/there"])
        }

        @Test func whatIsThrownLiesBeneath() async throws {
            let error = try await failure(Canned { _, _ in throw Mishap() })
            #expect(error.kind == .connection)
            #expect(error.underlyingError is Mishap)
            #expect(error.reason == "The transport threw Mishap.")
            #expect(!allForms(error).joined().contains("hidden"))
        }

        @Test func codesOfFoundationAreUnderstood() async throws {
            let late = try await failure(Canned { _, _ in throw URLError(.timedOut) })
            #expect(late.kind == .timeout)
            #expect((late.underlyingError as? URLError)?.code == .timedOut)

            // Only what has not been sent may be sent again without a key for it.
            func attempts(_ code: URLError.Code) async throws -> Int {
                let transport = Canned { _, _ in throw URLError(code) }
                let error = try await failure(transport, ClientOptions(maxRetries: 1))
                #expect(error.kind == .connection)
                return await transport.requests.count
            }
            #expect(try await attempts(.cannotConnectToHost) == 2)
            #expect(try await attempts(.notConnectedToInternet) == 2)
            #expect(try await attempts(.unsupportedURL) == 1)
        }

        @Test func whatIsNoAnswerIsNotAskedForAgain() async throws {
            for (status, headers) in [(70000, [:]), (-1, [:]), (200, ["a b": "c"])] as [(Int, KernelHeaders)] {
                let transport = Canned { _, _ in TransportResponse(status: status, headers: headers) }
                let error = try await failure(transport, ClientOptions(maxRetries: 2))
                #expect(error.kind == .connection)
                #expect(await transport.requests.count == 1)
            }
            let transport = Canned { request, _ in
                let response = URLResponse(
                    url: request.url, mimeType: nil, expectedContentLength: 0, textEncodingName: nil
                )
                return try TransportResponse(response, body: Data())
            }
            let error = try await failure(transport, ClientOptions(maxRetries: 2))
            #expect(error.kind == .connection)
            #expect(error.underlyingError?.localizedDescription == "The response did not come by HTTP.")
            #expect(await transport.requests.count == 1)
        }

        @Test func aBodyThatBreaksOffIsAnError() async throws {
            let transport = Canned { _, _ in
                let body = AsyncThrowingStream<Data, any Error> { pieces in
                    pieces.yield(Data("{".utf8))
                    pieces.finish(throwing: Mishap())
                }
                return TransportResponse(status: 200, headers: ["content-type": "application/json"], body: body)
            }
            let error = try await failure(transport)
            #expect(error.kind == .connection)
            #expect(error.underlyingError is Mishap)
            #expect(error.reason?.contains("broke off") == true)
        }

        @Test func anEndlessBodyIsGivenUp() async throws {
            let isOver = Signal()
            let transport = Canned { _, _ in
                let body = AsyncThrowingStream<Data, any Error> { pieces in
                    pieces.onTermination = { _ in isOver.give() }
                    for _ in 0..<100 { pieces.yield(Data(count: 1 << 10)) }
                }
                return TransportResponse(status: 200, body: body)
            }
            let error = try await failure(transport, ClientOptions(maxRetries: 0, maxResponseBytes: 10 << 10))
            #expect(error.kind == .responseTooLarge)
            await isOver.wait()
        }

        /// A body of any kind of sequence is asked for no faster than it is read.
        @Test func aBodyIsReadAsItIsWanted() async throws {
            struct Pieces: AsyncSequence, AsyncIteratorProtocol, Sendable {
                typealias Element = Data
                let given: Given
                func makeAsyncIterator() -> Pieces { self }
                func next() async -> Data? {
                    await given.add(item: .null, [])
                    return heartbeat
                }
            }
            let given = Given()
            let transport = Canned { _, _ in
                TransportResponse(
                    status: 200, headers: ["content-type": "text/event-stream"], body: Pieces(given: given)
                )
            }
            let client = try client(transport)
            var events = try await client.auth.connections.follow("ma_1").makeAsyncIterator()
            for count in 1...20 {
                _ = try await events.next()
                try await Task.sleep(nanoseconds: 1_000_000)
                #expect(await given.items.count <= count + 4)
            }
        }

        @Test func cancellingACallCancelsItsTransport() async throws {
            let (hasBegun, isCancelled) = (Signal(), Signal())
            let transport = Canned { _, _ in
                hasBegun.give()
                await withTaskCancellationHandler {
                    try? await untilCancelled()
                } onCancel: {
                    isCancelled.give()
                }
                return login
            }
            let client = try client(transport)
            let task = Task { try await client.auth.connections.login("ma_1") }
            await hasBegun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await isCancelled.wait()
        }

        @Test func aLimitOfTimeCancelsItsTransport() async throws {
            let isCancelled = Signal()
            let transport = Canned { _, _ in
                try? await untilCancelled()
                isCancelled.give()
                return login
            }
            let error = try await failure(transport, ClientOptions(timeout: 0.1, maxRetries: 0))
            #expect(error.kind == .timeout)
            #expect(error.underlyingError == nil)
            await isCancelled.wait()
        }

        @Test func leavingAStreamEndsItsBody() async throws {
            let isOver = Signal()
            let transport = Canned { _, _ in
                let body = AsyncThrowingStream<Data, any Error> { pieces in
                    pieces.onTermination = { _ in isOver.give() }
                    pieces.yield(heartbeat)
                }
                return TransportResponse(status: 200, headers: ["content-type": "text/event-stream"], body: body)
            }
            let client = try client(transport)
            for try await _ in try await client.auth.connections.follow("ma_1") { break }
            await isOver.wait()
        }

        @Test func copiesKeepTheTransportOrHaveAnother() async throws {
            try await withWorld { world in
                let (one, two) = (Canned { _, _ in login }, Canned { _, _ in login })
                let client = try world.client(ClientOptions(transport: one))
                _ = try await client.withOptions(.init(maxRetries: 0)).auth.connections.login("ma_1")
                _ = try await client.withOptions(.init(transport: two)).auth.connections.login("ma_1")
                #expect(await (one.requests.count, two.requests.count) == (1, 1))
                let builtIn = try client.withOptions(.init(transport: .null))
                #expect(try await builtIn.auth.connections.login("ma_login").id == "ma_login")
                #expect(await (one.requests.count, two.requests.count) == (1, 1))
                #expect(try await world.record()["requests_total"] == 1)
            }
        }

        @Test func aSessionHasTheTransportOfItsClient() async throws {
            let transport = Canned { request, _ in
                let isExchange = request.url.path.hasSuffix("/exchange")
                return TransportResponse(
                    status: isExchange ? 200 : 404, headers: ["content-type": "application/json"],
                    body: Data((isExchange ? #"{"jwt":"token"}"# : "{}").utf8)
                )
            }
            let session = try await ManagedAuthSession(
                id: "ma_1", handoffCode: "code",
                client: ClientOptions(baseURL: "http://127.0.0.1:1", maxRetries: 0, transport: transport)
            )
            await #expect(throws: KernelError.self) { try await session.retrieve() }
            let paths = await transport.requests.map { $0.url.path }
            #expect(paths == ["/auth/connections/ma_1/exchange", "/auth/connections/ma_1"])
        }

        @Test func aTransportMayGoAroundAnother() async throws {
            try await withWorld { world in
                let transport = Canned { request, _ in try await URLSessionTransport().send(request) }
                let client = try world.client(ClientOptions(transport: transport))
                #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
                #expect(await transport.requests.count == 1)
            }
        }

        @Test func answersPrintWithoutTheirSecrets() {
            let response = TransportResponse(status: 200, headers: ["x": "hidden"], body: Data("hidden".utf8))
            #expect(!allForms(response).joined().contains("hidden"))
            #expect("\(response)" == #"TransportResponse(status: 200, headers: ["x"])"#)
        }

        @Test func requestsPrintWithoutTheirSecrets() async throws {
            let accepted = Data(#"{"accepted":true}"#.utf8)
            let transport = Canned { _, _ in TransportResponse(status: 200, body: accepted) }
            _ = try await client(transport).auth.connections.submit("ma_1", .init(fields: ["password": "hidden"]))
            let request = try #require(await transport.requests.first)
            #expect(request.body.map { String(decoding: $0, as: UTF8.self) }?.contains("hidden") == true)
            let forms = allForms(request).joined()
            #expect(!forms.contains("hidden") && !forms.contains("sk_test"))
        }
    }

    @Suite struct URLSessions {
        @Test func aRequestIsFoundationsToo() throws {
            let url = try #require(URL(string: "http://127.0.0.1:1/v1"))
            let request = URLRequest(
                TransportRequest(method: "POST", url: url, headers: ["x-one": "1"], body: Data("{}".utf8))
            )
            #expect(request.url == url)
            #expect(request.httpMethod == "POST")
            #expect(request.value(forHTTPHeaderField: "x-one") == "1")
            #expect(request.httpBody == Data("{}".utf8))
            #expect(!request.httpShouldHandleCookies)
            #expect(request.cachePolicy == .reloadIgnoringLocalCacheData)
            // No limit is a long one, and a short one is no less than a second.
            #expect(request.timeoutInterval > 24 * 60 * 60)
            for (seconds, whole) in [(0.3, 1.0), (9.2, 10), (7, 7)] {
                let request = TransportRequest(method: "GET", url: url, timeout: seconds)
                #expect(URLRequest(request).timeoutInterval == whole)
            }
        }

        /// Answers without HTTP, and without a network.
        private final class OtherProtocol: URLProtocol, @unchecked Sendable {
            override class func canInit(with request: URLRequest) -> Bool { true }
            override class func canonicalRequest(for request: URLRequest) -> URLRequest { request }

            override func startLoading() {
                guard let url = request.url else { return }
                let response = URLResponse(
                    url: url, mimeType: nil, expectedContentLength: 0, textEncodingName: nil
                )
                client?.urlProtocol(self, didReceive: response, cacheStoragePolicy: .notAllowed)
                client?.urlProtocolDidFinishLoading(self)
            }

            override func stopLoading() {}
        }

        @Test func aSessionOfTheCallersIsUsed() async throws {
            let configuration = URLSessionConfiguration.ephemeral
            configuration.httpAdditionalHeaders = ["x-session": "mine"]
            let session = URLSession(configuration: configuration)
            try await withWorld { world in
                let client = try world.client(ClientOptions(transport: URLSessionTransport(session)))
                _ = try await client.auth.connections.login("ma_login")
                let headers = try await world.record()["requests"]?[0]?["headers"]?.items ?? []
                #expect(headers.contains(["x-session", "mine"]))
            }
            session.invalidateAndCancel()
        }

        @Test func whatDoesNotComeByHTTPIsNoAnswer() async throws {
            let configuration = URLSessionConfiguration.ephemeral
            configuration.protocolClasses = [OtherProtocol.self]
            let error = try await failure(URLSessionTransport(configuration: configuration))
            #expect(error.kind == .connection)
            #expect(error.underlyingError?.localizedDescription == "The response did not come by HTTP.")
        }

        @Test func nobodyThereIsACodeOfFoundations() async throws {
            let error = try await failure(URLSessionTransport())
            #expect(error.kind == .connection)
            #expect((error.underlyingError as? URLError)?.code == .cannotConnectToHost)
            #expect(error.reason?.contains("-1004") == true)
        }

        /// Foundation would like to ask somebody.
        @Test func aRefusalThatWantsAPasswordIsAnAnswer() async throws {
            let fault: JSONValue = [
                "status": 401, "headers": ["www-authenticate": #"Basic realm="all""#], "body": ["code": "who"],
                "times": 2,
            ]
            try await withWorld(["faults": [fault]]) { world in
                let client = try world.client(.urlSession)
                for _ in 0..<2 {
                    do {
                        _ = try await client.auth.connections.login("ma_login")
                        Issue.record("an answer came")
                    } catch let error as KernelError {
                        #expect(error.kind == .authentication)
                        #expect(error.code == "who")
                    }
                }
            }
        }

        /// Cancelled before, while and after Foundation asks whether to follow.
        @Test func redirectsMayBeCancelledAtAnyTime() async throws {
            let fault: JSONValue = ["status": 302, "headers": ["location": "/elsewhere"], "times": 400]
            try await withWorld(["faults": [fault]]) { world in
                let client = try world.client(.urlSession, maxRetries: 0)
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let task = Task { try await client.auth.connections.login("ma_login") }
                            try? await Task.sleep(nanoseconds: UInt64(number) * 200_000)
                            task.cancel()
                            _ = await task.result
                        }
                    }
                }
                do {
                    _ = try await client.auth.connections.login("ma_login")
                    Issue.record("an answer came")
                } catch let error as KernelError {
                    #expect(error.status == 302)
                }
            }
        }
    }
}
