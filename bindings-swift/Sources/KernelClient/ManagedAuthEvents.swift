/// The events of a flow, as they come.
///
/// A stream that ends or breaks off before the flow is over is opened again, as often as a request is sent again,
/// counted anew with each event; what has been given already is not given twice. It is over after the event that ends
/// the flow, or after an error.
///
/// The events are for one iteration. Leaving it closes the connection at once, as does cancelling its task, which
/// makes it throw `CancellationError`; so does letting go of events that nobody iterates over.
public struct ManagedAuthEvents: AsyncSequence, Sendable {
    public typealias Element = ManagedAuthEvent
    let native: NativeEvents

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(native) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// Nil for all but the first.
        private let iteration: Iteration?

        fileprivate init(_ native: NativeEvents) {
            // Where even this fails, asking for an event says why.
            iteration = (try? native.begin()) == false ? nil : Iteration(native)
        }

        /// The next event; nil when there are no more.
        public mutating func next() async throws -> ManagedAuthEvent? {
            try await iteration?.next()
        }
    }
}

/// Goes when the iteration is left.
private final class Iteration {
    private let native: NativeEvents
    /// What has come and was not asked for yet, the last first.
    private var come: [ManagedAuthEvent] = []

    init(_ native: NativeEvents) {
        self.native = native
    }

    deinit {
        try? native.close()
    }

    func next() async throws -> ManagedAuthEvent? {
        if come.isEmpty {
            come = try await more().reversed()
        } else if Task.isCancelled {
            come = []
            try? native.cancel()
            throw CancellationError()
        }
        return come.popLast()
    }

    private func more() async throws -> [ManagedAuthEvent] {
        try await translatingAsyncErrors {
            try await withTaskCancellationHandler {
                try await native.next()
            } onCancel: { [native] in
                try? native.cancel()
            }
        }
    }
}

extension ManagedAuthEvents: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
