import Foundation

/// An answer and what came with it.
public struct KernelResponse<Value: Sendable>: Sendable {
    /// The answer itself.
    public let value: Value
    /// The HTTP status.
    public let status: Int
    /// The headers.
    public let headers: ResponseHeaders
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
        headers = ResponseHeaders(response.headers)
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

/// The headers of an answer, in the order they came.
public struct ResponseHeaders: Hashable, Sendable {
    /// A header.
    public struct Field: Hashable, Sendable {
        /// Its name, in lower case.
        public let name: String
        /// Its value; what is not UTF-8 in it is replaced.
        public let value: String

        public init(name: String, value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    /// The headers one by one; the same name may come several times.
    public let fields: [Field]

    init(_ headers: [NativeHeader]) {
        self.init(headers.map { Field(name: $0.name, value: $0.value) })
    }

    /// These headers, in this order.
    public init(_ fields: [Field]) {
        self.fields = fields
    }

    /// The value of this header, however its name is cased; several of the same name are joined by commas.
    public subscript(name: String) -> String? {
        let values = fields.filter { $0.name == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}

extension ResponseHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral fields: (String, String)...) {
        self.init(fields.map { Field(name: $0, value: $1) })
    }
}

// Prints names only: a value may be a secret.
extension ResponseHeaders: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(fields.map(\.name))" }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: fields.map(\.name), displayStyle: .collection) }
}
