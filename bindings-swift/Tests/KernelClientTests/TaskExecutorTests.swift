import Foundation
import KernelClient
import KernelClientTesting
import Testing

/// The name of the thread that this runs on.
private func threadName() throws -> String {
    #if os(Linux)
        return try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    #else
        var name = [CChar](repeating: 0, count: 64)
        pthread_getname_np(pthread_self(), &name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    #endif
}

extension KernelClientTests {
    @Suite struct TaskExecutors {
        @Test func aTaskIsWhereItsAnswersArrive() async throws {
            guard #available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *) else { return }
            try await withWorld { world in
                let client = try world.client()
                let names = try await withTaskExecutorPreference(Kernel.taskExecutor) {
                    let before = try threadName()
                    _ = try await client.auth.connections.login("ma_login")
                    return [before, try threadName()]
                }
                #expect(names == ["kernel-client", "kernel-client"])
                #expect(try threadName() != "kernel-client")
            }
        }

        /// Tasks that always have something to do leave sockets and limits of time their turn.
        @Test func busyTasksKeepNoAnswerAway() async throws {
            guard #available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *) else { return }
            try await withWorld(Cancellation.silence(1)) { world in
                let client = try world.client(ClientOptions(maxRetries: 0))
                let end = ContinuousClock.now + .seconds(30)
                try await withTaskExecutorPreference(Kernel.taskExecutor) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<100 {
                            group.addTask {
                                while !Task.isCancelled, ContinuousClock.now < end {
                                    // Unlike `Task.yield()`, which goes elsewhere, it stays there.
                                    await withTaskGroup(of: Void.self) { $0.addTask {} }
                                }
                            }
                        }
                        do {
                            _ = try await client.auth.connections.login("ma_login", options: .init(timeout: 0.05))
                            Issue.record("the limit was not kept")
                        } catch let error as KernelError {
                            #expect(error.kind == .timeout)
                        }
                        #expect(ContinuousClock.now < end)
                        #expect(try await client.auth.connections.login("ma_login").id == "ma_login")
                        group.cancelAll()
                    }
                }
            }
        }
    }
}
