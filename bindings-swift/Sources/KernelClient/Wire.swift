/// Options as the core reads them: JSON with the names of the wire. What is left out is not in it.
struct Wire {
    private var fields: [String] = []

    var json: String { "{\(fields.joined(separator: ","))}" }

    mutating func add(_ name: String, _ text: String?) {
        if let text { addRaw(name, quoted(text)) }
    }

    /// A value that may be null: nil is left out, `.null` is sent as null.
    mutating func add(_ name: String, orNull text: String??) {
        if let text { addRaw(name, text.map(quoted) ?? "null") }
    }

    mutating func add(_ name: String, _ texts: [String]) {
        if !texts.isEmpty { addRaw(name, JSONValue.array(texts.map(JSONValue.string)).json) }
    }

    mutating func add(_ name: String, _ bool: Bool?) {
        if let bool { addRaw(name, "\(bool)") }
    }

    mutating func add(_ name: String, _ number: Int?) {
        if let number { addRaw(name, "\(number)") }
    }

    mutating func add(_ name: String, _ number: Double?) {
        if let number { addRaw(name, literal(number)) }
    }

    mutating func add(_ name: String, _ timeout: Timeout?) {
        if let timeout { addRaw(name, timeout.seconds.map(literal) ?? "null") }
    }

    mutating func add(_ name: String, _ headers: RequestHeaders?) {
        if let headers { add(name, headers) { $0.map(quoted) ?? "null" } }
    }

    mutating func add(_ name: String, _ query: Query?) {
        if let query { add(name, query, \.json) }
    }

    private mutating func add<Value>(
        _ name: String, _ values: OrderedFields<Value>, _ json: (Value) -> String
    ) {
        let object = values.fields.map { "\(quoted($0.name)):\(json($0.value))" }
        addRaw(name, "{\(object.joined(separator: ","))}")
    }

    private mutating func addRaw(_ name: String, _ json: String) {
        fields.append("\"\(name)\":\(json)")
    }
}

private func quoted(_ text: String) -> String {
    JSONValue.string(text).json
}

/// JSON has no infinity and no NaN; as texts they get to the core, which refuses them.
private func literal(_ number: Double) -> String {
    number.isFinite ? "\(number)" : quoted("\(number)")
}

extension Optional where Wrapped: ExpressibleByNilLiteral {
    /// Null, where that is a value of its own and not the same as leaving the argument out.
    public static var null: Self { .some(nil) }
}
