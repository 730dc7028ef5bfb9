import Foundation
import KernelClient
import KernelClientTesting
import Testing

extension KernelClientTests {
    /// What every language must do, each way that requests go. `KERNEL_SCENARIO=text` runs those with `text` in their names.
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

        let compiled = try ScenarioResult.ofCompiler(scenarios.filter { $0["static"] != nil })
        let run = scenarios.filter { $0["static"] == nil }
        for way in Way.all {
            let results = await Way.$current.withValue(way) { await resultsOf(run, simulator) }
            try report(compiled + results, of: way, to: environment["KERNEL_RESULTS"])
        }
    }

    private func resultsOf(_ scenarios: [Scenario], _ simulator: KernelSimulator) async -> [ScenarioResult] {
        var results: [ScenarioResult] = []
        for scenario in scenarios where scenario.runsAlone {
            results.append(await ScenarioResult(of: scenario, simulator))
        }
        await withTaskGroup(of: ScenarioResult.self) { group in
            for (index, scenario) in scenarios.filter({ !$0.runsAlone }).enumerated() {
                if index >= 16, let result = await group.next() { results.append(result) }
                group.addTask { await ScenarioResult(of: scenario, simulator) }
            }
            for await result in group { results.append(result) }
        }
        return results
    }

    private func report(_ results: [ScenarioResult], of way: Way, to file: String?) throws {
        if let file {
            try append(results.map { $0.json(way).json }, to: file)
        }
        let failed = results.filter { !$0.notes.isEmpty }
        for result in failed.sorted(by: { $0.name < $1.name }) {
            let text = ([result.about] + result.notes).joined(separator: "\n  ")
            Issue.record("\(result.name) in \(way.language): \(text)")
        }
        print("\(way.language): \(results.count - failed.count) passed, \(failed.count) failed")
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
        if let point = Way.current.exceptions[name]?.point {
            let others = notes.filter { !$0.hasPrefix("\(point): ") && !$0.hasPrefix("the error is ") }
            self.notes = notes.isEmpty ? ["it holds after all: \(point)"] : others
        } else {
            self.notes = notes
        }
        seconds = Date().timeIntervalSince(start)
    }

    init(of scenario: Scenario, _ simulator: KernelSimulator) async {
        let start = Date()
        do {
            // As if the platform had it so.
            let notes = try await ClientOptions.$platformTransport.withValue(Way.current.transport()) {
                try await run(scenario, simulator)
            }
            self.init(scenario, notes: notes, since: start)
        } catch {
            self.init(scenario, notes: ["\(error)"], since: start)
        }
    }

    func json(_ way: Way) -> JSONValue {
        [
            "scenario": .string(name), "language": .string(way.language), "ok": .bool(notes.isEmpty),
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
