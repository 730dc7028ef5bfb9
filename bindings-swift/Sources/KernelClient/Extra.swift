/// The fields of an answer that this version has no name for.
///
/// Prints their names only: nobody can know whether a new field is a secret.
public struct Extra: Hashable, Sendable {
    /// The fields by their names on the wire.
    public var fields: [String: JSONValue]

    public init(_ fields: [String: JSONValue] = [:]) {
        self.fields = fields
    }

    /// The field of this name on the wire.
    public subscript(name: String) -> JSONValue? { fields[name] }
}

extension Extra: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral fields: (String, JSONValue)...) {
        self.init(Dictionary(fields) { _, last in last })
    }
}

extension Extra: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(fields.keys.sorted())" }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: fields.keys.sorted(), displayStyle: .collection) }
}

/// A value of a kind that this version does not know, whole.
///
/// Prints what type of JSON it is: nobody can know whether it holds a secret.
public struct Unrecognized: Hashable, Sendable {
    /// The value itself.
    public var value: JSONValue

    public init(_ value: JSONValue) {
        self.value = value
    }
}

extension Unrecognized: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch value {
        case .object(let fields): "\(Extra(fields))"
        case .array: "[...]"
        default: "..."
        }
    }

    public var customMirror: Mirror { Mirror(self, unlabeledChildren: [description], displayStyle: .collection) }
}
