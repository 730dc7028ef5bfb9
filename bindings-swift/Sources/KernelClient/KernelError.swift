import Foundation

/// A failed call, or a client that could not be made.
///
/// ```swift
/// do {
///     let login = try await client.auth.connections.login("ma_123")
/// } catch let error as KernelError where error.kind == .conflict {
///     // A flow is already running.
/// }
/// ```
///
/// Printing it shows neither a header nor the body of an answer that succeeded. <doc:Errors> tells more.
public struct KernelError: Error, Sendable {
    /// What went wrong, in one word.
    public let kind: Kind
    /// What went wrong, in a sentence: the API's own where it sent one.
    public let message: String
    /// The HTTP status, when an answer came.
    public let status: Int?
    /// The API's code for the error, for example `not_found`; of a login that failed, its ``loginErrorCode``.
    public let code: String?
    /// Why a login failed, when this is a `loginFailed` and the API says it.
    public let loginErrorCode: LoginErrorCode?
    /// How a login ended that did not succeed: failed, expired, called off.
    public let flowStatus: FlowStatus?
    /// What the site itself said went wrong with a login.
    public let websiteError: String?
    /// The connection that is there already, when `create` meets one.
    public let existingID: String?
    /// Everything that is wrong, when the API lists it.
    public let details: [ErrorDetail]
    /// What lies beneath the error, when the API says it.
    public let innerError: ErrorDetail?
    /// The id the API gave the request; support asks for it.
    public let requestID: String?
    /// The headers of the answer.
    public let headers: KernelHeaders
    /// The body of the answer as it came. It may hold secrets.
    public let rawBody: Data?
    /// How often the request was sent again.
    public let retriesTaken: Int
    /// The argument or option that breaks a rule, by its name on the wire.
    public let argument: String?
    /// Why no answer came: refused, not trusted, cut short, which limit passed.
    public let reason: String?
    /// What the client's transport threw, when it is one that throws: a `URLError`, for example.
    public let underlyingError: (any Error)?
    private let text: String
    /// Whether another wait may bring the same login to its end.
    let mayGoOn: Bool

    /// The body of the answer when it is JSON. It may hold secrets.
    public var body: JSONValue? {
        rawBody.flatMap { try? JSONValue(json: $0) }
    }
}

extension KernelError {
    /// What went wrong, in one word. Later versions may know more of them.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The client cannot be made of these settings.
        public static let configuration = Kind(rawValue: "configuration")
        /// An argument of a call breaks a rule; nothing was sent.
        public static let invalidArgument = Kind(rawValue: "invalid_argument")
        /// No whole answer came: refused, broken, not trusted, cut short.
        public static let connection = Kind(rawValue: "connection")
        /// No whole answer came in time.
        public static let timeout = Kind(rawValue: "timeout")
        /// 400: the API does not accept the request.
        public static let badRequest = Kind(rawValue: "bad_request")
        /// 401: the key is missing or not valid.
        public static let authentication = Kind(rawValue: "authentication")
        /// 403: the key may not do this.
        public static let permissionDenied = Kind(rawValue: "permission_denied")
        /// 404: there is no such thing.
        public static let notFound = Kind(rawValue: "not_found")
        /// 409: it clashes with what is there, for example a flow that is already running.
        public static let conflict = Kind(rawValue: "conflict")
        /// 422: the request is well-formed and still not acceptable.
        public static let unprocessableEntity = Kind(rawValue: "unprocessable_entity")
        /// 429: too many requests.
        public static let rateLimit = Kind(rawValue: "rate_limit")
        /// 500 and above: the API failed.
        public static let internalServer = Kind(rawValue: "internal_server")
        /// Any other status that is not a success, redirects included.
        public static let apiStatus = Kind(rawValue: "api_status")
        /// A success whose body, or an event of a stream, is not JSON or not the model.
        public static let responseValidation = Kind(rawValue: "response_validation")
        /// The body, or an event of a stream, is larger than the client's limit.
        public static let responseTooLarge = Kind(rawValue: "response_too_large")
        /// The login did not succeed; ``KernelError/flowStatus`` says how it ended.
        public static let loginFailed = Kind(rawValue: "login_failed")
        /// The client itself failed. Please report it.
        public static let `internal` = Kind(rawValue: "internal")
    }
}

extension KernelError: LocalizedError {
    /// What `localizedDescription` is: the ``message``. <doc:Errors> says what of an error is for a user.
    public var errorDescription: String? { message }
    /// The ``reason``.
    public var failureReason: String? { reason }
}

extension KernelError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { text }

    public var debugDescription: String {
        let fields = shown.map { name, value in "\(name): \(String(reflecting: value))" }
        return "KernelError(\(fields.joined(separator: ", ")))"
    }

    public var customMirror: Mirror {
        Mirror(self, children: shown.map { (label: $0, value: $1) }, displayStyle: .struct)
    }

    /// The fields that are given and may be shown.
    private var shown: [(String, Any)] {
        let optional: [(String, Any?)] = [
            ("argument", argument), ("reason", reason), ("status", status), ("code", code),
            ("details", details.isEmpty ? nil : details), ("innerError", innerError), ("existingID", existingID),
            ("flowStatus", flowStatus), ("websiteError", websiteError), ("requestID", requestID),
        ]
        let given = optional.compactMap { name, value in value.map { (name, $0) } }
        return [("kind", kind), ("message", message)] + given + [("retriesTaken", retriesTaken)]
    }
}

extension KernelError.Kind: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { rawValue }
    public var debugDescription: String { rawValue }
}

extension KernelError {
    init(_ failure: NativeFailure, cause: (any NativeCause)? = nil) {
        kind = Kind(rawValue: failure.kind)
        message = failure.message
        text = failure.text
        mayGoOn = failure.mayGoOn
        status = failure.status.map(Int.init)
        code = failure.code
        loginErrorCode = failure.loginErrorCode
        flowStatus = failure.flowStatus
        websiteError = failure.websiteError
        existingID = failure.existingID
        details = failure.details
        innerError = failure.innerError
        requestID = failure.requestID
        headers = KernelHeaders(failure.headers)
        rawBody = failure.rawBody
        retriesTaken = Int(failure.retriesTaken)
        argument = failure.argument
        reason = failure.reason
        underlyingError = (cause as? ThrownError)?.error
    }
}

/// What `body` gives; its errors are those that a caller is to see.
func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw publicError(error) }
}

/// What `body` gives; its errors are those that a caller is to see.
func translatingAsyncErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch { throw publicError(error) }
}

/// What a caller sees of an error that came out of the native part.
func publicError(_ error: any Error) -> any Error {
    switch error as? NativeError {
    case .Failure(let failure, let cause): KernelError(failure, cause: cause)
    case .Cancelled: CancellationError()
    // A panic that uniffi caught. Where even this fails, its own error is all there is.
    case nil: (try? nativePanicked()).map { KernelError($0) } ?? error
    }
}
