// A stand-in for Combine: what the package and its documentation use of it, and nothing that does anything. It is there
// so that a compiler without Apple's frameworks reads the code for them.

public protocol ObservableObject: AnyObject {
    var objectWillChange: ObservableObjectPublisher { get }
}

extension ObservableObject {
    public var objectWillChange: ObservableObjectPublisher { ObservableObjectPublisher() }
}

public final class ObservableObjectPublisher {
    public init() {}

    public func send() {}
}
