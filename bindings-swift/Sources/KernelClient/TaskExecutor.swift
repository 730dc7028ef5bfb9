import Foundation

@available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *)
extension Kernel {
    /// The thread where the answers of the client built in arrive, for tasks that make one call after another and do
    /// little beside that.
    ///
    /// Otherwise a task goes on with a thread of Swift's, which has to be woken for each answer. With this, both are one
    /// thread:
    ///
    /// ```swift
    /// try await withTaskExecutorPreference(Kernel.taskExecutor) {
    ///     for id in ["ma_123", "ma_456"] { print(try await client.auth.connections.login(id).hostedURL) }
    /// }
    /// ```
    ///
    /// All answers and all limits of time wait while a task computes there, and for ever when it blocks: what takes long
    /// belongs elsewhere. Code of an actor with an executor of its own, such as the main actor, stays there, and answers
    /// that come over another transport, as they do by default on Apple platforms, arrive elsewhere.
    public static let taskExecutor: any TaskExecutor = AnswerExecutor()
}

@available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *)
private final class AnswerExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        do {
            try nativeEnqueue(job: rustHandle(of: job), run: runJob)
        } catch {
            // No job may be lost where the library could start no thread. The calls that it makes say what is wrong.
            DispatchQueue.global().async { run(job) }
        }
    }
}

@available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *)
private let runJob = nativeFunction { run(ofRustHandle($0)) }

/// Runs a job of a task, until that waits for something.
@available(macOS 15.0, iOS 18.0, tvOS 18.0, watchOS 11.0, visionOS 2.0, *)
private func run(_ job: UnownedJob) {
    let executor = Kernel.taskExecutor.asUnownedTaskExecutor()
    #if canImport(ObjectiveC)
        // A thread of Rust's has no pool of its own.
        autoreleasepool { job.runSynchronously(on: executor) }
    #else
        job.runSynchronously(on: executor)
    #endif
}
