import Foundation

/// The form that a person signs in with, inside of an app: what is asked, what has been entered, how it stands.
///
/// It is what a view shows; ``LoginFormView`` is one. ``run(waitTimeout:)`` brings the login to its end and asks through
/// ``phase``; ``submit()`` and ``choose(_:)`` answer.
///
/// ```swift
/// let form = LoginForm(id: id, handoffCode: code)  // from the app's backend
/// let connection = try await form.run()
/// ```
///
/// SwiftUI notices its changes: it is `Observable` where there is Observation (iOS 17, macOS 14), and an
/// `ObservableObject` on all Apple platforms. Anything else takes ``phases``. <doc:ConnectAnAccount> shows all of it.
@MainActor
public final class LoginForm {
    /// How the login stands.
    public enum Phase: Sendable {
        /// Kernel is at work on the site, or ``LoginForm/run(waitTimeout:)`` has not been called yet.
        case working
        /// The person is asked for something, or to do something elsewhere.
        case input(InputRequest)
        /// The profile is signed in.
        case finished(ManagedAuth)
        /// It ended otherwise; ``LoginForm/canRunAgain`` says whether that is all.
        case failed(any Error)
    }

    /// How the login stands.
    public private(set) var phase: Phase {
        get {
            watched.isRead(self, \.phase)
            return currentPhase
        }
        set {
            watched.changes(self, \.phase) { currentPhase = newValue }
            for listener in listeners.values { listener.yield(newValue) }
        }
    }

    /// What the person has entered, by the `id` of its field. Passwords and codes leave it when they are submitted.
    public var values: [String: String] {
        get {
            watched.isRead(self, \.values)
            return currentValues
        }
        set { watched.changes(self, \.values) { currentValues = newValue } }
    }

    private var currentPhase = Phase.working
    private var currentValues: [String: String] = [:]
    private let watched = Watched()
    private var listeners: [UUID: AsyncStream<Phase>.Continuation] = [:]
    private let options: RequestOptions
    private let handoff: Handoff?
    private var session: ManagedAuthSession?
    /// A code is good for one exchange: it is no run's own, and goes on when the run that began it is cancelled.
    private var exchange: Task<ManagedAuthSession, any Error>?
    /// The latest run, while it goes on.
    private var run: Run?

    /// What the app's backend has handed over.
    private struct Handoff {
        let id: String
        let code: Secret
        let client: ClientOptions
    }

    /// A run, and what it asks.
    private final class Run {
        var login: NativeLogin?
        var number: UInt64?
    }

    /// The form of a session.
    public init(_ session: ManagedAuthSession, options: RequestOptions = .init()) {
        handoff = nil
        self.session = session
        self.options = options
    }

    /// The form of a login that the app's backend has started and handed over. ``run(waitTimeout:)`` begins with the
    /// exchange for a session.
    public init(
        id: String, handoffCode: Secret, client: ClientOptions = .init(), options: RequestOptions = .init()
    ) {
        handoff = Handoff(id: id, code: handoffCode, client: client)
        self.options = options
    }

    deinit {
        for listener in listeners.values { listener.finish() }
    }
}

extension LoginForm {
    /// Brings the login to its end, and gives the connection once it is signed in. Cancelling its task stops it at once
    /// and leaves the login as it is; another run goes on from there. Of two runs the later one counts, and the earlier
    /// one ends as if it were cancelled.
    ///
    /// - Parameter waitTimeout: The longest that it waits, once it has a session. The flow itself ends 20 minutes after its
    ///   start.
    /// - Throws: What ``ManagedAuthSession/waitForLogin(waitTimeout:options:onInput:)`` throws, and what the exchange does.
    @discardableResult
    public func run(waitTimeout: Timeout = .unlimited) async throws -> ManagedAuth {
        let run = Run()
        stop()
        self.run = run
        phase = .working
        do {
            let connection = try await follow(run, waitTimeout)
            end(run, .finished(connection))
            return connection
        } catch {
            let isCancelled = Task.isCancelled || self.run !== run
            end(run, isCancelled ? .working : .failed(error))
            throw isCancelled ? CancellationError() : error
        }
    }

    /// Submits what has been entered into ``fields``. Does nothing while ``isComplete`` is false.
    public func submit() {
        guard isComplete else { return }
        let entered = fields.compactMap { field in values[field.id].map { (field.id, Secret($0)) } }
        submit(.values(Dictionary(entered) { first, _ in first }.filter { !$0.value.exposed.isEmpty }))
    }

    /// Submits one of the ``choices``.
    public func choose(_ choice: ManagedAuthChoice) {
        submit(.choice(choice.id))
    }

    /// Submits an answer of any kind to what is asked. Does nothing when nothing is asked any more.
    public func submit(_ answer: InputAnswer) {
        guard let run, let login = run.login, let number = run.number else { return }
        run.number = nil
        forgetSecrets()
        phase = .working
        do { try translatingErrors { try login.answer(number: number, answer: answer) } } catch {
            end(run, .failed(error))
        }
    }

    /// What is asked; nil while nothing is.
    public var request: InputRequest? {
        guard case .input(let request) = phase else { return nil }
        return request
    }

    /// The fields to fill in.
    public var fields: [ManagedAuthField] { request?.fields ?? [] }

    /// The choices, of which one can be made.
    public var choices: [ManagedAuthChoice] { request?.choices ?? [] }

    /// Whether every field that must be filled in is, and something is at all.
    public var isComplete: Bool {
        let isFilled = { (field: ManagedAuthField) in self.values[field.id]?.isEmpty == false }
        return fields.contains(where: isFilled) && fields.allSatisfy { $0.required == false || isFilled($0) }
    }

    /// Why there is no connection, when it failed.
    public var error: (any Error)? {
        guard case .failed(let error) = phase else { return nil }
        return error
    }

    /// Whether another ``run(waitTimeout:)`` can succeed after a failure: only the way to the API was broken, or the API
    /// itself, or the login still waits for an answer that it takes. Otherwise the backend has to start a new login, which
    /// gets a form of its own.
    public var canRunAgain: Bool { (error as? KernelError)?.mayGoOn ?? false }

    /// The connection, when it is signed in.
    public var connection: ManagedAuth? {
        guard case .finished(let connection) = phase else { return nil }
        return connection
    }

    /// How the login stands, and every change of that, until the form is gone.
    public var phases: AsyncStream<Phase> {
        let (stream, listener) = AsyncStream.makeStream(of: Phase.self)
        let name = UUID()
        listener.yield(currentPhase)
        listener.onTermination = { [weak self] _ in
            Task { @MainActor in self?.listeners[name] = nil }
        }
        listeners[name] = listener
        return stream
    }

    private func follow(_ run: Run, _ waitTimeout: Timeout) async throws -> ManagedAuth {
        let session = try await opened()
        guard self.run === run else { throw CancellationError() }
        let login = try translatingErrors { try session.begin(waitTimeout, options, isAnswered: true) }
        run.login = login
        while let step = try await nextStep(login) {
            guard self.run === run else { break }
            switch step {
            case .started: break
            case .input(let number, let request):
                run.number = number
                forgetSecrets(but: request)
                phase = .input(request)
            case .withdrawn:
                run.number = nil
                phase = .working
            case .done(let connection): return connection
            }
        }
        throw CancellationError()
    }

    /// The session, once it is there. A run that is cancelled waits no longer.
    private func opened() async throws -> ManagedAuthSession {
        if let session { return session }
        guard let handoff else { throw CancellationError() }
        let exchange =
            self.exchange
            ?? Task { [options] in
                try await ManagedAuthSession(
                    id: handoff.id, handoffCode: handoff.code, client: handoff.client, options: options
                )
            }
        self.exchange = exchange
        let (waiting, end) = AsyncStream.makeStream(of: Never.self)
        Task {
            _ = await exchange.result
            end.finish()
        }
        for await _ in waiting {}
        try Task.checkCancellation()
        do {
            let opened = try await exchange.value
            session = opened
            return opened
        } catch {
            if self.exchange == exchange { self.exchange = nil }
            throw error
        }
    }

    /// The run is over; if it is the latest, that is how the login stands.
    private func end(_ run: Run, _ phase: Phase) {
        guard self.run === run else { return }
        stop()
        self.phase = phase
    }

    private func stop() {
        try? run?.login?.cancel()
        run = nil
    }

    /// Keeps what the person would only have to enter again.
    private func forgetSecrets(but request: InputRequest? = nil) {
        let kept = (request ?? self.request)?.fields.filter { !$0.type.isSecret }.map(\.id) ?? []
        values = values.filter { kept.contains($0.key) }
    }
}

extension FieldType {
    /// Whether nobody is to look over the person's shoulder, or it is good only once.
    var isSecret: Bool {
        switch self {
        case .password, .code, .totpCode, .totpSecret: true
        case .identifier, .text, .unknown: false
        }
    }
}

// What was entered is nowhere in it.
extension LoginForm: CustomReflectable {
    public nonisolated var customMirror: Mirror { Mirror(self, children: [], displayStyle: .class) }
}
