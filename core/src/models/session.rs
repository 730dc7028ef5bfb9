//! Handing a flow over to a program without the API key.

use macro_rules_attribute::apply;

use crate::Secret;

/// What a handoff code is exchanged for.
#[apply(model)]
pub struct ExchangeResponse {
    /// A token for one connection, good for about 30 minutes.
    pub jwt: Secret,
    /// The login that it belongs to.
    pub invocation_id: Option<String>,
}
