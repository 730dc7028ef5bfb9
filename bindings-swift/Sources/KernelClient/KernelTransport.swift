import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An HTTP client of the program's own, in place of the one built in: `try Kernel(transport: MyClient())`.
///
/// It sends one request and gives its answer, and decides nothing else: retries, limits of time and size, redirects,
/// errors and the reading of answers stay the client's.
///
/// ```swift
/// struct Canned: KernelTransport {
///     func send(_ request: URLRequest) async throws -> TransportResponse {
///         TransportResponse(status: 404, body: Data(#"{"code": "not_found"}"#.utf8))
///     }
/// }
/// ```
///
/// Or around another one, to see what goes by: `URLSessionTransport().send(request)`.
public protocol KernelTransport: Sendable {
    /// Sends a request and gives its answer, whatever its status. Redirects are not to be followed.
    ///
    /// It runs in a task of its own, which is cancelled when the answer is not wanted any more, also while its body is
    /// read. `request.timeoutInterval` says how long an attempt may still take; the client gives up by itself then.
    ///
    /// - Throws: What the call then fails with, as the ``KernelError/underlyingError`` of a ``KernelError`` of kind
    ///   `connection`, or `timeout` for `URLError.timedOut`. By the code of a `URLError` the client knows whether the
    ///   request may have arrived; with any other error it may have.
    func send(_ request: URLRequest) async throws -> TransportResponse
}

/// An answer that a transport gives.
public struct TransportResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The headers.
    public let headers: ResponseHeaders
    /// The body, decompressed. It is read as fast as it is wanted; what it throws is what went wrong.
    public let body: Body

    /// A body, piece by piece.
    public struct Body: AsyncSequence, Sendable {
        public typealias Element = Data
        private let begin: @Sendable () -> AsyncIterator

        init(whole body: Data) {
            begin = {
                var rest: Data? = body
                return AsyncIterator {
                    defer { rest = nil }
                    return rest
                }
            }
        }

        init<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces) where Pieces.Element == Data {
            begin = {
                var iterator = pieces.makeAsyncIterator()
                return AsyncIterator { try await iterator.next() }
            }
        }

        /// A body that can be read once.
        init(next: @escaping @Sendable () async throws -> Data?) {
            begin = { AsyncIterator(step: next) }
        }

        public func makeAsyncIterator() -> AsyncIterator { begin() }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let step: () async throws -> Data?

            public mutating func next() async throws -> Data? { try await step() }
        }
    }

    init(_ response: URLResponse, _ body: Body) throws {
        let head = try httpResponse(response)
        status = head.statusCode
        headers = ResponseHeaders(head)
        self.body = body
    }

    /// An answer whose body is read as it comes: an `AsyncThrowingStream` of `Data`, for example.
    public init<Pieces: AsyncSequence & Sendable>(status: Int, headers: ResponseHeaders = [:], body: Pieces)
    where Pieces.Element == Data {
        self.status = status
        self.headers = headers
        self.body = Body(body)
    }

    /// An answer whose body is there.
    public init(status: Int, headers: ResponseHeaders = [:], body: Data = Data()) {
        self.init(status: status, headers: headers, body: Body(whole: body))
    }

    /// An answer of Foundation's whose body is read as it comes.
    ///
    /// - Throws: When `response` does not come by HTTP.
    public init<Pieces: AsyncSequence & Sendable>(_ response: URLResponse, body: Pieces) throws
    where Pieces.Element == Data {
        try self.init(response, Body(body))
    }

    /// An answer of Foundation's whose body is there, as `URLSession.data(for:)` gives it.
    ///
    /// - Throws: When `response` does not come by HTTP.
    public init(_ response: URLResponse, body: Data) throws {
        try self.init(response, Body(whole: body))
    }
}

// Not the body: it may hold secrets.
extension TransportResponse: CustomStringConvertible, CustomReflectable {
    public var description: String { "TransportResponse(status: \(status), headers: \(headers))" }
    public var customMirror: Mirror {
        Mirror(self, children: ["status": status, "headers": headers], displayStyle: .struct)
    }
}

/// What a transport gave is no answer, and would be none the next time.
struct NoAnswerError: LocalizedError {
    let errorDescription: String?
}

private func httpResponse(_ response: URLResponse) throws -> HTTPURLResponse {
    guard let response = response as? HTTPURLResponse else {
        throw NoAnswerError(errorDescription: "The response did not come by HTTP.")
    }
    return response
}

extension ResponseHeaders {
    fileprivate init(_ response: HTTPURLResponse) {
        self.init(
            response.allHeaderFields.compactMap { name, value in
                (name as? String).map { Field(name: $0, value: "\(value)") }
            }
        )
    }
}

extension ClientOptions {
    /// What sends the requests of a client that is told nothing about it. On Apple platforms that is the system's own:
    /// it knows proxies, VPNs, low power and the app's transport security. Elsewhere it is the one built in. Tests have it
    /// otherwise for a task.
    @TaskLocal package static var platformTransport: (any KernelTransport)? = systemTransport

    #if canImport(Darwin)
        private static let systemTransport: (any KernelTransport)? = URLSessionTransport()
    #else
        private static let systemTransport: (any KernelTransport)? = nil
    #endif

    /// The transport of a new client.
    var choice: NativeChoice {
        guard transport == nil, let platform = Self.platformTransport else { return choiceOfCopy }
        return .platform(ForeignTransport(platform))
    }

    /// The transport of a copy of a client.
    var choiceOfCopy: NativeChoice {
        guard let transport else { return .kept }
        return transport.map { .own(ForeignTransport($0)) } ?? .builtIn
    }
}
