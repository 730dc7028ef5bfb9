extension Kernel {
    /// Auth connections: a profile, a site, and how the one stays signed in to the other.
    ///
    /// Every method throws ``KernelError``, or `CancellationError` when its task is cancelled, which stops the
    /// request. `...WithResponse` gives the answer together with its status, headers and raw body.
    public struct Connections: Sendable {
        let native: NativeClient
    }
}

extension Kernel.Connections {
    /// Makes a connection. It is not signed in yet: ``loginAndWait(_:_:waitTimeout:options:onLogin:onInput:)`` sees to
    /// that.
    ///
    /// A profile that has a connection to the site already is a `conflict` that names the connection
    /// (``KernelError/existingID``).
    ///
    /// `POST /auth/connections`
    public func create(
        _ params: ConnectionCreateParams, options: RequestOptions = .init()
    ) async throws -> ManagedAuth {
        try await createCall(params).value(options)
    }

    /// ``create(_:options:)`` with what came beside the answer.
    public func createWithResponse(
        _ params: ConnectionCreateParams, options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuth> {
        try await createCall(params).response(options)
    }

    private func createCall(_ params: ConnectionCreateParams) -> Call<ManagedAuth> {
        Call {
            try native.connectionsCreate(params: params, options: $0, keepsResponse: $1)
        } answer: {
            try $0.managedAuth()
        }
    }

    /// Tells how a connection stands, its latest flow included.
    ///
    /// `GET /auth/connections/{id}`
    public func retrieve(_ id: String, options: RequestOptions = .init()) async throws -> ManagedAuth {
        try await retrieveCall(id).value(options)
    }

    /// ``retrieve(_:options:)`` with what came beside the answer.
    public func retrieveWithResponse(
        _ id: String, options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuth> {
        try await retrieveCall(id).response(options)
    }

    private func retrieveCall(_ id: String) -> Call<ManagedAuth> {
        Call {
            try native.connectionsRetrieve(id: id, options: $0, keepsResponse: $1)
        } answer: {
            try $0.managedAuth()
        }
    }

    /// Changes a connection and tells how it stands then. What is left out, or nil, stays as it is; `.null` is sent
    /// as null.
    ///
    /// `PATCH /auth/connections/{id}`
    public func update(
        _ id: String, _ params: ConnectionUpdateParams = .init(), options: RequestOptions = .init()
    ) async throws -> ManagedAuth {
        try await updateCall(id, params).value(options)
    }

    /// ``update(_:_:options:)`` with what came beside the answer.
    public func updateWithResponse(
        _ id: String, _ params: ConnectionUpdateParams = .init(), options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuth> {
        try await updateCall(id, params).response(options)
    }

    private func updateCall(_ id: String, _ params: ConnectionUpdateParams) -> Call<ManagedAuth> {
        Call {
            try native.connectionsUpdate(id: id, params: params, options: $0, keepsResponse: $1)
        } answer: {
            try $0.managedAuth()
        }
    }

    /// Lists connections, the newest first. Nothing is sent before the list is iterated over, or asked for a page.
    ///
    /// `GET /auth/connections`
    public func list(
        _ params: ConnectionListParams = .init(), options: RequestOptions = .init()
    ) -> Paged<ManagedAuth> {
        Paged(
            options,
            Call {
                try native.connectionsList(params: params, options: $0, keepsResponse: $1)
            } answer: {
                Page(try $0.connectionsPage())
            }
        )
    }

    /// Deletes a connection; a flow that runs is called off. The profile stays.
    ///
    /// `DELETE /auth/connections/{id}`
    public func delete(_ id: String, options: RequestOptions = .init()) async throws {
        try await deleteCall(id).value(options)
    }

    /// ``delete(_:options:)`` with what came beside the answer.
    public func deleteWithResponse(
        _ id: String, options: RequestOptions = .init()
    ) async throws -> KernelResponse<Void> {
        try await deleteCall(id).response(options)
    }

    private func deleteCall(_ id: String) -> Call<Void> {
        Call {
            try native.connectionsDelete(id: id, options: $0, keepsResponse: $1)
        } answer: {
            try $0.nothing()
        }
    }

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
        Call {
            try native.connectionsLogin(id: id, params: params, options: $0, keepsResponse: $1)
        } answer: {
            try $0.loginResponse()
        }
    }

    /// Submits what a flow waits for: values of fields, or a choice. What comes of it, ``follow(_:options:)`` tells.
    ///
    /// `POST /auth/connections/{id}/submit`
    public func submit(
        _ id: String, _ params: ConnectionSubmitParams = .init(), options: RequestOptions = .init()
    ) async throws -> SubmitFieldsResponse {
        try await submitCall(id, params).value(options)
    }

    /// ``submit(_:_:options:)`` with what came beside the answer.
    public func submitWithResponse(
        _ id: String, _ params: ConnectionSubmitParams = .init(), options: RequestOptions = .init()
    ) async throws -> KernelResponse<SubmitFieldsResponse> {
        try await submitCall(id, params).response(options)
    }

    private func submitCall(_ id: String, _ params: ConnectionSubmitParams) -> Call<SubmitFieldsResponse> {
        Call {
            try native.connectionsSubmit(id: id, params: params, options: $0, keepsResponse: $1)
        } answer: {
            try $0.submitFieldsResponse()
        }
    }

    /// Follows the flow that runs: how it stands now, then every change, until it is over.
    ///
    /// ```swift
    /// for try await event in try await client.auth.connections.follow("ma_123") {
    ///     if case .state(let state) = event { print(state.flowStep) }
    /// }
    /// ```
    ///
    /// `GET /auth/connections/{id}/events`
    public func follow(_ id: String, options: RequestOptions = .init()) async throws -> ManagedAuthEvents {
        try await followCall(id).value(options)
    }

    /// ``follow(_:options:)`` with what came beside the answer.
    public func followWithResponse(
        _ id: String, options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuthEvents> {
        try await followCall(id).response(options)
    }

    private func followCall(_ id: String) -> Call<ManagedAuthEvents> {
        Call {
            try native.connectionsFollow(id: id, options: $0, keepsResponse: $1)
        } answer: {
            ManagedAuthEvents(native: try $0.events())
        }
    }

    /// Lists what happened to a connection, the newest first: logins, logins by itself, health checks. Nothing is
    /// sent before the list is iterated over, or asked for a page.
    ///
    /// `GET /auth/connections/{id}/timeline`
    public func timeline(
        _ id: String, _ params: ConnectionTimelineParams = .init(), options: RequestOptions = .init()
    ) -> Paged<ManagedAuthTimelineEvent> {
        Paged(
            options,
            Call {
                try native.connectionsTimeline(id: id, params: params, options: $0, keepsResponse: $1)
            } answer: {
                Page(try $0.timelinePage())
            }
        )
    }

    /// Exchanges the `handoffCode` of a login for a session: what an app should hold in place of the API key. It can
    /// do nothing but `retrieve`, `submit` and `follow`, for this one connection, for about 30 minutes.
    ///
    /// The key is not sent; an app that has none uses ``ManagedAuthSession/init(id:handoffCode:client:options:)``.
    /// A code that was used before is gone (410).
    ///
    /// `POST /auth/connections/{id}/exchange`
    public func exchange(
        _ id: String, handoffCode: Secret, options: RequestOptions = .init()
    ) async throws -> ManagedAuthSession {
        try await exchangeCall(id, handoffCode).value(options)
    }

    /// ``exchange(_:handoffCode:options:)`` with what came beside the answer.
    public func exchangeWithResponse(
        _ id: String, handoffCode: Secret, options: RequestOptions = .init()
    ) async throws -> KernelResponse<ManagedAuthSession> {
        try await exchangeCall(id, handoffCode).response(options)
    }

    private func exchangeCall(_ id: String, _ handoffCode: Secret) -> Call<ManagedAuthSession> {
        Call {
            try native.connectionsExchange(id: id, handoffCode: handoffCode, options: $0, keepsResponse: $1)
        } answer: {
            try ManagedAuthSession(native: $0.session())
        }
    }
}
