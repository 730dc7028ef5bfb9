import Foundation
import KernelClient

extension ScenarioResult {
    /// Proves that the compiler refuses the calls of these scenarios, and takes them once they are put right.
    static func ofCompiler(_ scenarios: [Scenario]) throws -> [ScenarioResult] {
        guard !scenarios.isEmpty && hasCompiler else { return [] }
        let start = Date()
        // One function a line, the wrong one of each scenario before the right one.
        var lines = ["import KernelClient"]
        for scenario in scenarios {
            lines.append(try function("wrong", scenario, [:]))
            lines.append(try function("right", scenario, scenario["good"]?.fields ?? [:]))
        }
        let errors = try errorsByLine(lines.joined(separator: "\n") + "\n")
        let strange = errors.keys.filter { !(2...lines.count).contains($0) }
        guard strange.isEmpty else { throw Problem("swiftc: \(errors)") }
        return scenarios.enumerated().map { index, scenario in
            let (wrong, right) = (index * 2 + 2, index * 2 + 3)
            var notes: [String] = []
            if errors[wrong] == nil { notes.append("the compiler accepts \(lines[wrong - 1])") }
            if let error = errors[right] { notes.append("\(error) in \(lines[right - 1])") }
            return ScenarioResult(scenario, notes: notes, since: start)
        }
    }
}

private func function(_ prefix: String, _ scenario: Scenario, _ good: [String: JSONValue]) throws -> String {
    let client = good["client"] ?? scenario["client"] ?? [:]
    guard let call = good["call"] ?? scenario["call"] else { throw Problem("\(scenario.name): there is no call") }
    let name = "\(prefix)_\(scenario.name.replacingOccurrences(of: "-", with: "_"))"
    return "func \(name)(session: ManagedAuthSession) async throws { "
        + "let client = try Kernel\(list(client.fields)); _ = try await \(try expression(call)) }"
}

/// A call as Swift would write it.
private func expression(_ call: JSONValue) throws -> String {
    let method = (call["method"]?.string ?? "").split(separator: ".")
    guard let operation = method.last, method.count > 1 else { throw Problem("\(call) has no method") }
    let isOfSession = method[0] == "session"
    var params = call["args"]?.fields ?? [:]
    var arguments: [String] = []
    if !isOfSession && operation != "create" {
        for (name, label) in [("id", ""), ("handoff_code", "handoffCode: ")] {
            if let value = params.removeValue(forKey: name) { arguments.append(label + code(value)) }
        }
    }
    if !params.isEmpty || operation == "create" { arguments.append(".init\(list(params))") }
    if let options = call["options"] { arguments.append("options: .init\(list(options.fields))") }
    for entry in call["handler"]?.items ?? [] {
        let answer = if case .object(let fields) = entry { "InputAnswer\(list(fields))" } else { code(entry) }
        arguments.append("onInput: { _ in \(answer) }")
    }
    let object = isOfSession ? "session" : "client.\(method.dropLast().joined(separator: "."))"
    return "\(object).\(swiftName(String(operation)))(\(arguments.joined(separator: ", ")))"
}

/// Arguments in the order in which Swift wants them: by name, after those that must be there.
private func list(_ fields: [String: JSONValue]) -> String {
    let first = ["domain", "profile_name"]
    let names = first.filter { fields[$0] != nil } + fields.keys.filter { !first.contains($0) }.sorted()
    return "(\(names.map { "\(swiftName($0)): \(code(fields[$0] ?? .null, of: $0))" }.joined(separator: ", ")))"
}

/// A value as Swift would write it.
private func code(_ value: JSONValue, of name: String = "") -> String {
    switch value {
    case .null: return "nil"
    case .string(let text) where ["skill_mode", "region", "mode", "type"].contains(name): return ".\(swiftName(text))"
    case .object(let fields) where ["field_values", "fields"].contains(name):
        return "[\(fields.map { "\(JSONValue.string($0).json): \(code($1))" }.joined(separator: ", "))]"
    case .object(let fields): return ".init\(list(fields))"
    case .array(let items): return "[\(items.map { code($0) }.joined(separator: ", "))]"
    default: return value.json
    }
}

#if os(macOS) || os(Linux)
    private let hasCompiler = true

    /// The first error of each line, from the compiler that built these tests.
    private func errorsByLine(_ source: String) throws -> [Int: String] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("scenarios-\(UUID()).swift")
        try source.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let built = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let package = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "swiftc", "-typecheck", "-swift-version", "6", "-I", built.appendingPathComponent("Modules").path,
            "-I", package.appendingPathComponent("Sources/KernelClientFFI").path, file.path,
        ]
        let output = Pipe()
        compiler.standardError = output
        try compiler.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        compiler.waitUntilExit()
        var errors: [Int: String] = [:]
        for line in text.split(separator: "\n") where line.contains(": error: ") {
            guard line.hasPrefix(file.path), let number = Int(line.dropFirst(file.path.count + 1).prefix { $0 != ":" })
            else { throw Problem("swiftc: \(text)") }
            errors[number] = errors[number] ?? String(line)
        }
        guard errors.isEmpty == (compiler.terminationStatus == 0) else { throw Problem("swiftc: \(text)") }
        return errors
    }
#else
    /// Other systems start no programs, so what the compiler refuses is proved elsewhere.
    private let hasCompiler = false

    private func errorsByLine(_: String) throws -> [Int: String] { [:] }
#endif
