/// A text that must not end up in a log: it prints as `***`, also inside of what holds it.
///
/// `exposed` is the one way to read it.
public struct Secret: Hashable, Sendable {
    /// The text itself. Keep it out of logs and messages.
    public let exposed: String

    public init(_ text: String) {
        exposed = text
    }
}

extension Secret: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        self.init(text)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
