extension Kernel {
    /// Managed auth: browser profiles that stay signed in.
    public var auth: Auth { Auth(native: native) }

    /// Managed auth: browser profiles that stay signed in.
    public struct Auth: Sendable {
        let native: NativeClient

        /// The connections between a profile and a site.
        public var connections: Connections { Connections(native: native) }
    }

    /// Auth connections: a profile, a site, and how the one stays signed in to the other.
    ///
    /// Every method throws ``KernelError``, or `CancellationError` when its task is cancelled, which stops the
    /// request. `...WithResponse` gives the answer together with its status, headers and raw body.
    public struct Connections: Sendable {
        let native: NativeClient
    }
}

extension Kernel.Connections {
    /// Starts a login flow and answers at once with the page where the user signs in; with stored credentials
    /// Kernel signs in by itself.
    ///
    /// `id` is the auth connection's id. A flow that is already running is a `conflict`.
    ///
    /// `POST /auth/connections/{id}/login`
    public func login(
        _ id: String, _ params: ConnectionLoginParams = .init(), options: RequestOptions = .init()
    ) async throws -> LoginResponse {
        try await loginCall(id, params).value(options)
    }

    /// ``login(_:_:options:)`` with what came beside the answer.
    public func loginWithResponse(
        _ id: String, _ params: ConnectionLoginParams = .init(), options: RequestOptions = .init()
    ) async throws -> KernelResponse<LoginResponse> {
        try await loginCall(id, params).response(options)
    }

    private func loginCall(_ id: String, _ params: ConnectionLoginParams) -> Call<LoginResponse> {
        Call { try await native.connectionsLogin(id: id, params: params, call: $0) }
    }
}
