//! Failures that the core does not know of, in the form it gives its own.

use serde_json::json;

/// The caller's signal stopped the call.
pub(crate) fn aborted() -> String {
    json!({ "kind": "cancelled" }).to_string()
}

/// There is nothing left to decode.
pub(crate) fn body_used() -> String {
    let message =
        "The body of the response has been read, or is being read: it cannot be decoded as well.";
    json!({ "kind": "body_used", "message": message }).to_string()
}

/// JavaScript has no text that is so long.
pub(crate) fn too_long() -> String {
    let message = "The answer is longer than a text of JavaScript can be.";
    json!({ "kind": "response_too_large", "message": message }).to_string()
}

/// The page is the last one.
pub(crate) fn no_next_page() -> String {
    let message =
        "No next page expected; please check `.hasNextPage()` before calling `.getNextPage()`.";
    json!({ "kind": "no_next_page", "message": message }).to_string()
}
