//! Choosing a proxy.

use macro_rules_attribute::apply;

/// A proxy of the project, by id or by name: the API takes exactly one of the two.
#[apply(params)]
pub struct Proxy {
    /// The proxy's id. Never ambiguous.
    pub id: Option<String>,
    /// The proxy's name. The API refuses a name that several proxies have.
    pub name: Option<String>,
}

impl Proxy {
    /// The proxy with this id.
    #[must_use]
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::default().id(id)
    }

    /// The proxy with this name.
    #[must_use]
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }
}

/// How a browser's traffic leaves: a mode, or a proxy by id or by name. The API takes exactly one of the three.
#[apply(params)]
pub struct BrowserProxy {
    /// No proxy of the project at all.
    pub mode: Option<ProxyMode>,
    /// The proxy's id. Never ambiguous.
    pub id: Option<String>,
    /// The proxy's name. The API refuses a name that several proxies have.
    pub name: Option<String>,
}

impl BrowserProxy {
    /// The proxy with this id.
    #[must_use]
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::default().id(id)
    }

    /// The proxy with this name.
    #[must_use]
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }

    /// Without a proxy: Kernel's own network.
    #[must_use]
    pub fn direct() -> Self {
        Self::default().mode(ProxyMode::Direct)
    }
}

/// How traffic leaves without a proxy of the project.
#[apply(string_enum)]
pub enum ProxyMode {
    /// Straight from the browser.
    Direct = "direct",
    /// As the stealth setting implies.
    Default = "default",
}
