// What a call costs in Swift: `Bench client|executor first|login|page|events IN_FLIGHT CALLS`; see ../../../src/main.rs.
// `executor` has its tasks on the client's own thread.

import Foundation
import KernelClient

struct Unexpected: Error {
    let what: String
}

@main
enum Bench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst(2))
        let (subject, inFlight, calls) = (words[0], Int(words[1])!, Int(words[2])!)
        let client = try Kernel()
        if subject == "first" {
            tell(cpu: seconds(CLOCK_PROCESS_CPUTIME_ID), wall: 0, try await call(client, "login"))
            return
        }

        let executor = CommandLine.arguments[1] == "executor" ? Kernel.taskExecutor : nil
        try await withTaskExecutorPreference(executor) { try await measure(client, subject, inFlight, calls) }
    }

    static func measure(_ client: Kernel, _ subject: String, _ inFlight: Int, _ calls: Int) async throws {
        _ = try await all(client, subject, inFlight, max((calls + 9) / 10, inFlight))
        let (cpu, wall) = (seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
        let units = try await all(client, subject, inFlight, calls)
        tell(cpu: seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall: seconds(CLOCK_MONOTONIC) - wall, units)
    }

    /// Prints what one of so many cost, and the most memory that the process had.
    static func tell(cpu: Double, wall: Double, _ units: Int) {
        let each = { (time: Double) in time / Double(units) * 1e6 }
        var usage = rusage()
        // RUSAGE_SELF, whose type is another on each platform.
        getrusage(0, &usage)
        let peak = Double(usage.ru_maxrss) * 1024 / 1e6
        print("{\"cpu_us\": \(each(cpu)), \"wall_us\": \(each(wall)), \"units\": \(units), \"peak_mb\": \(peak)}")
    }

    static func all(_ client: Kernel, _ subject: String, _ inFlight: Int, _ count: Int) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for at in 0..<inFlight {
                let share = count / inFlight + (at < count % inFlight ? 1 : 0)
                group.addTask {
                    var units = 0
                    for _ in 0..<share { units += try await call(client, subject) }
                    return units
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Makes a call; gives how many logins, pages or events it was.
    static func call(_ client: Kernel, _ subject: String) async throws -> Int {
        let connections = client.auth.connections
        switch subject {
        case "login":
            let login = try await connections.login("ma_login")
            // As bytes, which is what the crate's program compares.
            guard login.hostedURL.utf8.starts(with: "http".utf8) else { throw Unexpected(what: login.hostedURL) }
            return 1
        case "page":
            let page = try await connections.list(.init(limit: 100)).firstPage()
            guard page.items.count == 100 else { throw Unexpected(what: "\(page.items.count) connections") }
            return 1
        default:
            var count = 0
            for try await event in try await connections.follow("ma_login") {
                guard case .state = event else { throw Unexpected(what: "\(event)") }
                count += 1
            }
            return count
        }
    }

    static func seconds(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
