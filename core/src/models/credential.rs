//! Which stored credentials a connection signs in with.

use macro_rules_attribute::apply;

/// Which stored credentials a connection signs in with: `name` for one of Kernel's own, `provider` with `path` for
/// an item of an external provider, `provider` with `auto` for the item that fits the domain.
#[apply(params)]
pub struct CredentialReference {
    /// Looks the item up by the connection's domain.
    pub auto: Option<bool>,
    /// The name of a credential kept by Kernel.
    pub name: Option<String>,
    /// The item within the provider, for example `Vault/Item`.
    pub path: Option<String>,
    /// The name of an external provider.
    pub provider: Option<String>,
}

impl CredentialReference {
    /// A credential kept by Kernel.
    #[must_use]
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }

    /// An item of an external provider.
    #[must_use]
    pub fn item(provider: impl Into<String>, path: impl Into<String>) -> Self {
        Self::default().provider(provider).path(path)
    }

    /// The item of an external provider that fits the connection's domain.
    #[must_use]
    pub fn of_domain(provider: impl Into<String>) -> Self {
        Self::default().provider(provider).auto(true)
    }
}

/// The credentials that a connection signs in with, as [`CredentialReference`] names them.
#[apply(model)]
pub struct ManagedAuthCredential {
    /// Whether the item is looked up by the connection's domain.
    pub auto: Option<bool>,
    /// The name of a credential kept by Kernel.
    pub name: Option<String>,
    /// The item within the provider.
    pub path: Option<String>,
    /// The name of an external provider.
    pub provider: Option<String>,
}
