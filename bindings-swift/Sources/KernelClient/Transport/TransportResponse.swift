import Foundation

/// An answer that a transport gives.
public struct TransportResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The headers.
    public let headers: KernelHeaders
    /// The body, decompressed. It is read as fast as it is wanted; what it throws is what went wrong.
    public let body: Body

    /// A body, piece by piece.
    public struct Body: AsyncSequence, Sendable {
        public typealias Element = Data
        private let begin: @Sendable () -> AsyncIterator

        package init(whole body: Data) {
            begin = {
                var rest: Data? = body
                return AsyncIterator {
                    defer { rest = nil }
                    return rest
                }
            }
        }

        package init<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces) where Pieces.Element == Data {
            begin = {
                var iterator = pieces.makeAsyncIterator()
                return AsyncIterator { try await iterator.next() }
            }
        }

        /// A body that can be read once.
        package init(next: @escaping @Sendable () async throws -> Data?) {
            begin = { AsyncIterator(step: next) }
        }

        public func makeAsyncIterator() -> AsyncIterator { begin() }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let step: () async throws -> Data?

            public mutating func next() async throws -> Data? { try await step() }
        }
    }

    package init(status: Int, headers: KernelHeaders, _ body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer whose body is read as it comes: an `AsyncThrowingStream` of `Data`, for example.
    public init<Pieces: AsyncSequence & Sendable>(status: Int, headers: KernelHeaders = [:], body: Pieces)
    where Pieces.Element == Data {
        self.init(status: status, headers: headers, Body(body))
    }

    /// An answer whose body is there.
    public init(status: Int, headers: KernelHeaders = [:], body: Data = Data()) {
        self.init(status: status, headers: headers, Body(whole: body))
    }
}

// Not the body: it may hold secrets.
extension TransportResponse: CustomStringConvertible, CustomReflectable {
    public var description: String { "TransportResponse(status: \(status), headers: \(headers))" }
    public var customMirror: Mirror {
        Mirror(self, children: ["status": status, "headers": headers], displayStyle: .struct)
    }
}

/// What a transport gave is no answer, and would be none the next time.
package struct NoAnswerError: LocalizedError {
    package let errorDescription: String?

    package init(_ description: String) {
        errorDescription = description
    }
}
