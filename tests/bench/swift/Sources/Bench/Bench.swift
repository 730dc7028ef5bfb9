// What a login costs in Swift: `Bench IN_FLIGHT CALLS`; see ../../../src/main.rs.

import Foundation
import KernelClient

struct NoPage: Error {
    let hostedURL: String
}

@main
enum Bench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (inFlight, calls) = (arguments[0], arguments[1])
        let client = try Kernel()

        try await logins(client, inFlight, max((calls + 9) / 10, inFlight))
        let (cpu, wall) = (seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
        try await logins(client, inFlight, calls)
        let each = { (time: Double) in time / Double(calls) * 1e6 }
        let cpuUsed = each(seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
        let wallUsed = each(seconds(CLOCK_MONOTONIC) - wall)
        print("{\"cpu_us\": \(cpuUsed), \"wall_us\": \(wallUsed)}")
    }

    static func logins(_ client: Kernel, _ inFlight: Int, _ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for at in 0..<inFlight {
                let share = count / inFlight + (at < count % inFlight ? 1 : 0)
                group.addTask {
                    for _ in 0..<share {
                        let login = try await client.auth.connections.login("ma_login")
                        guard login.hostedURL.hasPrefix("http") else { throw NoPage(hostedURL: login.hostedURL) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    static func seconds(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
