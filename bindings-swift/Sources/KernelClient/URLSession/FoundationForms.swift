import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
    import KernelClient
#endif

extension URLRequest {
    /// A request that a transport is to send, as Foundation has it: it takes no cookies and nothing from a cache.
    public init(_ request: TransportRequest) {
        self.init(url: request.url, cachePolicy: .reloadIgnoringLocalCacheData)
        // In whole seconds: on Linux, less than one is none.
        timeoutInterval = request.timeout?.rounded(.up) ?? URLRequest.unlimited
        httpMethod = request.method
        httpBody = request.body
        httpShouldHandleCookies = false
        for header in request.headers.fields { addValue(header.value, forHTTPHeaderField: header.name) }
    }

    /// As good as no limit: a week, which Foundation has no trouble with.
    static let unlimited: TimeInterval = 7 * 24 * 60 * 60
}

extension TransportResponse {
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

    init(_ response: URLResponse, _ body: Body) throws {
        guard let head = response as? HTTPURLResponse else {
            throw NoAnswerError("The response did not come by HTTP.")
        }
        self.init(status: head.statusCode, headers: KernelHeaders(head), body)
    }
}

extension KernelHeaders {
    fileprivate init(_ response: HTTPURLResponse) {
        self.init(
            response.allHeaderFields.compactMap { name, value in
                (name as? String).map { Field(name: $0, value: "\(value)") }
            }
        )
    }
}
