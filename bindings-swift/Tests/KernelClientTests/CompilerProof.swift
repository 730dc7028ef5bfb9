import Foundation
import KernelClient

extension ScenarioResult {
    /// Proves that the compiler refuses the calls of these scenarios, and takes them once they are put right.
    static func ofCompiler(_ scenarios: [Scenario]) throws -> [ScenarioResult] {
        guard !scenarios.isEmpty else { return [] }
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
    guard let call = good["call"] ?? scenario["call"], call["method"] == "auth.connections.login" else {
        throw Problem("\(scenario.name): unknown method")
    }
    var params = call["args"]?.fields ?? [:]
    let id = params.removeValue(forKey: "id").map { code($0) }
    let arguments = [id, params.isEmpty ? nil : ".init\(list(params))"].compactMap { $0 }.joined(separator: ", ")
    let name = "\(prefix)_\(scenario.name.replacingOccurrences(of: "-", with: "_"))"
    return "func \(name)() async throws { "
        + "_ = try await Kernel\(list(client.fields)).auth.connections.login(\(arguments)) }"
}

private func list(_ fields: [String: JSONValue]) -> String {
    let arguments = fields.sorted { $0.key < $1.key }.map { name, value in
        let isValueOfSet = ["skill_mode", "region", "mode"].contains(name)
        let text = isValueOfSet ? value.string.map { ".\(swiftName($0))" } : nil
        return "\(swiftName(name)): \(text ?? code(value))"
    }
    return "(\(arguments.joined(separator: ", ")))"
}

/// A value as Swift would write it.
private func code(_ value: JSONValue) -> String {
    switch value {
    case .null: "nil"
    case .object(let fields): ".init\(list(fields))"
    case .array(let items): "[\(items.map(code).joined(separator: ", "))]"
    default: value.json
    }
}

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
