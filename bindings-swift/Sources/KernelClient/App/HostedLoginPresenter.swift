#if canImport(AuthenticationServices) && !os(tvOS) && !os(watchOS)
    import AuthenticationServices

    /// Shows the hosted page of a login in the system's own sign-in sheet, and comes back with what it says.
    ///
    /// ```swift
    /// let presenter = HostedLoginPresenter(anchor: window)
    /// let back = try await presenter.present(login.hostedURL, callbackScheme: "myapp")
    /// ```
    ///
    /// The scheme needs no entry in the app's Info.plist: the sheet itself takes what comes back by it.
    @MainActor
    public final class HostedLoginPresenter: NSObject {
        private let anchor: ASPresentationAnchor?

        /// - Parameter anchor: The window that the sheet belongs to; nil for a new one.
        public init(anchor: ASPresentationAnchor? = nil) {
            self.anchor = anchor
        }

        /// Shows the page until the person is done. Cancelling the task closes the sheet.
        ///
        /// Anybody can make such a URL: before relying on what comes back, have the backend ask the API.
        ///
        /// - Parameters:
        ///   - hostedURL: The `hostedURL` of a login.
        ///   - callbackScheme: A scheme of the app's own, without a colon.
        ///   - isPrivate: Whether the sheet shares nothing with the person's browser, cookies for one.
        /// - Throws: `CancellationError` when the task is cancelled, `ASWebAuthenticationSessionError` when the person
        ///   closes the sheet or it cannot be shown, ``KernelError`` of kind `invalidArgument` for a URL that is none.
        public func present(
            _ hostedURL: String, callbackScheme: String, isPrivate: Bool = false
        ) async throws -> LoginReturn {
            let back = "\(callbackScheme)://kernel"
            let link = try hostedLoginURL(hostedURL, successURL: "\(back)/success", errorURL: "\(back)/error")
            guard let page = URL(string: link) else { throw URLError(.badURL) }
            try Task.checkCancellation()
            let (ends, end) = AsyncThrowingStream.makeStream(of: URL.self)
            let sheet = ASWebAuthenticationSession(url: page, callbackURLScheme: callbackScheme) {
                @Sendable url, error in
                if let url { end.yield(url) }
                end.finish(throwing: error)
            }
            sheet.presentationContextProvider = self
            sheet.prefersEphemeralWebBrowserSession = isPrivate
            guard sheet.start() else { throw ASWebAuthenticationSessionError(.presentationContextInvalid) }
            // Leaving in any other way than by an answer closes it.
            defer { sheet.cancel() }
            for try await url in ends { return try LoginReturn(url: url) }
            throw CancellationError()
        }
    }

    extension HostedLoginPresenter: ASWebAuthenticationPresentationContextProviding {
        public func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor {
            anchor ?? ASPresentationAnchor()
        }
    }
#endif
