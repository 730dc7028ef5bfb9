// A stand-in for SwiftUI, as that of Combine is one.

@_exported import Combine
@_exported import Foundation

@MainActor @preconcurrency
public protocol View {
    associatedtype Body: View

    @ViewBuilder var body: Body { get }
}

extension Never: View {
    public typealias Body = Never
}

extension View where Body == Never {
    public var body: Never { fatalError("nobody shows it") }
}

@resultBuilder
public struct ViewBuilder {
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> Shown { Shown() }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<First: View>(first: First) -> Shown { Shown() }
    public static func buildEither<Second: View>(second: Second) -> Shown { Shown() }
    public static func buildLimitedAvailability<Content: View>(_ content: Content) -> Shown { Shown() }
}

/// Anything that is shown.
public struct Shown: View {
    public typealias Body = Never
}

extension Optional: View where Wrapped: View {
    public typealias Body = Never
}

// MARK: State

@propertyWrapper
public struct State<Value> {
    public var wrappedValue: Value {
        get { value }
        nonmutating set {}
    }
    public var projectedValue: Binding<Value> { fatalError("nobody shows it") }
    private let value: Value

    public init(wrappedValue: Value) {
        value = wrappedValue
    }
}

extension State: Sendable where Value: Sendable {}

@propertyWrapper
public struct StateObject<Value: ObservableObject> {
    @MainActor public var wrappedValue: Value { fatalError("nobody shows it") }

    public init(wrappedValue: @autoclosure @escaping () -> Value) {}
}

@MainActor @preconcurrency @propertyWrapper
public struct ObservedObject<Value: ObservableObject> {
    public var wrappedValue: Value

    public init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }
}

@propertyWrapper
public struct Binding<Value> {
    public var wrappedValue: Value {
        get { fatalError("nobody shows it") }
        nonmutating set {}
    }
    public var projectedValue: Binding<Value> { self }

    @preconcurrency
    public init(
        get: @escaping @isolated(any) @Sendable () -> Value, set: @escaping @isolated(any) @Sendable (Value) -> Void
    ) {}
}

extension Binding: Sendable where Value: Sendable {}

// MARK: Views

public struct Text: View {
    public init(_ text: some StringProtocol) {}

    public typealias Body = Never
}

public struct Label: View {
    public init(_ title: some StringProtocol, systemImage: String) {}

    public typealias Body = Never
}

public struct ProgressView: View {
    public init() {}
    public init(_ title: some StringProtocol) {}

    public typealias Body = Never
}

public struct Button: View {
    @preconcurrency
    public init(_ title: some StringProtocol, action: @escaping @MainActor () -> Void) {}

    public typealias Body = Never
}

public struct TextField: View {
    public init(_ title: some StringProtocol, text: Binding<String>) {}

    public typealias Body = Never
}

public struct SecureField: View {
    public init(_ title: some StringProtocol, text: Binding<String>) {}

    public typealias Body = Never
}

public struct Group<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}

    public typealias Body = Never
}

public struct Form<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}

    public typealias Body = Never
}

public struct Section<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}

    public typealias Body = Never
}

public enum HorizontalAlignment {
    case leading, center, trailing
}

public struct VStack<Content: View>: View {
    public init(alignment: HorizontalAlignment = .center, @ViewBuilder content: () -> Content) {}

    public typealias Body = Never
}

public struct ForEach<Data: RandomAccessCollection, Content: View>: View where Data.Element: Identifiable {
    public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {}

    public typealias Body = Never
}

// MARK: Modifiers

public enum Color {
    case red, secondary
}

public enum Font {
    case footnote
}

extension View {
    public nonisolated func foregroundColor(_ color: Color?) -> some View { Shown() }
    public nonisolated func lineLimit(_ number: Int?) -> some View { Shown() }
    public nonisolated func font(_ font: Font?) -> some View { Shown() }
    public nonisolated func disabled(_ isDisabled: Bool) -> some View { Shown() }
    public nonisolated func disableAutocorrection(_ isDisabled: Bool?) -> some View { Shown() }
    public nonisolated func task<Value: Equatable>(
        id: Value, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { Shown() }
    public nonisolated func task(@_inheritActorContext _ action: @escaping @Sendable () async -> Void) -> some View {
        Shown()
    }
    public nonisolated func onDisappear(perform action: (() -> Void)? = nil) -> some View { Shown() }
}
