//! Managed auth.

use super::Connections;
use crate::Kernel;

/// Managed auth: browser profiles that stay signed in.
#[derive(Clone, Debug)]
pub struct Auth {
    client: Kernel,
}

impl Auth {
    pub(crate) fn new(client: Kernel) -> Self {
        Self { client }
    }

    /// The connections between a profile and a site.
    #[must_use]
    pub fn connections(&self) -> Connections {
        Connections::new(self.client.clone())
    }
}
