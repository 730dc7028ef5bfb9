//! `/auth`

use macro_rules_attribute::apply;

/// Managed auth: browser profiles that stay signed in.
#[apply(resource)]
pub struct Auth {
    /// The connections between a profile and a site.
    pub connections: Connections,
    /// Who a request is from.
    pub context: Context,
}
