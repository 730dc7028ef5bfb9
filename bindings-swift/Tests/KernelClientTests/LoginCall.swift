import Foundation
import KernelClient
import KernelClientTesting

/// What a handler of a scenario raises.
struct Raised: Error, CustomStringConvertible {
    let description: String
}

extension ScenarioCall {
    /// Makes the call that is a whole login, with handlers that do what the scenario says.
    func loginAndWait(_ connections: Kernel.Connections) async throws -> Outcome {
        let (plain, limit) = try withoutLimit()
        let ((id, params), options) = try plain.arguments { (try $0.text("id"), try ConnectionLoginParams(&$0)) }
        let connection = try await connections.loginAndWait(
            id, params, waitTimeout: limit, options: options,
            onLogin: { login in
                await given.add(login: wireForm(login), allForms(login))
                if let entry = self.call["on_login"] { _ = try await perform(entry) }
            },
            onInput: inputHandler
        )
        await given.add(allForms(connection))
        return .answer(wireForm(connection))
    }

    /// Makes the call that waits for a login that runs already.
    func waitForLogin(_ session: ManagedAuthSession) async throws -> Outcome {
        let (plain, limit) = try withoutLimit()
        let (_, options) = try plain.arguments { _ in }
        let connection = try await session.waitForLogin(waitTimeout: limit, options: options, onInput: inputHandler)
        await given.add(allForms(connection))
        return .answer(wireForm(connection))
    }

    /// The call without the limit of the caller's patience, and that.
    private func withoutLimit() throws -> (ScenarioCall, Timeout) {
        var call = call
        let limit = try call.takeOption("wait_timeout").map { limit in
            guard let seconds = limit.seconds else { throw Problem("\(limit) is no time") }
            return Timeout.seconds(seconds)
        }
        return (ScenarioCall(call: call, source: source, world: world, given: given), limit ?? .unlimited)
    }

    private var inputHandler: Kernel.Connections.InputHandler? {
        guard let entries = call["handler"] else { return nil }
        let script = HandlerScript(entries.items)
        return { request in
            await given.add(input: wireForm(request), allForms(request))
            return try await perform(script.next())
        }
    }

    /// Does what an entry of a handler says.
    private func perform(_ entry: JSONValue) async throws -> InputAnswer? {
        if entry == .null { return nil }
        var fields = entry.fields
        for (part, what) in fields.removeValue(forKey: "$control")?.fields ?? [:] {
            try await world.change(part, what)
        }
        if fields.removeValue(forKey: "$later") != nil { await Task.yield() }
        if fields.removeValue(forKey: "$wait") != nil { try await untilCancelled() }
        if let text = fields.removeValue(forKey: "$raise")?.string { throw Raised(description: text) }
        return fields.isEmpty && entry != [:] ? nil : try Reader.read(.object(fields), InputAnswer.init)
    }
}

/// What the input handler does each time it is called, in turn.
private actor HandlerScript {
    private var entries: [JSONValue]

    init(_ entries: [JSONValue]) {
        self.entries = entries.reversed()
    }

    func next() throws -> JSONValue {
        guard let entry = entries.popLast() else { throw Problem("the handler is called once more than expected") }
        return entry
    }
}

extension JSONValue {
    /// Takes an option out of a call.
    fileprivate mutating func takeOption(_ name: String) -> JSONValue? {
        var call = fields
        var options = call["options"]?.fields ?? [:]
        let option = options.removeValue(forKey: name)
        call["options"] = .object(options)
        self = .object(call)
        return option
    }
}
