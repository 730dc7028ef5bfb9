import Foundation

/// The URL of the hosted page, with where to send the person afterwards. Any scheme will do, an app's own too.
/// ``LoginReturn`` reads what the person comes back with.
///
/// Give it to the person from a backend that is trusted: whoever can change it can send the person elsewhere.
///
/// - Parameters:
///   - url: The `hostedURL` of a login.
///   - successURL: Where the person goes who is signed in.
///   - errorURL: Where everybody else goes.
/// - Throws: ``KernelError`` of kind `invalidArgument` naming the URL that is none.
public func hostedLoginURL(_ url: String, successURL: String? = nil, errorURL: String? = nil) throws -> String {
    try translatingErrors { try nativeHostedLoginURL(url: url, successURL: successURL, errorURL: errorURL) }
}

extension LoginReturn {
    /// Reads the URL that the person came back to, whole.
    ///
    /// - Throws: ``KernelError`` of kind `invalidArgument` when it is no URL, or none that the hosted page makes.
    public init(url: String) throws {
        self = try translatingErrors { try nativeLoginReturn(url: url) }
    }

    /// Reads the URL that the person came back to, whole.
    ///
    /// - Throws: ``KernelError`` of kind `invalidArgument` when it is none that the hosted page makes.
    public init(url: URL) throws {
        try self.init(url: url.absoluteString)
    }
}
