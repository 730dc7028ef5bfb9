//! What is called.

/// The connections of a page.
pub(crate) const PAGE: usize = 100;

#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// A login is started.
    Login,
    /// A page of connections.
    Page,
    /// A stream of events, followed to its end.
    Events,
}

impl Subject {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "login" => Self::Login,
            "page" => Self::Page,
            "events" => Self::Events,
            _ => return None,
        })
    }
}
