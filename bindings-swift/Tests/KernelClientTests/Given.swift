import KernelClient

/// What a call has given so far, kept outside of it: a call that is cancelled gives no more.
actor Given {
    private(set) var items: [JSONValue] = []
    private(set) var logins: [JSONValue] = []
    private(set) var inputs: [JSONValue] = []
    /// Everything, printed in every way that Swift has.
    private(set) var printed: [String] = []
    private var waiting: [(isOver: (isolated Given) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    func add(item: JSONValue, _ printed: [String]) {
        items.append(item)
        add(printed)
    }

    func add(login: JSONValue, _ printed: [String]) {
        logins.append(login)
        add(printed)
    }

    func add(input: JSONValue, _ printed: [String]) {
        inputs.append(input)
        add(printed)
    }

    func add(_ printed: [String]) {
        self.printed += printed
        for (_, continuation) in waiting.filter({ $0.isOver(self) }) { continuation.resume() }
        waiting.removeAll { $0.isOver(self) }
    }

    /// Ends once this holds.
    func reached(_ condition: @escaping @Sendable (isolated Given) -> Bool) async {
        if condition(self) { return }
        await withCheckedContinuation { waiting.append((condition, $0)) }
    }
}

/// A value, printed in every way that Swift has.
func allForms(_ value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), dumped, (value as? any Error)?.localizedDescription ?? ""]
}

/// Ends when the task is cancelled, and not before.
func untilCancelled() async throws {
    let (nothing, end) = AsyncStream.makeStream(of: Never.self)
    for await _ in nothing {}
    // Until here, or the stream ends by itself.
    withExtendedLifetime(end) {}
    try Task.checkCancellation()
}
