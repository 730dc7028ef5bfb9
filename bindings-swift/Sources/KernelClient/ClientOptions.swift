import Foundation

/// Everything a client can be told. What is left out comes from the environment or has the default said here.
public struct ClientOptions: Sendable {
    /// The API key. Environment: `KERNEL_API_KEY`.
    public var apiKey: Secret?
    /// Where the API is. Environment: `KERNEL_BASE_URL`; `.null` ignores it.
    public var baseURL: String??
    /// Which API to talk to when there is no base URL. Default `.production`.
    public var environment: Environment?
    /// The project by id, sent as `X-Kernel-Project-Id`. Default: the key's own project.
    public var projectID: String??
    /// The project by name, sent as `X-Kernel-Project`. Default: the key's own project.
    public var project: String??
    /// The limit of one attempt: connecting, headers and body. Default 60 s.
    public var timeout: Timeout?
    /// Seconds for connecting. Default 5.
    public var connectTimeout: TimeInterval?
    /// The limit of a whole call with all its attempts. Default `.unlimited`.
    public var totalTimeout: Timeout?
    /// How often a failed request is sent again. Default 2.
    public var maxRetries: Int?
    /// Headers of every request, over those of a copied client; nil keeps one out that would be sent.
    public var defaultHeaders: RequestHeaders?
    /// Headers of every request, instead of those of a copied client.
    public var setDefaultHeaders: RequestHeaders?
    /// Query parameters of every request, over those of a copied client.
    public var defaultQuery: Query?
    /// Query parameters of every request, instead of those of a copied client.
    public var setDefaultQuery: Query?
    /// Certificates to trust beside the system's, as PEM texts.
    public var rootCertificates: [String]
    /// The URL of a proxy, which may hold a password; `.null` goes without one, whatever the environment says.
    public var proxy: Secret??
    /// How long a stream may be silent. Default 60 s.
    public var idleTimeout: Timeout?
    /// The largest body of an answer, in bytes. Default 64 MiB.
    public var maxResponseBytes: Int?
    /// The largest event of a stream, in bytes. Default 16 MiB.
    public var maxEventBytes: Int?
    /// What is written to standard error. Environment: `KERNEL_LOG`. Default `.warn`.
    public var logLevel: LogLevel?
    /// The HTTP client that sends the requests; `.null` is the one built in, as it is by default on Linux. On Apple
    /// platforms the default is a ``URLSessionTransport``, unless there are `rootCertificates` or a `proxy`, also one of
    /// the environment (`HTTPS_PROXY`): these and `connectTimeout` are for the one built in.
    public var transport: (any KernelTransport)??

    public init(
        apiKey: Secret? = nil,
        baseURL: String?? = nil,
        environment: Environment? = nil,
        projectID: String?? = nil,
        project: String?? = nil,
        timeout: Timeout? = nil,
        connectTimeout: TimeInterval? = nil,
        totalTimeout: Timeout? = nil,
        maxRetries: Int? = nil,
        defaultHeaders: RequestHeaders? = nil,
        setDefaultHeaders: RequestHeaders? = nil,
        defaultQuery: Query? = nil,
        setDefaultQuery: Query? = nil,
        rootCertificates: [String] = [],
        proxy: Secret?? = nil,
        idleTimeout: Timeout? = nil,
        maxResponseBytes: Int? = nil,
        maxEventBytes: Int? = nil,
        logLevel: LogLevel? = nil,
        transport: (any KernelTransport)?? = nil
    ) {
        self.apiKey = apiKey
        self.baseURL = baseURL
        self.environment = environment
        self.projectID = projectID
        self.project = project
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.maxRetries = maxRetries
        self.defaultHeaders = defaultHeaders
        self.setDefaultHeaders = setDefaultHeaders
        self.defaultQuery = defaultQuery
        self.setDefaultQuery = setDefaultQuery
        self.rootCertificates = rootCertificates
        self.proxy = proxy
        self.idleTimeout = idleTimeout
        self.maxResponseBytes = maxResponseBytes
        self.maxEventBytes = maxEventBytes
        self.logLevel = logLevel
        self.transport = transport
    }
}

extension ClientOptions {
    /// Which API a client talks to.
    public struct Environment: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// `https://api.onkernel.com`
        public static let production = Environment(rawValue: "production")
        /// `https://localhost:3001`
        public static let development = Environment(rawValue: "development")
    }

    /// How much is written to standard error.
    public struct LogLevel: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Nothing.
        public static let off = LogLevel(rawValue: "off")
        /// What went wrong.
        public static let error = LogLevel(rawValue: "error")
        /// What may go wrong, such as a setting that is ignored.
        public static let warn = LogLevel(rawValue: "warn")
        /// A line for each request.
        public static let info = LogLevel(rawValue: "info")
        /// Headers too, secrets as `***`.
        public static let debug = LogLevel(rawValue: "debug")
    }
}

extension ClientOptions {
    var json: String {
        var wire = Wire()
        wire.add("api_key", apiKey?.exposed)
        wire.add("base_url", orNull: baseURL)
        wire.add("environment", environment?.rawValue)
        wire.add("project_id", orNull: projectID)
        wire.add("project", orNull: project)
        wire.add("timeout", timeout)
        wire.add("connect_timeout", connectTimeout)
        wire.add("total_timeout", totalTimeout)
        wire.add("max_retries", maxRetries)
        wire.add("default_headers", defaultHeaders)
        wire.add("set_default_headers", setDefaultHeaders)
        wire.add("default_query", defaultQuery)
        wire.add("set_default_query", setDefaultQuery)
        wire.add("root_certificates", rootCertificates)
        wire.add("proxy", orNull: proxy.map { $0?.exposed })
        wire.add("idle_timeout", idleTimeout)
        wire.add("max_response_bytes", maxResponseBytes)
        wire.add("max_event_bytes", maxEventBytes)
        wire.add("log_level", logLevel?.rawValue)
        return wire.json
    }
}
