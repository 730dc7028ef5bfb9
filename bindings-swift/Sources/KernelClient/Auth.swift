extension Kernel {
    /// Managed auth: browser profiles that stay signed in.
    public var auth: Auth { Auth(native: native) }

    /// Managed auth: browser profiles that stay signed in.
    public struct Auth: Sendable {
        let native: NativeClient

        /// The connections between a profile and a site.
        public var connections: Connections { Connections(native: native) }

        /// Who a request is from.
        public var context: Context { Context(native: native) }
    }

    /// Who a request is from.
    ///
    /// Every method throws ``KernelError``, or `CancellationError` when its task is cancelled, which stops the
    /// request. `...WithResponse` gives the answer together with its status, headers and raw body.
    public struct Context: Sendable {
        let native: NativeClient
    }
}

extension Kernel.Context {
    /// Tells whose key this is, and what it may reach.
    ///
    /// `GET /auth/context`
    public func retrieve(options: RequestOptions = .init()) async throws -> AuthContext {
        try await retrieveCall.value(options)
    }

    /// ``retrieve(options:)`` with what came beside the answer.
    public func retrieveWithResponse(options: RequestOptions = .init()) async throws -> KernelResponse<AuthContext> {
        try await retrieveCall.response(options)
    }

    private var retrieveCall: Call<AuthContext> {
        Call {
            try native.contextRetrieve(options: $0, keepsResponse: $1)
        } answer: {
            try $0.authContext()
        }
    }
}
