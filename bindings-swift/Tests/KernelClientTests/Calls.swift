import Foundation
import KernelClient
import KernelClientTesting

/// How a call ended.
enum Outcome: Sendable {
    /// The client was made, and no call.
    case made
    /// An answer, what it says word for word, and what came with it.
    case answer(JSONValue, body: JSONValue? = nil, response: JSONValue = .null)
    /// Iterating ended by itself, or was left as the scenario says.
    case ended(response: JSONValue = .null)
    case error(any Error)

    /// What an entry of `before` answered.
    var answer: JSONValue {
        guard case .answer(let answer, _, _) = self else { return .null }
        return answer
    }
}

/// What calls are made on.
enum Target: Sendable {
    case client(Kernel, madeOf: ClientOptions)
    case session(ManagedAuthSession)
}

/// A call of a scenario.
struct ScenarioCall: Sendable {
    let call: JSONValue
    /// Its text knows the order of keys.
    let source: String
    let world: SimulatedWorld
    let given: Given

    /// Makes the call. It throws what the client throws, and a ``Problem`` when the scenario cannot be run.
    func make(on target: Target) async throws -> Outcome {
        let method = call["method"]?.string ?? ""
        guard let name = method.split(separator: ".").last else { throw Problem("there is no method") }
        switch target {
        case .client(let client, _) where method == "auth.context.retrieve":
            return try await answer(client.auth.context.retrieveWithResponse(options: arguments { _ in }.options))
        case .client where method.hasSuffix(".exchange"):
            let response = try await exchange(on: target)
            await given.add(allForms(response))
            return .answer(wireForm(response.value), response: wireForm(response))
        case .client(let client, _) where method.hasPrefix("auth.connections."):
            return try await make(String(name), on: client.auth.connections)
        case .session(let session) where method.hasPrefix("session."):
            return try await make(String(name), on: session)
        default:
            return try await help(method)
        }
    }

    /// Makes the call that exchanges a hand-off code.
    func exchange(on target: Target) async throws -> KernelResponse<ManagedAuthSession> {
        let ((id, code), options) = try arguments { (try $0.text("id"), Secret(try $0.text("handoff_code"))) }
        guard case .client(let client, var madeOf) = target else { throw Problem("a session exchanges nothing") }
        if call["method"] == "auth.connections.exchange" {
            return try await client.auth.connections.exchangeWithResponse(id, handoffCode: code, options: options)
        }
        madeOf.apiKey = nil
        return try await ManagedAuthSession.exchangeWithResponse(
            id: id, handoffCode: code, client: madeOf, options: options
        )
    }

    private func make(_ name: String, on connections: Kernel.Connections) async throws -> Outcome {
        let id = { (fields: inout Reader) in try fields.text("id") }
        switch name {
        case "create":
            let (params, options) = try arguments(ConnectionCreateParams.init)
            return try await answer(connections.createWithResponse(params, options: options))
        case "retrieve":
            let (id, options) = try arguments(id)
            return try await answer(connections.retrieveWithResponse(id, options: options))
        case "update":
            let ((id, params), options) = try arguments { (try id(&$0), try ConnectionUpdateParams(&$0)) }
            return try await answer(connections.updateWithResponse(id, params, options: options))
        case "list":
            let (params, options) = try arguments(ConnectionListParams.init)
            return try await pages(connections.list(params, options: options))
        case "delete":
            let (id, options) = try arguments(id)
            let response = try await connections.deleteWithResponse(id, options: options)
            await given.add(allForms(response))
            return .answer(.null, response: wireForm(response))
        case "login":
            let ((id, params), options) = try arguments { (try id(&$0), try ConnectionLoginParams(&$0)) }
            return try await answer(connections.loginWithResponse(id, params, options: options))
        case "submit":
            let ((id, params), options) = try arguments { (try id(&$0), try ConnectionSubmitParams(&$0)) }
            return try await answer(connections.submitWithResponse(id, params, options: options))
        case "follow":
            let (id, options) = try arguments(id)
            return try await events(connections.followWithResponse(id, options: options))
        case "timeline":
            let ((id, params), options) = try arguments { (try id(&$0), try ConnectionTimelineParams(&$0)) }
            return try await pages(connections.timeline(id, params, options: options))
        case "login_and_wait":
            return try await loginAndWait(connections)
        default:
            throw Problem("connections have no \(name)")
        }
    }

    private func make(_ name: String, on session: ManagedAuthSession) async throws -> Outcome {
        switch name {
        case "retrieve":
            return try await answer(session.retrieveWithResponse(options: arguments { _ in }.options))
        case "submit":
            let (params, options) = try arguments(ConnectionSubmitParams.init)
            return try await answer(session.submitWithResponse(params, options: options))
        case "follow":
            return try await events(session.followWithResponse(options: arguments { _ in }.options))
        case "wait_for_login":
            return try await waitForLogin(session)
        default:
            throw Problem("a session has no \(name)")
        }
    }

    /// What sends nothing.
    private func help(_ method: String) async throws -> Outcome {
        let result: any Sendable
        switch method {
        case "hosted_login_url":
            let ((url, success, error), _) = try arguments {
                (try $0.text("url"), try $0.take("success_url", \.string), try $0.take("error_url", \.string))
            }
            result = try hostedLoginURL(url, successURL: success, errorURL: error)
        case "login_return":
            let (url, _) = try arguments { try $0.text("url") }
            result = try LoginReturn(url: url)
        default:
            throw Problem("there is no \(method) here")
        }
        await given.add(allForms(result))
        return .answer(wireForm(result))
    }

    /// The arguments as `read` takes them, and the options.
    func arguments<Value>(_ read: (inout Reader) throws -> Value) throws -> (value: Value, options: RequestOptions) {
        let value = try Reader.read(call["args"] ?? [:], read)
        return (value, try requestOptions(call["options"] ?? [:], source: source))
    }

    private func answer<Value>(_ response: KernelResponse<Value>) async throws -> Outcome {
        await given.add(allForms(response) + allForms(response.value))
        return .answer(
            wireForm(response.value), body: try JSONValue(json: response.body), response: wireForm(response)
        )
    }

    private func pages<Item: Sendable>(_ list: Paged<Item>) async throws -> Outcome {
        switch call["collect"] {
        case nil, "page":
            let response = try await list.firstPageWithResponse()
            await given.add(allForms(response))
            return .answer(wireForm(response.value), response: wireForm(response))
        case "items":
            try await iterate(list)
        case "pages":
            try await iterate(list.pages)
        case let other?:
            throw Problem("there is no way to collect \(other)")
        }
        return .ended()
    }

    private func events(_ response: KernelResponse<ManagedAuthEvents>) async throws -> Outcome {
        await given.add(allForms(response))
        try await iterate(response.value)
        return .ended(response: wireForm(response))
    }

    private func iterate<Items: AsyncSequence>(_ items: Items) async throws where Items.Element: Sendable {
        let enough = call["stop_after"]?.int ?? .max
        for try await item in items {
            await given.add(item: wireForm(item), allForms(item))
            if await given.items.count >= enough { break }
        }
    }
}
