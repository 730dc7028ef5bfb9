//! What a call has given so far, kept outside of it: a call that is cancelled gives no more.

use std::fmt::Debug;

use kernel_client_tests::Cancel;
use serde_json::Value;
use tokio::sync::watch;

/// What a call has given so far.
pub(crate) struct Given(watch::Sender<Parts>);

#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub(crate) items: Vec<Value>,
    pub(crate) logins: Vec<Value>,
    pub(crate) inputs: Vec<Value>,
    /// Everything, printed in every way Rust has.
    pub(crate) printed: Vec<String>,
}

impl Given {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Parts::default()))
    }

    /// Adds something, with what it prints as.
    pub(crate) fn add(&self, printed: &impl Debug, add: impl FnOnce(&mut Parts)) {
        self.0.send_modify(|parts| {
            parts.printed.extend(debug(printed));
            add(parts);
        });
    }

    /// Adds texts that were printed.
    pub(crate) fn print(&self, printed: Vec<String>) {
        self.0.send_modify(|parts| parts.printed.extend(printed));
    }

    pub(crate) fn parts(&self) -> Parts {
        self.0.borrow().clone()
    }

    /// Ends once so many items, or inputs, were given; at once for what is not counted here.
    pub(crate) async fn reached(&self, cancel: Cancel) {
        let mut parts = self.0.subscribe();
        // The sender lives as long as this.
        let _ = parts
            .wait_for(|parts| match cancel {
                Cancel::Items(count) => parts.items.len() >= count,
                Cancel::Inputs(count) => parts.inputs.len() >= count,
                _ => true,
            })
            .await;
    }
}

/// A value in both of Rust's own forms.
pub(crate) fn debug(value: &impl Debug) -> Vec<String> {
    vec![format!("{value:?}"), format!("{value:#?}")]
}
