import Foundation
import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    /// What every language must do. `KERNEL_SCENARIO=text` runs those with `text` in their names.
    @Test func scenarios() async throws {
        let environment = ProcessInfo.processInfo.environment
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let folder = environment["KERNEL_SCENARIOS"].map { URL(fileURLWithPath: $0) }
        let scenarios = try Scenario.load(
            from: folder ?? here.appendingPathComponent("../../../tests/scenarios"),
            filter: environment["KERNEL_SCENARIO"] ?? ""
        )
        let simulator = try KernelSimulator.running()
        try await simulator.openWorld().close()
        for name in environment.keys where isOurs(name) { unsetenv(name) }
        defer { for (name, value) in environment where isOurs(name) { setenv(name, value, 1) } }

        var results = try ScenarioResult.ofCompiler(scenarios.filter { $0["static"] != nil })
        let run = scenarios.filter { $0["static"] == nil }
        for scenario in run where scenario.runsAlone {
            results.append(await ScenarioResult(of: scenario, simulator))
        }
        await withTaskGroup(of: ScenarioResult.self) { group in
            for (index, scenario) in run.filter({ !$0.runsAlone }).enumerated() {
                if index >= 16, let result = await group.next() { results.append(result) }
                group.addTask { await ScenarioResult(of: scenario, simulator) }
            }
            for await result in group { results.append(result) }
        }

        if let file = environment["KERNEL_RESULTS"] {
            try append(results.map(\.json.json), to: file)
        }
        let failed = results.filter { !$0.notes.isEmpty }
        for result in failed.sorted(by: { $0.name < $1.name }) {
            let text = ([result.about] + result.notes).joined(separator: "\n  ")
            Issue.record("\(result.name): \(text)")
        }
        print("\(results.count - failed.count) passed, \(failed.count) failed")
    }
}

/// How a scenario ended.
struct ScenarioResult: Sendable {
    let name: String
    let about: String
    let notes: [String]
    let seconds: Double

    init(_ scenario: Scenario, notes: [String], since start: Date) {
        name = scenario.name
        about = scenario["about"]?.string ?? ""
        self.notes = notes
        seconds = Date().timeIntervalSince(start)
    }

    init(of scenario: Scenario, _ simulator: KernelSimulator) async {
        let start = Date()
        do {
            self.init(scenario, notes: try await run(scenario, simulator), since: start)
        } catch {
            self.init(scenario, notes: ["\(error)"], since: start)
        }
    }

    var json: JSONValue {
        [
            "scenario": .string(name), "language": "swift", "ok": .bool(notes.isEmpty),
            "note": .string(notes.joined(separator: "\n")), "ms": .integer(Int64(seconds * 1000)),
        ]
    }
}

private func isOurs(_ name: String) -> Bool {
    name.hasPrefix("KERNEL_") || name.lowercased().hasSuffix("_proxy")
}

private func append(_ lines: [String], to file: String) throws {
    guard let handle = fopen(file, "a") else { throw Problem("\(file) cannot be written") }
    defer { fclose(handle) }
    fputs(lines.map { "\($0)\n" }.joined(), handle)
}
