import Foundation

/// An HTTP client of the program's own, in place of the one built in: `try Kernel(transport: MyClient())`.
///
/// It sends one request and gives its answer, and decides nothing else: retries, limits of time and size, redirects,
/// errors and the reading of answers stay the client's.
///
/// ```swift
/// struct Canned: KernelTransport {
///     func send(_ request: TransportRequest) async throws -> TransportResponse {
///         TransportResponse(status: 404, body: Data(#"{"code": "not_found"}"#.utf8))
///     }
/// }
/// ```
///
/// Or around another one, to see what goes by: `URLSessionTransport().send(request)`.
///
/// For Foundation there are `URLRequest(request)` and `TransportResponse(response, body: body)`; on Linux these are in the
/// module `KernelClientURLSession`.
public protocol KernelTransport: Sendable {
    /// Sends a request and gives its answer, whatever its status. Redirects are not to be followed.
    ///
    /// It runs in a task of its own, which is cancelled when the answer is not wanted any more, also while its body is
    /// read. The client gives up by itself when the time of the attempt is over. What is sent again, or to where a redirect
    /// leads, may be sent without the task-local values of who made the call.
    ///
    /// - Throws: What the call then fails with, as the ``KernelError/underlyingError`` of a ``KernelError`` of kind
    ///   `connection`, or `timeout` for `URLError.timedOut`. By the code of a `URLError` the client knows whether the
    ///   request may have arrived; with any other error it may have.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// A request that a transport is to send, as it is: it has all its headers.
public struct TransportRequest: Sendable {
    /// The method, in capitals.
    public let method: String
    /// Where it goes.
    public let url: URL
    /// The headers.
    public let headers: KernelHeaders
    /// The body; nil for none.
    public let body: Data?
    /// Seconds that the attempt may still take; nil for no limit.
    public let timeout: TimeInterval?

    /// A request of one's own: what a test of a transport sends.
    public init(
        method: String, url: URL, headers: KernelHeaders = [:], body: Data? = nil, timeout: TimeInterval? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    init(_ request: NativeRequest) throws {
        guard let url = URL(string: request.url) else { throw URLError(.badURL) }
        self.init(
            method: request.method, url: url, headers: KernelHeaders(request.headers), body: request.body,
            timeout: request.timeLeft
        )
    }
}

// Neither the URL nor the body: they may hold secrets.
extension TransportRequest: CustomStringConvertible, CustomReflectable {
    public var description: String { "TransportRequest(method: \(method), headers: \(headers))" }
    public var customMirror: Mirror {
        Mirror(self, children: ["method": method, "headers": headers], displayStyle: .struct)
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
