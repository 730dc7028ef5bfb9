import Foundation

/// A limit of time: `.seconds(2.5)`, `30`, a `Duration`, or `.unlimited`.
public struct Timeout: Hashable, Sendable {
    /// The limit in seconds; nil for no limit.
    public let seconds: TimeInterval?

    /// No limit.
    public static let unlimited = Timeout(seconds: nil)

    /// So many seconds.
    public static func seconds(_ seconds: TimeInterval) -> Timeout { Timeout(seconds: seconds) }

    /// So many milliseconds.
    public static func milliseconds(_ milliseconds: Double) -> Timeout { Timeout(seconds: milliseconds / 1000) }

    /// As long as `duration`.
    @available(macOS 13, iOS 16, tvOS 16, watchOS 9, *)
    public init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(seconds: Double(seconds) + Double(attoseconds) / 1e18)
    }

    private init(seconds: TimeInterval?) {
        self.seconds = seconds
    }
}

extension Timeout: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    public init(integerLiteral seconds: Int) { self.init(seconds: Double(seconds)) }
    public init(floatLiteral seconds: Double) { self.init(seconds: seconds) }
}
