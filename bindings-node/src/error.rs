//! The failure that the core does not know of, in the form it gives its own.

use serde_json::json;

/// The caller's signal stopped the call.
pub(crate) fn aborted() -> String {
    json!({ "kind": "cancelled" }).to_string()
}
