/// A call that has not been made.
struct Call<Value: Sendable>: Sendable {
    /// Begins the call: with its options, as JSON, and whether it will be asked what came beside the answer.
    let begin: @Sendable (String, Bool) throws -> NativeCall
    /// What the call answered.
    let answer: @Sendable (NativeCall) throws -> Value

    init(
        _ begin: @escaping @Sendable (_ options: String, _ keepsResponse: Bool) throws -> NativeCall,
        answer: @escaping @Sendable (NativeCall) throws -> Value
    ) {
        self.begin = begin
        self.answer = answer
    }

    /// Makes the call and gives the answer.
    func value(_ options: RequestOptions) async throws -> Value {
        let call = try await made(options, keepsResponse: false)
        return try translatingErrors { try answer(call) }
    }

    /// Makes the call and gives the answer with what came beside it.
    func response(_ options: RequestOptions) async throws -> KernelResponse<Value> {
        let call = try await made(options, keepsResponse: true)
        return try translatingErrors { KernelResponse(try answer(call), try call.response()) }
    }

    /// Makes the call, for the current task: when that is cancelled before, nothing is begun; when it is cancelled
    /// before the answer has come, the core drops the request at once, and `CancellationError` comes instead.
    private func made(_ options: RequestOptions, keepsResponse: Bool) async throws -> NativeCall {
        try Task.checkCancellation()
        let call = try translatingErrors { try begin(options.json, keepsResponse) }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (task: UnsafeContinuation<Void, Never>) in
                do { try call.wait(waiter: rustHandle(of: task), resume: resume) } catch { task.resume() }
            }
        } onCancel: {
            // It fails only when the library is broken, and then the call says so itself.
            try? call.cancel()
        }
        return call
    }
}

/// Has a task go on that waits for a call.
private let resume = nativeFunction { task in
    let task: UnsafeContinuation<Void, Never> = ofRustHandle(task)
    task.resume()
}
