import Foundation
import KernelClient
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
        let simulator = try Simulator()
        try await simulator.open().close()
        for name in environment.keys where isOurs(name) { unsetenv(name) }

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
        for (name, value) in environment where isOurs(name) { setenv(name, value, 1) }

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

    init(of scenario: Scenario, _ simulator: Simulator) async {
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

private func run(_ scenario: Scenario, _ simulator: Simulator) async throws -> [String] {
    var variables: [String: String] = [:]
    var worlds: [World] = []
    func open(_ spec: JSONValue) async throws -> World {
        let world = try await simulator.open(spec)
        worlds.append(world)
        return world
    }
    let outcome: Result<[String], any Error>
    do {
        if scenario.mentions("refused") { variables["refused"] = try await open(["listen": false]).baseURL }
        if scenario.mentions("other") { variables["other"] = try await open([:]).baseURL }
        let world = try await open(try scenario.filled(variables)["world"] ?? [:])
        variables["base_url"] = world.baseURL
        variables["ca"] = world.certificate
        outcome = .success(try await attempt(try scenario.filled(variables), world))
    } catch {
        outcome = .failure(error)
    }
    for world in worlds { try? await world.close() }
    return try outcome.get()
}

private func attempt(_ scenario: Scenario, _ world: World) async throws -> [String] {
    let environment = scenario["env"]?.fields.compactMapValues(\.string) ?? [:]
    for (name, value) in environment { setenv(name, value, 1) }
    defer { for name in environment.keys { unsetenv(name) } }

    var options = scenario["client"]?.fields ?? [:]
    options["api_key"] = options["api_key"] ?? "sk_test"
    options["base_url"] = options["base_url"] ?? .string(world.baseURL)
    let own = try clientOptions(.object(options), source: scenario.source)
    let copied = try scenario["with_options"].map { try clientOptions($0, source: scenario.source) }
    var seen = Seen()
    do {
        let client = try Kernel(own)
        seen.client = try copied.map(client.withOptions) ?? client
    } catch {
        seen.error = error
    }
    if let client = seen.client, let call = scenario["call"] {
        for _ in 0..<(scenario["repeat"]?.int ?? 1) {
            switch try await login(client, call, scenario, world) {
            case .success(let answer): (seen.answer, seen.error) = (answer, nil)
            case .failure(let error): (seen.answer, seen.error) = (nil, error)
            }
        }
    }
    return try await differences(scenario["expect"]?.fields ?? [:], seen, world)
}

private func login(
    _ client: Kernel, _ call: JSONValue, _ scenario: Scenario, _ world: World
) async throws -> Result<KernelResponse<LoginResponse>, any Error> {
    guard call["method"] == "auth.connections.login" else { throw Problem("unknown method in \(call)") }
    let (id, params) = try loginArguments(call["args"] ?? [:])
    let options = try requestOptions(call["options"] ?? [:], source: scenario.source)
    let task = Task { try await client.auth.connections.loginWithResponse(id, params, options: options) }
    switch scenario["cancel"]?.string {
    case "in_flight": _ = try await world.record("wait_requests=1")
    case "in_backoff": _ = try await world.record("wait_completed=1")
    case nil: return try await withLimit(of: 10, task)
    case let other?: throw Problem("unknown cancel \(other)")
    }
    task.cancel()
    return try await withLimit(of: 10, task)
}

/// The end of a task, which must come in so many seconds.
private func withLimit<Value: Sendable>(
    of seconds: UInt64, _ task: Task<Value, any Error>
) async throws -> Result<Value, any Error> {
    try await withThrowingTaskGroup(of: Result<Value, any Error>?.self) { group in
        group.addTask { await task.result }
        group.addTask {
            try await Task.sleep(nanoseconds: seconds * 1_000_000_000)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else {
            task.cancel()
            throw Problem("no end after \(seconds) s")
        }
        return result
    }
}
