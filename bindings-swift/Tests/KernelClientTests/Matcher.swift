import Foundation
import KernelClient

/// Where `actual` is not as `expected`, one line each. Objects may have more fields, unless `whole`.
func differences(_ at: String, _ expected: JSONValue, _ actual: JSONValue?, whole: Bool = false) throws -> [String] {
    let actual = actual ?? .null
    let different = ["\(at): expected \(expected), got \(actual)"]
    switch (expected, actual) {
    case (.object(let fields), _) where fields.keys.contains { $0.hasPrefix("$") }:
        guard fields.count == 1, let (matcher, value) = fields.first else { throw Problem("\(at): two matchers") }
        if matcher == "$lang" {
            return try value["swift"].map { try differences(at, $0, actual, whole: whole) } ?? []
        }
        return try matches(matcher, value, actual) ? [] : different
    case (.object(let fields), .object(let actualFields)):
        let more = whole ? actualFields.keys.filter { fields[$0] == nil }.map { "\(at).\($0): not expected" } : []
        return try fields.flatMap { try differences("\(at).\($0)", $1, actualFields[$0], whole: whole) } + more
    case (.array(let items), .array(let actualItems)) where items.count == actualItems.count:
        return try zip(items, actualItems).enumerated()
            .flatMap { try differences("\(at)[\($0)]", $1.0, $1.1, whole: whole) }
    default:
        return expected == actual || (expected.double != nil && expected.double == actual.double) ? [] : different
    }
}

private func matches(_ matcher: String, _ value: JSONValue, _ actual: JSONValue) throws -> Bool {
    switch matcher {
    case "$absent": return actual == .null
    case "$type": return value.string == actual.type
    case "$contains": return actual.string?.contains(value.string ?? "") ?? false
    case "$matches": return try isFound(value.string ?? "", in: actual.string)
    case "$max": return (actual.double ?? .infinity) <= (value.double ?? -.infinity)
    case "$instant": return try instant(value) == instant(actual)
    default: throw Problem("there is no matcher \(matcher)")
    }
}

private func isFound(_ expression: String, in text: String?) throws -> Bool {
    guard #available(macOS 13, iOS 16, tvOS 16, watchOS 9, *) else { throw Problem("this system is too old") }
    return try text?.firstMatch(of: Regex(expression)) != nil
}

private func instant(_ value: JSONValue) throws -> Date {
    let text = value.string ?? ""
    return try Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains(".")).parse(text)
}

extension JSONValue {
    fileprivate var type: String? {
        switch self {
        case .null: nil
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
