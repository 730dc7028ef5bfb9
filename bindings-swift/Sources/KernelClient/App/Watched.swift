#if canImport(Combine)
    import Combine
#endif
#if canImport(Darwin)
    import Observation
#endif

// Not on Linux: the Observation of Swift 6.0 there does not link.

/// Tells views when a form is read and when it changes, in the ways that the platform has.
@MainActor
struct Watched {
    #if canImport(Darwin)
        /// An `ObservationRegistrar` where there is such a thing.
        private let registrar: (any Sendable)? = {
            guard #available(macOS 14, iOS 17, tvOS 17, watchOS 10, *) else { return nil }
            return ObservationRegistrar()
        }()
    #endif

    func isRead<Value>(_ form: LoginForm, _ property: KeyPath<LoginForm, Value>) {
        #if canImport(Darwin)
            if #available(macOS 14, iOS 17, tvOS 17, watchOS 10, *) {
                (registrar as? ObservationRegistrar)?.access(form, keyPath: property)
            }
        #endif
    }

    func changes<Value>(_ form: LoginForm, _ property: KeyPath<LoginForm, Value>, _ change: () -> Void) {
        #if canImport(Combine)
            form.objectWillChange.send()
        #endif
        #if canImport(Darwin)
            if #available(macOS 14, iOS 17, tvOS 17, watchOS 10, *), let registrar = registrar as? ObservationRegistrar
            {
                return registrar.withMutation(of: form, keyPath: property, change)
            }
        #endif
        change()
    }
}

#if canImport(Darwin)
    @available(macOS 14, iOS 17, tvOS 17, watchOS 10, *)
    extension LoginForm: Observable {}
#endif

#if canImport(Combine)
    extension LoginForm: ObservableObject {}
#endif
