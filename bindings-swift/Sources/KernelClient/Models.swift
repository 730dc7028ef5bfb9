// What makes the right form of a parameter easy to write.

extension Proxy {
    /// The proxy with this id.
    public static func id(_ id: String) -> Proxy { Proxy(id: id) }

    /// The proxy with this name. The API refuses a name that several proxies have.
    public static func name(_ name: String) -> Proxy { Proxy(name: name) }
}

extension BrowserProxy {
    /// The proxy with this id.
    public static func id(_ id: String) -> BrowserProxy { BrowserProxy(id: id) }

    /// The proxy with this name. The API refuses a name that several proxies have.
    public static func name(_ name: String) -> BrowserProxy { BrowserProxy(name: name) }

    /// Without a proxy: Kernel's own network.
    public static let direct = BrowserProxy(mode: .direct)
}

extension TelemetryDestination {
    /// The destination with this id.
    public static func id(_ id: String) -> TelemetryDestination { TelemetryDestination(id: id) }

    /// The destination with this name.
    public static func name(_ name: String) -> TelemetryDestination { TelemetryDestination(name: name) }
}

extension TelemetryCategory {
    /// Captured.
    public static let on = TelemetryCategory(enabled: true)

    /// Not captured.
    public static let off = TelemetryCategory(enabled: false)
}

extension CredentialReference {
    /// A credential kept by Kernel.
    public static func name(_ name: String) -> CredentialReference { CredentialReference(name: name) }

    /// An item of an external provider, for example `Vault/Item`.
    public static func item(_ path: String, provider: String) -> CredentialReference {
        CredentialReference(path: path, provider: provider)
    }

    /// The item of an external provider that fits the connection's domain.
    public static func auto(provider: String) -> CredentialReference {
        CredentialReference(auto: true, provider: provider)
    }
}

extension InputAnswer {
    /// Values by the `id` of their field.
    public static func values(_ values: FieldValues) -> InputAnswer { InputAnswer(fieldValues: values) }

    /// The choice with this `id`.
    public static func choice(_ id: String) -> InputAnswer { InputAnswer(selectedChoiceID: id) }
}
