//! Which version of the API a world is.

use serde::Deserialize;

/// A version of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Edition {
    /// Everything that any client of the API knows.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// What the `OpenAPI` document of July 2026 has, and nothing else.
    #[serde(rename = "2026-07")]
    July2026,
}

impl Edition {
    pub(crate) fn is_newest(self) -> bool {
        self == Self::Newest
    }
}
