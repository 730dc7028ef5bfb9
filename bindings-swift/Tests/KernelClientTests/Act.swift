import Foundation
import KernelClient
import KernelClientTesting

/// What was seen of a scenario.
struct Seen: Sendable {
    var client: Kernel?
    var outcome = Outcome.made
    let given = Given()
}

/// What is not as the scenario expects, one text each.
func run(_ scenario: Scenario, _ simulator: KernelSimulator) async throws -> [String] {
    var variables: [String: String] = [:]
    var worlds: [SimulatedWorld] = []
    func open(_ spec: JSONValue) async throws -> SimulatedWorld {
        let world = try await simulator.openWorld(settings: spec.fields)
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
        outcome = .success(try await act(try scenario.filled(variables), world))
    } catch {
        outcome = .failure(error)
    }
    for world in worlds { try? await world.close() }
    return try outcome.get()
}

private func act(_ scenario: Scenario, _ world: SimulatedWorld) async throws -> [String] {
    let environment = scenario["env"]?.fields.compactMapValues(\.string) ?? [:]
    for (name, value) in environment { setenv(name, value, 1) }
    defer { for name in environment.keys { unsetenv(name) } }

    var options = scenario["client"]?.fields ?? [:]
    options["api_key"] = options["api_key"] ?? "sk_test"
    options["base_url"] = options["base_url"] ?? .string(world.baseURL)
    let own = try clientOptions(.object(options), source: scenario.source)
    let copied = try scenario["with_options"].map { try clientOptions($0, source: scenario.source) }
    var seen = Seen()
    var scenario = scenario
    do {
        let client = try Kernel(own)
        seen.client = try copied.map(client.withOptions) ?? client
    } catch {
        seen.outcome = .error(error)
    }
    if let client = seen.client {
        await seen.given.add(allForms(client))
        let target = Target.client(client, madeOf: copied ?? own)
        for place in (scenario["before"]?.items ?? []).indices {
            let answer = try await prepare(scenario["before"]?[place] ?? [:], target, scenario, world)
            scenario = try scenario.filled(before: place, answer)
        }
        if scenario["call"] != nil { seen.outcome = try await perform(scenario, on: target, world, seen.given) }
    }
    if case .error(let error) = seen.outcome { await seen.given.add(allForms(error)) }
    return try await differences(scenario["expect"]?.fields ?? [:], seen, world)
}

/// Sets the stage: does something to the world, or makes a call that must not fail.
private func prepare(
    _ step: JSONValue, _ target: Target, _ scenario: Scenario, _ world: SimulatedWorld
) async throws -> JSONValue {
    var answer = JSONValue.null
    for (part, what) in step["$control"]?.fields ?? [:] { answer = try await world.change(part, what) }
    if step["$control"] != nil { return answer }
    let call = ScenarioCall(call: step, source: scenario.source, world: world, given: Given())
    do {
        return try await call.make(on: target).answer
    } catch {
        throw Problem("before: \(error)")
    }
}

/// Makes the call as often as it is to be made, on the session where there is one, and cancels it when it is to be
/// cancelled.
private func perform(
    _ scenario: Scenario, on target: Target, _ world: SimulatedWorld, _ given: Given
) async throws -> Outcome {
    func call(_ part: String, _ given: Given) throws -> ScenarioCall? {
        scenario[part].map { ScenarioCall(call: $0, source: scenario.source, world: world, given: given) }
    }
    let exchange = try call("session", given)
    guard let last = try call("call", given), let earlier = try call("call", Given()) else { return .made }
    let task = Way.current.task {
        var target = target
        if let exchange {
            let exchanged = try await exchange.exchange(on: target)
            await given.add(allForms(exchanged) + allForms(exchanged.value))
            target = .session(exchanged.value)
        }
        for _ in 1..<(scenario["repeat"]?.int ?? 1) {
            // Only the last outcome counts.
            do { _ = try await earlier.make(on: target) } catch let error as Problem { throw error } catch {}
        }
        return try await last.make(on: target)
    }
    return try await withLimit(of: Way.current.patience, task) {
        if let cancel = scenario["cancel"] {
            try await reached(cancel, world, given)
            task.cancel()
        }
        do { return try await task.value } catch let error as Problem { throw error } catch { return .error(error) }
    }
}

/// Ends when it is time to cancel.
private func reached(_ cancel: JSONValue, _ world: SimulatedWorld, _ given: Given) async throws {
    switch (cancel.string ?? cancel.fields.keys.first, cancel.fields.values.first?.int) {
    case ("in_flight", nil): _ = try await world.record("wait_requests=1")
    case ("in_backoff", nil): _ = try await world.record("wait_completed=1")
    case ("requests", let count?): _ = try await world.record("wait_requests=\(count)")
    case ("completed", let count?): _ = try await world.record("wait_completed=\(count)")
    case ("items", let count?): await given.reached { $0.items.count >= count }
    case ("inputs", let count?): await given.reached { $0.inputs.count >= count }
    default: throw Problem("unknown cancel \(cancel)")
    }
}

/// What `body` gives, which must come in so many seconds; otherwise `task` is cancelled.
private func withLimit<Value: Sendable, Output: Sendable>(
    of seconds: UInt64, _ task: Task<Value, any Error>, _ body: @escaping @Sendable () async throws -> Output
) async throws -> Output {
    try await withThrowingTaskGroup(of: Output?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(nanoseconds: seconds * 1_000_000_000)
            return nil
        }
        defer { group.cancelAll() }
        guard let output = try await group.next() ?? nil else {
            task.cancel()
            throw Problem("no end after \(seconds) s")
        }
        return output
    }
}
