/// One connection, for a program without the API key: what a mobile or desktop app should hold.
///
/// It holds a token for this connection alone, good for about 30 minutes, and nothing else. An account's API key does
/// not belong into an app: whoever has the app has the key. Instead a backend starts the login and hands the app its
/// `id` and `handoffCode`:
///
/// ```swift
/// let session = try await ManagedAuthSession(id: id, handoffCode: code)
/// let connection = try await session.waitForLogin()
/// ```
///
/// ``LoginForm`` is what a view of the app shows of it.
public struct ManagedAuthSession: Sendable {
    /// The connection's id.
    public let id: String
    let native: NativeSession

    init(native: NativeSession) throws {
        self.native = native
        id = try native.id()
    }
}

extension ManagedAuthSession {
    /// Exchanges a hand-off code for a session. `client` says where the API is and how to get there; no API key is
    /// needed, and one that it has is not used. A code that was used before is gone (410).
    ///
    /// - Throws: ``KernelError``; of kind `configuration` for options that break a rule.
    ///
    /// `POST /auth/connections/{id}/exchange`
    public init(
        id: String, handoffCode: Secret, client: ClientOptions = .init(), options: RequestOptions = .init()
    ) async throws {
        self = try await Self.exchangeCall(id, handoffCode, client).value(options)
    }

    /// ``init(id:handoffCode:client:options:)`` with what came beside the answer.
    public static func exchangeWithResponse(
        id: String, handoffCode: Secret, client: ClientOptions = .init(), options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuthSession> {
        try await exchangeCall(id, handoffCode, client).response(options)
    }

    private static func exchangeCall(
        _ id: String, _ handoffCode: Secret, _ client: ClientOptions
    ) -> Call<ManagedAuthSession> {
        Call {
            try nativeExchange(
                client: client.json, transport: client.choice, version: swiftVersion, id: id,
                handoffCode: handoffCode, options: $0, keepsResponse: $1
            )
        } answer: {
            try ManagedAuthSession(native: $0.session())
        }
    }

    /// Tells how the connection stands, its latest flow included.
    ///
    /// `GET /auth/connections/{id}`
    public func retrieve(options: RequestOptions = .init()) async throws -> ManagedAuth {
        try await retrieveCall.value(options)
    }

    /// ``retrieve(options:)`` with what came beside the answer.
    public func retrieveWithResponse(options: RequestOptions = .init()) async throws -> KernelResponse<ManagedAuth> {
        try await retrieveCall.response(options)
    }

    private var retrieveCall: Call<ManagedAuth> {
        Call { [native] in
            try native.retrieve(options: $0, keepsResponse: $1)
        } answer: {
            try $0.managedAuth()
        }
    }

    /// Submits what the flow waits for: values of fields, or a choice.
    ///
    /// `POST /auth/connections/{id}/submit`
    public func submit(
        _ params: ConnectionSubmitParams = .init(), options: RequestOptions = .init()
    ) async throws -> SubmitFieldsResponse {
        try await submitCall(params).value(options)
    }

    /// ``submit(_:options:)`` with what came beside the answer.
    public func submitWithResponse(
        _ params: ConnectionSubmitParams = .init(), options: RequestOptions = .init()
    ) async throws -> KernelResponse<SubmitFieldsResponse> {
        try await submitCall(params).response(options)
    }

    private func submitCall(_ params: ConnectionSubmitParams) -> Call<SubmitFieldsResponse> {
        Call { [native] in
            try native.submit(params: params, options: $0, keepsResponse: $1)
        } answer: {
            try $0.submitFieldsResponse()
        }
    }

    /// Follows the flow: how it stands now, then every change, until it is over.
    ///
    /// `GET /auth/connections/{id}/events`
    public func follow(options: RequestOptions = .init()) async throws -> ManagedAuthEvents {
        try await followCall.value(options)
    }

    /// ``follow(options:)`` with what came beside the answer.
    public func followWithResponse(
        options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuthEvents> {
        try await followCall.response(options)
    }

    private var followCall: Call<ManagedAuthEvents> {
        Call { [native] in
            try native.follow(options: $0, keepsResponse: $1)
        } answer: {
            ManagedAuthEvents(native: try $0.events())
        }
    }
}

// The token is nowhere in it.
extension ManagedAuthSession: CustomStringConvertible, CustomReflectable {
    public var description: String { "ManagedAuthSession(id: \(id))" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id], displayStyle: .struct) }
}
