import KernelClient
import KernelClientTesting
import KernelClientURLSession
import Testing

/// A way that requests go. All scenarios go each of them.
struct Way: Sendable {
    /// What it is called among the languages.
    let language: String
    let transport: @Sendable () -> (any KernelTransport)?
    /// Seconds that a call may take.
    let patience: UInt64
    /// Whether the calls are made on the client's own thread.
    let isOnExecutor: Bool
    /// Scenarios of which a point cannot hold there, by name.
    let exceptions: [String: Exception]

    /// What cannot hold of a scenario, and why.
    struct Exception: Sendable {
        let why: String
        /// Where it differs from what is expected; all else must hold.
        let point: String
    }

    static let builtIn = Way(
        language: "swift", transport: { nil }, patience: 10, isOnExecutor: false, exceptions: [:]
    )
    /// Where there are such executors.
    static let executor: Way? =
        if #available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *) {
            Way(language: "swift-executor", transport: { nil }, patience: 10, isOnExecutor: true, exceptions: [:])
        } else {
            nil
        }
    static let urlSession = Way(
        // Foundation for Linux takes its time, and more on a busy machine. The waits that a scenario must not serve are longer.
        language: "swift-urlsession", transport: { URLSessionTransport() }, patience: 25,
        isOnExecutor: false, exceptions: urlSessionExceptions
    )

    static let all = [builtIn, executor, urlSession].compactMap { $0 }

    /// That of the running scenario.
    @TaskLocal static var current = builtIn

    /// A task for calls that go this way.
    func task<Value: Sendable>(
        _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) -> Task<Value, any Error> {
        guard isOnExecutor, #available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *) else {
            return Task(operation: operation)
        }
        return Task(executorPreference: Kernel.taskExecutor, operation: operation)
    }
}

extension Way: CustomTestStringConvertible {
    var testDescription: String { language }
}

extension SimulatedWorld {
    /// A client whose requests go this way.
    func client(_ way: Way, maxRetries: Int? = nil) throws -> Kernel {
        try client(ClientOptions(maxRetries: maxRetries, transport: .some(way.transport())))
    }
}

#if canImport(FoundationNetworking)
    private let urlSessionExceptions: [String: Way.Exception] = [
        "connection-refused": Way.Exception(
            why: "Foundation for Linux has the words of libcurl: it could not connect, and does not say why.",
            point: "error.reason_contains"
        ),
        "headers-content-type-deleted": Way.Exception(
            why: "Foundation gives a body that has no type one of its own.",
            point: "requests[0].headers.content-type"
        ),
        "headers-delete-own": Way.Exception(
            why: "Foundation says who it is where nothing else is said.", point: "requests[0].headers.user-agent"
        ),
    ]
#else
    // Nobody has run it there yet.
    private let urlSessionExceptions: [String: Way.Exception] = [:]
#endif
