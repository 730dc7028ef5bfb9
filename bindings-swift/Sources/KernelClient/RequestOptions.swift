/// What one call changes for itself.
public struct RequestOptions: Sendable {
    /// Headers over those of the client; nil keeps one out that would be sent.
    public var headers: RequestHeaders
    /// Query parameters over those of the client.
    public var query: Query
    /// Fields of the body beside, or instead of, those of the parameters.
    public var extraBody: Query
    /// The limit of one attempt: connecting, headers and body.
    public var timeout: Timeout?
    /// The limit of the whole call with all its attempts.
    public var totalTimeout: Timeout?
    /// How often the request is sent again when it fails.
    public var maxRetries: Int?
    /// Of a stream: whether it is opened again when it breaks off. Default true.
    public var reconnect: Bool?
    /// Of a stream: how long it may be silent. Default 60 s.
    public var idleTimeout: Timeout?

    public init(
        headers: RequestHeaders = .init(),
        query: Query = .init(),
        extraBody: Query = .init(),
        timeout: Timeout? = nil,
        totalTimeout: Timeout? = nil,
        maxRetries: Int? = nil,
        reconnect: Bool? = nil,
        idleTimeout: Timeout? = nil
    ) {
        self.headers = headers
        self.query = query
        self.extraBody = extraBody
        self.timeout = timeout
        self.totalTimeout = totalTimeout
        self.maxRetries = maxRetries
        self.reconnect = reconnect
        self.idleTimeout = idleTimeout
    }

    /// Whether the call leaves everything as the client has it.
    private var isEmpty: Bool {
        headers.isEmpty && query.isEmpty && extraBody.isEmpty && timeout == nil && totalTimeout == nil
            && maxRetries == nil && reconnect == nil && idleTimeout == nil
    }

    /// The options as JSON; nothing where there are none, as nearly always: nothing has to be written and read then.
    var json: String {
        if isEmpty { return "" }
        var wire = Wire()
        wire.add("headers", headers.nilIfEmpty)
        wire.add("query", query.nilIfEmpty)
        wire.add("extra_body", extraBody.nilIfEmpty)
        wire.add("timeout", timeout)
        wire.add("total_timeout", totalTimeout)
        wire.add("max_retries", maxRetries)
        wire.add("reconnect", reconnect)
        wire.add("idle_timeout", idleTimeout)
        return wire.json
    }
}
