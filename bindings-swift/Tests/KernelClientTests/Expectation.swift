import Foundation
import KernelClient
import KernelClientTesting

/// Where what was seen, and what the world received, is not as expected.
func differences(
    _ expect: [String: JSONValue], _ seen: Seen, _ world: SimulatedWorld
) async throws -> [String] {
    var found = try outcomeDifferences(expect, seen.outcome)
    for (part, expected) in expect {
        switch part {
        case "result", "response", "error", "cancelled":
            // The outcome.
            break
        case "items":
            found += try differences("items", expected, .array(await seen.given.items))
        case "inputs":
            found += try differences("inputs", expected, .array(await seen.given.inputs))
        case "login":
            let logins = await seen.given.logins
            found += try differences("login", expected, logins.count > 1 ? .array(logins) : logins.first)
        case "client":
            found += try differences("client", expected, seen.client.map(clientFacts))
        case "requests":
            found += try requestDifferences(expected.items, await world.record("wait_requests=\(expected.items.count)"))
        case "connections":
            let requests = try await world.record()["requests"]?.items ?? []
            let connections = Set(requests.map { $0["connection"] }).count
            found += try differences("connections", expected, .integer(Int64(connections)))
        case "aborted":
            let record = try await world.record("wait_aborted=\(expected.json)")
            let aborted = (record["requests"]?.items ?? []).filter { $0["aborted"] == true }.count
            found += try differences("aborted", expected, .integer(Int64(aborted)))
        case "never_printed":
            let printed = await seen.given.printed
            for text in expected.texts ?? [] {
                found += printed.filter { $0.contains(text) }.map { "\(text) shows in \($0)" }
            }
        default:
            throw Problem("unknown expectation \(part)")
        }
    }
    return found
}

private func outcomeDifferences(_ expect: [String: JSONValue], _ outcome: Outcome) throws -> [String] {
    let (isAnswer, isFailure) = (
        expect["result"] != nil || expect["response"] != nil, expect["error"] != nil || expect["cancelled"] != nil
    )
    switch outcome {
    case .answer(let result, let body, let response) where isAnswer:
        var found: [String] = []
        if let expected = expect["result"] {
            found += try differences("result", expected, result)
            // The same must be true of the body as it came.
            if let body { found += try differences("body", expected, body) }
        }
        return try found + responseDifferences(expect, response)
    case .ended(let response) where expect["items"] != nil && !isFailure:
        return try responseDifferences(expect, response)
    case .error(let error):
        if let expected = expect["error"] { return try errorDifferences(expected, error) }
        if expect["cancelled"] == true && error is CancellationError { return [] }
        return ["got \(String(reflecting: error))"]
    case .made where !isAnswer && !isFailure && expect["items"] == nil:
        return []
    default:
        return ["expected \(expect.keys.sorted()), got \(outcome)"]
    }
}

private func responseDifferences(_ expect: [String: JSONValue], _ response: JSONValue) throws -> [String] {
    try expect["response"].map { try differences("response", lowerCaseHeaders($0), response) } ?? []
}

private func clientFacts(_ client: Kernel) -> JSONValue {
    [
        "base_url": .string(client.baseURL), "max_retries": .integer(Int64(client.maxRetries)),
        "timeout": client.timeout.seconds.map(JSONValue.number) ?? .null,
    ]
}

private func errorDifferences(_ expected: JSONValue, _ error: any Error) throws -> [String] {
    if let raised = error as? Raised {
        let isRaised = expected["kind"] == "handler"
        let parts = expected["message_contains"]?.texts ?? []
        return isRaised && parts.allSatisfy(raised.description.contains) ? [] : ["the handler raised \(raised)"]
    }
    guard let error = error as? KernelError else {
        return ["expected a KernelError, got \(String(reflecting: error))"]
    }
    let facts: [String: Any?] = [
        "kind": error.kind.rawValue, "status": error.status, "code": error.code, "details": error.details,
        "inner_error": error.innerError, "existing_id": error.existingID, "website_error": error.websiteError,
        "flow_status": error.flowStatus, "request_id": error.requestID, "retries_taken": error.retriesTaken,
        "headers": error.headers, "argument": error.argument,
    ]
    var found: [String] = []
    for (fact, value) in lowerCaseHeaders(expected).fields {
        func contains(_ part: JSONValue, _ text: String?) throws -> [String] {
            try differences("error.\(fact)", ["$contains": part], text.map(JSONValue.string))
        }
        switch fact {
        case "message_contains": found += try value.items.flatMap { try contains($0, error.message) }
        case "reason_contains": found += try value.items.flatMap { try contains($0, error.reason) }
        case "raw_body_contains":
            found += try contains(value, error.rawBody.map { String(decoding: $0, as: UTF8.self) })
        case "text":
            found += try value["swift"].map { try differences("text", $0, .string("\(error)")) } ?? []
        default:
            guard let actual = facts[fact] else { throw Problem("unknown fact \(fact)") }
            found += try differences("error.\(fact)", value, actual.map(wireForm))
        }
    }
    // The code of a failed login is a value of its own too.
    if error.kind == .loginFailed && error.loginErrorCode.map({ "\($0)" }) != error.code {
        found.append("code is \(error.code ?? "-"), loginErrorCode \(String(describing: error.loginErrorCode))")
    }
    return found.isEmpty ? [] : found + ["the error is \(String(reflecting: error))"]
}

private func requestDifferences(_ expected: [JSONValue], _ record: JSONValue) throws -> [String] {
    let requests = record["requests"]?.items ?? []
    guard expected.count == requests.count else {
        return ["requests: expected \(expected.count), got \(requests.count): \(requests)"]
    }
    return try zip(expected, requests).enumerated().flatMap { index, pair in
        var (expected, actual) = (pair.0.fields, pair.1.fields)
        let body = actual["body"]
        let headers = actual["headers"]?.items.map { ($0[0]?.string ?? "", $0[1]?.string ?? "") } ?? []
        actual["headers"] = .object(Dictionary(headers) { "\($0), \($1)" }.mapValues(JSONValue.string))
        actual["body_text"] = body
        var found: [String] = []
        if let whole = expected.removeValue(forKey: "body") {
            let body = try? JSONValue(json: body?.string ?? "")
            found = try differences("requests[\(index)].body", whole, body, whole: true)
        }
        return try found + differences("requests[\(index)]", .object(expected), .object(actual))
    }
}

private func lowerCaseHeaders(_ expected: JSONValue) -> JSONValue {
    var fields = expected.fields
    fields["headers"] = fields["headers"].map { headers in
        .object(Dictionary(uniqueKeysWithValues: headers.fields.map { ($0.key.lowercased(), $0.value) }))
    }
    return .object(fields)
}
