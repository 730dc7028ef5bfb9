/// Values by name, in the order given.
public struct OrderedFields<Value: Hashable & Sendable>: Hashable, Sendable {
    struct Field: Hashable {
        let name: String
        var value: Value
    }

    private(set) var fields: [Field] = []

    // Each call has empty ones: not inlined, the type of an empty array is looked up for each.
    @inline(__always)
    public init() {}

    /// The fields of a dictionary, in the alphabetical order of their names.
    public init(_ dictionary: [String: Value]) {
        fields = dictionary.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) }
    }

    /// For what is laid over something else: nothing is the same as not given.
    var nilIfEmpty: Self? { isEmpty ? nil : self }

    var isEmpty: Bool { fields.isEmpty }

    /// The names, in order.
    public var names: [String] { fields.map(\.name) }

    /// The value of this name. A new name goes to the end; nil takes a name away.
    public subscript(name: String) -> Value? {
        get { fields.first { $0.name == name }?.value }
        set {
            let position = fields.firstIndex { $0.name == name }
            switch (position, newValue) {
            case (let position?, let value?): fields[position].value = value
            case (let position?, nil): fields.remove(at: position)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension OrderedFields: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral fields: (String, Value)...) {
        for (name, value) in fields {
            self[name] = .some(value)
        }
    }
}

/// Headers of a request. One that is nil is kept out of the request: `["x-trace": "1", "user-agent": nil]`.
public typealias RequestHeaders = OrderedFields<String?>

/// Query parameters of a request: `["limit": 3, "tags": ["a", "b"]]`. Lists are joined by commas, null is left out.
public typealias Query = OrderedFields<JSONValue>

// Prints names only: a value may be a secret.
extension OrderedFields: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(names)" }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: names, displayStyle: .collection) }
}
