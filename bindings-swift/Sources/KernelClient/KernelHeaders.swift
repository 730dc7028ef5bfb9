/// The headers of a request or an answer, in their order.
public struct KernelHeaders: Hashable, Sendable {
    /// A header.
    public struct Field: Hashable, Sendable {
        /// Its name, in lower case.
        public let name: String
        /// Its value; of an answer, what is not UTF-8 in it is replaced.
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

extension KernelHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral fields: (String, String)...) {
        self.init(fields.map { Field(name: $0, value: $1) })
    }
}

// Prints names only: a value may be a secret.
extension KernelHeaders: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(fields.map(\.name))" }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: fields.map(\.name), displayStyle: .collection) }
}
