import Foundation

/// An answer and what came with it.
public struct KernelResponse<Value: Sendable>: Sendable {
    /// The answer itself.
    public let value: Value
    /// The HTTP status.
    public let status: Int
    /// The headers.
    public let headers: KernelHeaders
    /// The id the API gave the request; support asks for it.
    public let requestID: String?
    /// How often the request was sent again.
    public let retriesTaken: Int
    /// Seconds from the start of the call to its answer, waiting between attempts included.
    public let elapsed: TimeInterval
    /// The body as it came. It may hold secrets.
    public let body: Data

    init(_ value: Value, _ response: NativeResponse) {
        self.value = value
        status = Int(response.status)
        headers = KernelHeaders(response.headers)
        requestID = response.requestID
        retriesTaken = Int(response.retriesTaken)
        elapsed = response.elapsed
        body = response.body
    }
}

// Not the body, and of the headers the names only: they may hold secrets.
extension KernelResponse: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "KernelResponse(status: \(status), value: \(value))"
    }

    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "value": value, "status": status, "headers": headers, "requestID": requestID as Any,
                "retriesTaken": retriesTaken, "elapsed": elapsed,
            ],
            displayStyle: .struct
        )
    }
}
