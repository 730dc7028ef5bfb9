/// A call that has not been made.
struct Call<Value: Sendable>: Sendable {
    let send: @Sendable (NativeCall) async throws -> Value

    /// Makes the call and gives the answer.
    func value(_ options: RequestOptions) async throws -> Value {
        try await run(try options.call()) { value, _ in value }
    }

    /// Makes the call and gives the answer with what came beside it.
    func response(_ options: RequestOptions) async throws -> KernelResponse<Value> {
        try await run(try options.call(keepsResponse: true)) { value, call in
            KernelResponse(value, try call.response())
        }
    }

    /// Ties the call to the current task: when that is cancelled, before or during the call, the core drops the
    /// request at once and this throws `CancellationError`.
    private func run<Output>(
        _ call: @autoclosure () throws -> NativeCall, _ output: (Value, NativeCall) throws -> Output
    ) async throws -> Output {
        try await translatingAsyncErrors {
            let call = try call()
            let value = try await withTaskCancellationHandler {
                try await send(call)
            } onCancel: {
                // It fails only when the library is broken, and then the call says so itself.
                try? call.cancel()
            }
            return try output(value, call)
        }
    }
}
