import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
    import KernelClient
#endif

/// Requests go by a `URLSession`. On Apple platforms this is what a client uses that is told nothing.
///
/// On Linux, where it is a choice, Foundation cannot pause a transfer: of a body that comes faster than it is read, what
/// is not read yet is kept in memory.
public final class URLSessionTransport: KernelTransport {
    private let held: HeldSession

    /// Over a session of its own, without cookies, cache and stored credentials.
    public convenience init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        // A stream of events keeps its connection: a few of them must not keep all others waiting.
        configuration.httpMaximumConnectionsPerHost = 1000
        self.init(configuration: configuration)
    }

    /// Over a session of its own that is made like this. It ends with the transport.
    public init(configuration: URLSessionConfiguration) {
        #if canImport(FoundationNetworking)
            let session = URLSession(configuration: configuration, delegate: Forwarder(), delegateQueue: nil)
        #else
            let session = URLSession(configuration: configuration)
        #endif
        held = HeldSession(session, isOwn: true)
    }

    /// Over this session, which stays the caller's. Its delegate is asked about certificates, nothing else: what a
    /// request is answered with goes past it. On Linux, where Foundation knows no other delegate, it is a session of its
    /// own that is made like this one.
    public convenience init(_ session: URLSession) {
        #if canImport(FoundationNetworking)
            self.init(configuration: session.configuration)
        #else
            self.init(shared: session)
        #endif
    }

    #if !canImport(FoundationNetworking)
        private init(shared session: URLSession) {
            held = HeldSession(session, isOwn: false)
        }
    #endif

    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        var request = URLRequest(request)
        // The client gives up by itself. Foundation counts otherwise: on Linux from the start, streams included.
        request.timeoutInterval = URLRequest.unlimited
        let transfer = Transfer(held.queue)
        let response = try await transfer.start(request, in: held)
        let reader = TransferReader(transfer)
        return try TransportResponse(response, TransportResponse.Body { try await reader.next() })
    }
}

/// A session, for as long as somebody may start a task of it.
private final class HeldSession: Sendable {
    let session: URLSession
    /// Where tasks are started and cancelled: Foundation for Linux may have a thread wait for that.
    let queue = DispatchQueue(label: "kernel-client.urlsession")
    private let isOwn: Bool

    init(_ session: URLSession, isOwn: Bool) {
        self.session = session
        self.isOwn = isOwn
    }

    deinit {
        if isOwn { session.finishTasksAndInvalidate() }
    }
}

#if canImport(FoundationNetworking)
    /// Tells the delegate of a task what Foundation for Linux tells that of the session only.
    private final class Forwarder: NSObject, URLSessionDataDelegate {
        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) {
            transfer(dataTask)?.urlSession(
                session, dataTask: dataTask, didReceive: response, completionHandler: completionHandler
            )
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            transfer(dataTask)?.urlSession(session, dataTask: dataTask, didReceive: data)
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            transfer(task)?.urlSession(session, task: task, didCompleteWithError: error)
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            transfer(task)?.urlSession(
                session, task: task, didReceive: challenge, completionHandler: completionHandler
            )
        }

        private func transfer(_ task: URLSessionTask) -> Transfer? { task.delegate as? Transfer }
    }
#endif

/// Whoever reads a body. When it goes, so does the transfer: a task of a session holds its delegate until then.
private final class TransferReader: Sendable {
    private let transfer: Transfer

    init(_ transfer: Transfer) {
        self.transfer = transfer
    }

    deinit {
        transfer.cancel()
    }

    func next() async throws -> Data? {
        try await transfer.next()
    }
}

/// A request and its answer, as the delegate of its task sees them. The lock guards all that changes.
private final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let queue: DispatchQueue
    private let lock = NSLock()
    private var task: URLSessionDataTask?
    /// Who waits for the head of the answer.
    private var opening: CheckedContinuation<URLResponse, any Error>?
    /// Who waits for more of its body.
    private var reading: CheckedContinuation<Data?, any Error>?
    private var received = Data()
    /// How it ended.
    private var end: Result<Void, any Error>?
    private var isRedirected = false
    private var isPaused = false

    /// So much may wait to be read.
    private static let enough = 1 << 20

    init(_ queue: DispatchQueue) {
        self.queue = queue
    }

    /// Sends a request and gives the head of its answer.
    func start(_ request: URLRequest, in held: HeldSession) async throws -> URLResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWanted = lock.withLock {
                    if end == nil { opening = continuation }
                    return end == nil
                }
                guard isWanted else { return continuation.resume(throwing: CancellationError()) }
                queue.async { self.send(request, in: held) }
            }
        } onCancel: {
            cancel()
        }
    }

    private func send(_ request: URLRequest, in held: HeldSession) {
        // Whoever cancels it from here on does so on this queue.
        guard lock.withLock({ end == nil }) else { return }
        let task = held.session.dataTask(with: request)
        task.delegate = self
        lock.withLock { self.task = task }
        task.resume()
    }

    /// What has come since the last time, once there is something; nothing at the end.
    func next() async throws -> Data? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Data?, any Error>? = lock.withLock {
                    if !received.isEmpty {
                        defer { received = Data() }
                        pause(false)
                        return .success(received)
                    }
                    if let end { return end.map { nil } }
                    reading = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends it at once.
    func cancel() {
        finish(with: .failure(CancellationError()))
        queue.async { self.cancelTask() }
    }

    private func cancelTask() {
        let task = lock.withLock {
            defer { self.task = nil }
            return mayBeCancelled ? self.task : nil
        }
        task?.cancel()
    }

    /// Ends it, if it has not ended.
    private func finish(with outcome: Result<Void, any Error>, head: URLResponse? = nil) {
        let (opening, reading) = lock.withLock {
            guard end == nil else { return (nil, nil) as Waiting }
            end = outcome
            defer { (self.opening, self.reading) = (nil, nil) }
            return (self.opening, self.reading)
        }
        switch (outcome, head) {
        case (.success, let head?): opening?.resume(returning: head)
        case (.success, nil): opening?.resume(throwing: URLError(.badServerResponse))
        case (.failure(let error), _): opening?.resume(throwing: error)
        }
        reading?.resume(with: outcome.map { nil })
    }

    /// Foundation for Linux traps when a task is cancelled that waits to hear about a redirect, and ends it by itself
    /// once it has heard.
    private var mayBeCancelled: Bool {
        #if canImport(FoundationNetworking)
            !isRedirected
        #else
            true
        #endif
    }

    private typealias Waiting = (
        CheckedContinuation<URLResponse, any Error>?, CheckedContinuation<Data?, any Error>?
    )

    /// Has the sender wait, or go on. Called with the lock.
    private func pause(_ isPaused: Bool) {
        guard self.isPaused != isPaused else { return }
        self.isPaused = isPaused
        #if canImport(Darwin)
            // Foundation for Linux closes the connection of a task that is suspended.
            if isPaused { task?.suspend() } else { task?.resume() }
        #endif
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let opening = lock.withLock {
            defer { self.opening = nil }
            return self.opening
        }
        opening?.resume(returning: response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let reading = lock.withLock {
            guard end == nil else { return nil as CheckedContinuation<Data?, any Error>? }
            guard let reading = self.reading else {
                received.append(data)
                if received.count >= Self.enough { pause(true) }
                return nil
            }
            self.reading = nil
            return reading
        }
        reading?.resume(returning: data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        // Foundation for Linux does not announce a redirect that leads nowhere.
        finish(with: error.map(Result.failure) ?? .success(()), head: task.response)
        lock.withLock { self.task = nil }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let isOver = lock.withLock {
            isRedirected = end == nil
            return end != nil
        }
        #if canImport(FoundationNetworking)
            // As when it hears about a redirect of a task that was cancelled.
            if isOver { return }
        #endif
        completionHandler(nil)
    }

    #if canImport(FoundationNetworking)
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            // A 401 whose answer has been received whole; Foundation for Linux would wait for a password for ever.
            finish(with: .success(()), head: challenge.failureResponse)
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    #endif
}
