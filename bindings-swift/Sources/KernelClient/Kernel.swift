import Foundation

/// A client of the Kernel API.
///
/// ```swift
/// let client = try Kernel()  // KERNEL_API_KEY
/// let login = try await client.auth.connections.login("ma_123")
/// print(login.hostedURL)  // send the user there
/// ```
///
/// Cheap to copy and safe to share: copies, and clients made by ``withOptions(_:)``, share their connections.
public struct Kernel: Sendable {
    let native: NativeClient
    private let settings: NativeSettings

    /// A client with these options; what they leave out comes from the environment or the defaults.
    ///
    /// - Throws: ``KernelError`` of kind `configuration` naming the option and its rule.
    public init(_ options: ClientOptions) throws {
        try self.init {
            try NativeClient(options: options.json, transport: options.choice, version: swiftVersion)
        }
    }

    /// A client with these options; what they leave out comes from the environment or the defaults.
    /// ``ClientOptions`` says what each of them means.
    ///
    /// - Throws: ``KernelError`` of kind `configuration` naming the option and its rule.
    public init(
        apiKey: String? = nil,
        baseURL: String?? = nil,
        environment: ClientOptions.Environment? = nil,
        projectID: String?? = nil,
        project: String?? = nil,
        timeout: Timeout? = nil,
        connectTimeout: TimeInterval? = nil,
        totalTimeout: Timeout? = nil,
        maxRetries: Int? = nil,
        defaultHeaders: RequestHeaders? = nil,
        defaultQuery: Query? = nil,
        rootCertificates: [String] = [],
        proxy: String?? = nil,
        idleTimeout: Timeout? = nil,
        maxResponseBytes: Int? = nil,
        maxEventBytes: Int? = nil,
        logLevel: ClientOptions.LogLevel? = nil,
        transport: (any KernelTransport)?? = nil
    ) throws {
        try self.init(
            ClientOptions(
                apiKey: apiKey.map { Secret($0) },
                baseURL: baseURL,
                environment: environment,
                projectID: projectID,
                project: project,
                timeout: timeout,
                connectTimeout: connectTimeout,
                totalTimeout: totalTimeout,
                maxRetries: maxRetries,
                defaultHeaders: defaultHeaders,
                defaultQuery: defaultQuery,
                rootCertificates: rootCertificates,
                proxy: proxy.map { $0.map { Secret($0) } },
                idleTimeout: idleTimeout,
                maxResponseBytes: maxResponseBytes,
                maxEventBytes: maxEventBytes,
                logLevel: logLevel,
                transport: transport
            )
        )
    }

    /// A copy with other options: `client.withOptions(.init(maxRetries: 0))`. It shares the connections unless the
    /// options change how they are made.
    ///
    /// - Throws: ``KernelError`` of kind `configuration` naming the option and its rule.
    public func withOptions(_ options: ClientOptions) throws -> Kernel {
        try Kernel {
            try native.withOptions(options: options.json, transport: options.choiceOfCopy)
        }
    }

    private init(_ native: () throws -> NativeClient) throws {
        self.native = try translatingErrors(native)
        settings = try translatingErrors(self.native.settings)
    }

    /// Where the API is, without a slash at the end.
    public var baseURL: String { settings.baseURL }

    /// The limit of one attempt.
    public var timeout: Timeout { settings.timeout.map(Timeout.seconds) ?? .unlimited }

    /// How often a failed request is sent again.
    public var maxRetries: Int { Int(settings.maxRetries) }
}

// The key is nowhere in it.
extension Kernel: CustomStringConvertible, CustomReflectable {
    public var description: String { "Kernel(baseURL: \(baseURL))" }
    public var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL], displayStyle: .struct) }
}

/// The version of the language that this package was compiled as; Swift does not tell that of the compiler.
let swiftVersion: String = {
    #if swift(>=6.2)
        "6.2"
    #elseif swift(>=6.1)
        "6.1"
    #else
        "6.0"
    #endif
}()
