import Foundation
import KernelClient

/// One file of tests/scenarios; tests/README.md says what its parts mean.
struct Scenario: Sendable {
    let name: String
    let source: String
    private let parts: [String: JSONValue]

    private static let known: Set = [
        "about", "env", "world", "client", "with_options", "before", "session", "call", "repeat", "cancel", "expect",
        "static", "good",
    ]

    static func load(from folder: URL, filter: String) throws -> [Scenario] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" && (filter.isEmpty || $0.lastPathComponent.contains(filter)) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { file in
                let source = try String(contentsOf: file, encoding: .utf8)
                return try Scenario(name: file.deletingPathExtension().lastPathComponent, source: source)
            }
    }

    private init(name: String, source: String) throws {
        self.name = name
        self.source = source
        parts = try JSONValue(json: source).fields
        let unknown = Set(parts.keys).subtracting(Self.known)
        guard unknown.isEmpty else { throw Problem("\(name): unknown keys \(unknown)") }
    }

    subscript(part: String) -> JSONValue? { parts[part] }

    /// The same with `${name}` replaced.
    func filled(_ variables: [String: String]) throws -> Scenario {
        let source = variables.reduce(source) { source, variable in
            let text = JSONValue.string(variable.value).json.dropFirst().dropLast()
            return source.replacingOccurrences(of: "${\(variable.key)}", with: text)
        }
        return try Scenario(name: name, source: source)
    }

    /// The same with `${before.0.id}` replaced, for the answer to the entry of `before` at this place.
    func filled(before place: Int, _ answer: JSONValue) throws -> Scenario {
        let start = "${before.\(place)."
        var variables: [String: String] = [:]
        for part in source.components(separatedBy: start).dropFirst() {
            let path = String(part.prefix { $0 != "}" })
            let value = path.split(separator: ".").reduce(answer as JSONValue?) { value, name in
                Int(name).flatMap { value?[$0] } ?? value?[String(name)]
            }
            guard let value, value != .null else { throw Problem("\(name): there is no \(start)\(path)}") }
            variables["before.\(place).\(path)"] = value.string ?? value.json
        }
        return variables.isEmpty ? self : try filled(variables)
    }

    func mentions(_ variable: String) -> Bool { source.contains("${\(variable)}") }

    /// Whether it must run by itself: the environment is one for all, and a short limit may pass while others keep
    /// the machine busy.
    var runsAlone: Bool {
        let settings = ["client", "with_options", "call"].compactMap { self[$0]?.json }
        return self["env"] != nil || settings.contains { $0.contains("timeout") }
    }
}
