extension Kernel.Connections {
    /// Asked whenever a login wants input; gives what to submit, or nil to submit nothing for now, for example while
    /// something must be done elsewhere.
    public typealias InputHandler = @Sendable (InputRequest) async throws -> InputAnswer?

    /// Starts a login, waits for its end, and gives the connection once it is signed in. It survives streams that
    /// break and outages of the API, and lasts no longer than the flow.
    ///
    /// ```swift
    /// let connection = try await client.auth.connections.loginAndWait("ma_123") { login in
    ///     print("Sign in at \(login.hostedURL)")
    /// }
    /// ```
    ///
    /// The handlers belong to the caller's task. When an answer is not wanted any more, because somebody gave it at
    /// the hosted page or the login is over, the task of `onInput` is cancelled and waited for: a handler should end
    /// when it is cancelled. An error of a handler ends the login and is thrown as it is. Cancelling the caller's task
    /// drops requests and streams at once and throws `CancellationError`.
    ///
    /// - Parameters:
    ///   - id: The connection's id.
    ///   - params: What the login overrides.
    ///   - waitTimeout: The longest that the caller waits. The flow itself ends 20 minutes after its start.
    ///   - options: Options of the calls that the login is made of.
    ///   - onLogin: Is told where the person signs in, once, before anything is waited for.
    ///   - onInput: Answers for the person. Without it, the person signs in at the hosted page.
    /// - Throws: ``KernelError``: `loginFailed` with ``KernelError/loginErrorCode`` when the login failed, `timeout`
    ///   when `waitTimeout` passed, and those of the calls that it is made of.
    public func loginAndWait(
        _ id: String,
        _ params: ConnectionLoginParams = .init(),
        waitTimeout: Timeout = .unlimited,
        options: RequestOptions = .init(),
        onLogin: @Sendable (LoginResponse) async throws -> Void = { _ in },
        onInput: InputHandler? = nil
    ) async throws -> ManagedAuth {
        try await finish(onLogin, onInput) {
            try native.loginAndWait(
                id: id, params: params, options: options.json, waitTimeout: waitTimeout.seconds,
                isAnswered: onInput != nil
            )
        }
    }
}

extension ManagedAuthSession {
    /// Asked whenever the login wants input; gives what to submit, or nil to submit nothing for now, for example while
    /// something must be done elsewhere.
    public typealias InputHandler = Kernel.Connections.InputHandler

    /// Waits for the end of the login that the session is for, and gives the connection once it is signed in. It
    /// survives streams that break and outages of the API, and lasts no longer than a flow can: 20 minutes. A login that
    /// is over already is told of at once.
    ///
    /// The handler belongs to the caller's task, as that of
    /// ``Kernel/Connections/loginAndWait(_:_:waitTimeout:options:onLogin:onInput:)`` does. For a form, ``LoginForm`` does
    /// all of this.
    ///
    /// - Parameters:
    ///   - waitTimeout: The longest that the caller waits. The flow itself ends 20 minutes after its start.
    ///   - options: Options of the calls that the wait is made of.
    ///   - onInput: Answers for the person. Without it, the person signs in at the hosted page.
    /// - Throws: ``KernelError``: `loginFailed` with ``KernelError/loginErrorCode`` when the login failed, `timeout`
    ///   when `waitTimeout` passed, and those of the calls that it is made of.
    public func waitForLogin(
        waitTimeout: Timeout = .unlimited, options: RequestOptions = .init(), onInput: InputHandler? = nil
    ) async throws -> ManagedAuth {
        try await finish(untold, onInput) { try begin(waitTimeout, options, isAnswered: onInput != nil) }
    }

    /// The login, step by step.
    func begin(_ waitTimeout: Timeout, _ options: RequestOptions, isAnswered: Bool) throws -> NativeLogin {
        try native.waitForLogin(
            options: options.json, waitTimeout: waitTimeout.seconds, isAnswered: isAnswered
        )
    }
}

/// Nobody is told where to sign in: who has a session knows.
private func untold(_ login: LoginResponse) {}

/// Begins a login and brings it to its end.
private func finish(
    _ onLogin: (LoginResponse) async throws -> Void, _ onInput: Kernel.Connections.InputHandler?,
    _ begin: () throws -> NativeLogin
) async throws -> ManagedAuth {
    let login = try translatingErrors(begin)
    do {
        return try await finish(login, onLogin, onInput)
    } catch {
        // Also when it is a handler that noticed it first.
        throw Task.isCancelled ? CancellationError() : error
    }
}

/// What a login waits for, and comes to.
private enum Happening: Sendable {
    case step(NativeStep?)
    case answer(UInt64, InputAnswer?)
    /// A handler was called off; what it gave is not wanted.
    case nothing
}

/// Goes through the steps of a login to its end. Whatever ends it early ends everything that it has begun.
private func finish(
    _ login: NativeLogin, _ onLogin: (LoginResponse) async throws -> Void, _ onInput: Kernel.Connections.InputHandler?
) async throws -> ManagedAuth {
    try await withThrowingTaskGroup(of: Happening.self) { group in
        var withdraw: AsyncStream<Never>.Continuation?
        group.addTask { .step(try await nextStep(login)) }
        while let happening = try await group.next() {
            switch happening {
            case .answer(let number, let answer):
                try translatingErrors { try login.answer(number: number, answer: answer) }
                continue
            case .nothing:
                continue
            case .step(.started(let response)):
                try await onLogin(response)
            case .step(.input(let number, let request)):
                let (withdrawn, continuation) = AsyncStream.makeStream(of: Never.self)
                withdraw = continuation
                group.addTask {
                    try await unless(withdrawn) { .answer(number, try await onInput?(request)) }
                }
            case .step(.withdrawn):
                withdraw?.finish()
            case .step(.done(let connection)):
                group.cancelAll()
                return connection
            case .step(nil):
                throw CancellationError()
            }
            group.addTask { .step(try await nextStep(login)) }
        }
        throw CancellationError()
    }
}

func nextStep(_ login: NativeLogin) async throws -> NativeStep? {
    try await translatingAsyncErrors {
        try await withTaskCancellationHandler {
            try await login.next()
        } onCancel: {
            try? login.cancel()
        }
    }
}

/// What comes of the handler, unless that is not wanted any more, which cancels it.
private func unless(
    _ withdrawn: AsyncStream<Never>, _ handler: @escaping @Sendable () async throws -> Happening
) async throws -> Happening {
    try await withThrowingTaskGroup(of: Happening.self) { group in
        group.addTask { try await handler() }
        group.addTask {
            for await _ in withdrawn {}
            return .nothing
        }
        defer { group.cancelAll() }
        return try await group.next() ?? .nothing
    }
}
