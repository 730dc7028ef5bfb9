import Foundation
import KernelClient

/// What was seen of a scenario.
struct Seen {
    var client: Kernel?
    var answer: KernelResponse<LoginResponse>?
    var error: (any Error)?

    /// Everything there is, printed in every way that Swift has.
    var printed: [String] {
        let values: [Any?] = [client, answer, answer?.value, error]
        return values.compactMap { $0 }.flatMap { value in
            var dumped = ""
            dump(value, to: &dumped)
            return ["\(value)", String(reflecting: value), dumped, (value as? any Error)?.localizedDescription ?? ""]
        }
    }
}

/// Where what was seen, and what the world received, is not as expected.
func differences(_ expect: [String: JSONValue], _ seen: Seen, _ world: World) async throws -> [String] {
    if let error = seen.error, expect["error"] == nil, expect["cancelled"] == nil {
        return ["expected no error, got \(String(reflecting: error))"]
    }
    var found: [String] = []
    for (part, expected) in expect {
        switch part {
        case "result":
            found += try differences("result", expected, seen.answer.map { wireForm($0.value) })
            // The same must be true of the body as it came.
            let body = try seen.answer.map { try JSONValue(json: $0.body) }
            found += try differences("body", expected, body)
        case "response":
            found += try differences("response", lowerCaseHeaders(expected), seen.answer.map(wireForm))
        case "error":
            found += try errorDifferences(expected, seen.error)
        case "cancelled":
            if !(seen.error is CancellationError) {
                found.append("expected CancellationError, got \(String(describing: seen.error))")
            }
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
            for text in expected.texts ?? [] {
                found += seen.printed.filter { $0.contains(text) }.map { "\(text) shows in \($0)" }
            }
        default:
            throw Problem("unknown expectation \(part)")
        }
    }
    return found
}

private func clientFacts(_ client: Kernel) -> JSONValue {
    [
        "base_url": .string(client.baseURL), "max_retries": .integer(Int64(client.maxRetries)),
        "timeout": client.timeout.seconds.map(JSONValue.number) ?? .null,
    ]
}

private func errorDifferences(_ expected: JSONValue, _ error: (any Error)?) throws -> [String] {
    guard let error = error as? KernelError else {
        return ["expected a KernelError, got \(error.map { String(reflecting: $0) } ?? "an answer")"]
    }
    let facts: [String: Any?] = [
        "kind": error.kind.rawValue, "status": error.status, "code": error.code, "details": error.details,
        "inner_error": error.innerError, "request_id": error.requestID, "retries_taken": error.retriesTaken,
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
