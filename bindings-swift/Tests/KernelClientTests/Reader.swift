import KernelClient

/// The fields of a JSON object, each read once; what nobody reads is an error.
struct Reader {
    private var fields: [String: JSONValue]

    static func read<Value>(_ json: JSONValue, _ body: (inout Reader) throws -> Value) throws -> Value {
        guard case .object(let fields) = json else { throw Problem("\(json) is no object") }
        var reader = Reader(fields: fields.filter { $1 != "$unset" })
        let value = try body(&reader)
        guard reader.fields.isEmpty else { throw Problem("unknown names: \(reader.fields.keys.sorted())") }
        return value
    }

    /// A text that must be there.
    mutating func text(_ name: String) throws -> String {
        try take(name, \.string) ?? { throw Problem("there is no \(name)") }()
    }

    /// A field for which null is the same as none.
    mutating func take<Value>(_ name: String, _ convert: (JSONValue) throws -> Value?) throws -> Value? {
        try takeOrNull(name, convert) ?? nil
    }

    /// A field for which null is a value of its own.
    mutating func takeOrNull<Value>(_ name: String, _ convert: (JSONValue) throws -> Value?) throws -> Value?? {
        switch fields.removeValue(forKey: name) {
        case nil: return nil
        case .null: return .null
        case let value?:
            guard let converted = try convert(value) else { throw Problem("\(name) does not fit: \(value)") }
            return converted
        }
    }

    /// An object of fields that are read by `body`.
    mutating func nested<Value>(_ name: String, _ body: (inout Reader) throws -> Value) throws -> Value? {
        try take(name) { try Reader.read($0, body) }
    }

    mutating func nestedOrNull<Value>(_ name: String, _ body: (inout Reader) throws -> Value) throws -> Value?? {
        try takeOrNull(name) { try Reader.read($0, body) }
    }

    /// One of a set of texts, or one that the set does not have.
    mutating func take<Value>(_ name: String, from known: [Value], _ other: (String) -> Value) throws -> Value? {
        try take(name, \.string).map { text in known.first { "\($0)" == text } ?? other(text) }
    }

    /// A limit of time; null is none.
    mutating func timeout(_ name: String) throws -> Timeout? {
        try takeOrNull(name, \.seconds).map { $0.map(Timeout.seconds) ?? .unlimited }
    }
}

extension JSONValue {
    var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    var int: Int? {
        guard case .integer(let integer) = self else { return nil }
        return Int(integer)
    }

    var int64: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// A number that JSON may not have.
    var seconds: Double? {
        self == "$nan" ? .nan : self == "$infinity" ? .infinity : double
    }

    var fields: [String: JSONValue] {
        guard case .object(let fields) = self else { return [:] }
        return fields
    }

    var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    var texts: [String]? {
        let texts = items.compactMap(\.string)
        return texts.count == items.count ? texts : nil
    }

    /// Texts by name.
    var secrets: FieldValues? {
        let texts = fields.compactMapValues(\.string)
        return texts.count == fields.count ? texts.mapValues { Secret($0) } : nil
    }

    /// Fields in the order of their keys in `source`, which a parsed object has forgotten.
    func query(in source: String) -> Query? {
        var query = Query()
        let position = { (name: String) in
            source.range(of: #""\#(name)" ?:"#, options: .regularExpression)?.lowerBound ?? source.endIndex
        }
        for name in fields.keys.sorted(by: { position($0) < position($1) }) {
            query[name] = fields[name]
        }
        return query
    }

    var headers: RequestHeaders? { RequestHeaders(fields.mapValues(\.string)) }
}
