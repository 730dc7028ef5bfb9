// A stand-in for AuthenticationServices, as that of Combine is one.

@_exported import Foundation

@MainActor
public class ASPresentationAnchor: NSObject {
    public override init() {}
}

@MainActor
public protocol ASWebAuthenticationPresentationContextProviding: NSObjectProtocol {
    func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor
}

public class ASWebAuthenticationSession: NSObject {
    public typealias CompletionHandler = (URL?, (any Error)?) -> Void

    public weak var presentationContextProvider: (any ASWebAuthenticationPresentationContextProviding)?
    public var prefersEphemeralWebBrowserSession = false

    public init(url: URL, callbackURLScheme: String?, completionHandler: @escaping CompletionHandler) {}

    public func start() -> Bool { false }
    public func cancel() {}
}

public struct ASWebAuthenticationSessionError: Error {
    public enum Code: Int, Sendable {
        case canceledLogin = 1
        case presentationContextNotProvided
        case presentationContextInvalid
    }

    public let code: Code

    public init(_ code: Code) {
        self.code = code
    }
}
