import Foundation

/// A transport as the native part uses it.
final class ForeignTransport: NativeTransport {
    private let transport: any KernelTransport

    init(_ transport: any KernelTransport) {
        self.transport = transport
    }

    func send(request: NativeRequest, exchange: NativeExchange) -> any NativeTask {
        SendingTask(Task { [transport] in await hand(request, to: transport, for: exchange) })
    }
}

/// A request under way.
private final class SendingTask: NativeTask {
    private let task: Task<Void, Never>

    init(_ task: Task<Void, Never>) {
        self.task = task
    }

    func cancel() {
        task.cancel()
    }
}

/// What a transport threw, on its way through the core.
final class ThrownError: NativeCause {
    let error: any Error

    init(_ error: any Error) {
        self.error = error
    }

    func name() -> String {
        let type = String(describing: type(of: error))
        // Of others the words may hold anything.
        return (error as? URLError).map { "\(type) \($0.errorCode): \($0.localizedDescription)" } ?? type
    }
}

/// Sends a request and hands over what comes of it, for as long as it is wanted.
private func hand(
    _ request: NativeRequest, to transport: any KernelTransport, for exchange: NativeExchange
) async {
    do {
        let response = try await transport.send(TransportRequest(request))
        let headers = response.headers.fields.map { NativeHeader(name: $0.name, value: $0.value) }
        guard try await exchange.give(part: .head(status: Int64(response.status), headers: headers)) else { return }
        for try await piece in response.body {
            guard try await exchange.give(part: .piece(bytes: piece)) else { return }
        }
        _ = try await exchange.give(part: .end)
    } catch {
        // Giving fails only when the library is broken, and then the call says so itself.
        _ = try? await exchange.give(part: NativePart(error))
    }
}

extension NativePart {
    /// What an error means for the call.
    fileprivate init(_ error: any Error) {
        let code = (error as? URLError)?.code
        self = .failure(
            isTimeout: code == .timedOut,
            isUnsent: code.map(unsent.contains) ?? false,
            isPermanent: error is NoAnswerError || code.map(permanent.contains) ?? false,
            cause: ThrownError(error)
        )
    }
}

/// With these there was no connection that the request could have gone by.
private let unsent: Set<URLError.Code> = permanent.union([
    .callIsActive, .cannotConnectToHost, .cannotFindHost, .clientCertificateRejected, .clientCertificateRequired,
    .dataNotAllowed, .dnsLookupFailed, .internationalRoamingOff, .notConnectedToInternet, .secureConnectionFailed,
    .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid,
    .serverCertificateUntrusted,
])

/// With these there will be none the next time.
private let permanent: Set<URLError.Code> = [.appTransportSecurityRequiresSecureConnection, .badURL, .unsupportedURL]
