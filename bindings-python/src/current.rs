//! What the objects of a program make their calls with.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use kernel_client::{Kernel as Client, ManagedAuthSession as Session};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The client behind a Python client and all that hangs off it. Setting an attribute puts another in its place, so it
/// is looked at anew for each call.
#[derive(Clone, Default)]
pub(crate) struct Current(Arc<ArcSwapOption<Client>>);

impl Current {
    pub(crate) fn set(&self, client: Client) {
        self.0.store(Some(Arc::new(client)));
    }
}

/// What an object makes its calls with.
pub(crate) trait Behind {
    type Core;

    fn core(&self) -> PyResult<Self::Core>;
}

impl Behind for Current {
    type Core = Client;

    fn core(&self) -> PyResult<Client> {
        let client = self.0.load().as_deref().cloned();
        client.ok_or_else(|| {
            PyRuntimeError::new_err("the client has no options yet: call `super().__init__()`")
        })
    }
}

impl Behind for Session {
    type Core = Self;

    fn core(&self) -> PyResult<Self> {
        Ok(self.clone())
    }
}
