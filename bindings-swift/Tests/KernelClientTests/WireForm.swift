import Foundation
import KernelClient

/// A public value as the wire would write it: its fields by their names there.
func wireForm(_ value: Any) -> JSONValue {
    switch value {
    case let value as JSONValue: return value
    case let value as Bool: return .bool(value)
    case let value as any BinaryInteger: return .integer(Int64(value))
    case let value as Double: return .number(value)
    case let value as String: return .string(value)
    case let value as Secret: return .string(value.exposed)
    case let value as Unrecognized: return value.value
    case let value as Date: return .string(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(value))
    case let value as KernelHeaders:
        let headers = Dictionary(value.fields.map { ($0.name, $0.value) }) { "\($0), \($1)" }
        return .object(headers.mapValues(JSONValue.string))
    case let event as ManagedAuthEvent:
        switch event {
        case .state(let state): return wireForm(state)
        case .error(let error): return wireForm(error)
        case .heartbeat(let heartbeat): return wireForm(heartbeat)
        case .unknown(let other): return wireForm(other)
        }
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
        return mirror.children.first.map { wireForm($0.value) } ?? .null
    case .collection:
        return .array(mirror.children.map { wireForm($0.value) })
    case .struct:
        var fields: [String: JSONValue] = [:]
        for (label, child) in mirror.children {
            if let extra = child as? Extra {
                fields.merge(extra.fields) { own, _ in own }
            } else {
                fields[wireName(label ?? "")] = wireForm(child)
            }
        }
        return .object(fields)
    default:
        // An enum prints as the wire writes it.
        return .string("\(value)")
    }
}

/// `hostedURL` is `hosted_url` on the wire, `linkedMFAType` is `linked_mfa_type`.
private func wireName(_ name: String) -> String {
    name.replacingOccurrences(of: "([a-z])([A-Z])|([A-Z])([A-Z][a-z])", with: "$1$3_$2$4", options: .regularExpression)
        .lowercased()
}

/// `hosted_url` is `hostedURL` in Swift.
func swiftName(_ wireName: String) -> String {
    let parts = wireName.split(separator: "_").map(String.init)
    return parts.prefix(1).joined()
        + parts.dropFirst().map { ["id", "url"].contains($0) ? $0.uppercased() : $0.capitalized }.joined()
}
