//! What the hosted page says when it sends the person back.

use macro_rules_attribute::apply;

use super::LoginErrorCode;

/// What the hosted page says when it sends the person back to `success_url` or `error_url`.
///
/// Anybody can open such a URL: before relying on it, ask the API (`retrieve`).
#[apply(model)]
pub struct LoginReturn {
    /// Whether the login succeeded.
    pub succeeded: bool,
    /// The profile that is signed in.
    pub profile_name: Option<String>,
    /// The site that it is signed in to.
    pub domain: Option<String>,
    /// Why the login failed, for programs.
    pub code: Option<LoginErrorCode>,
    /// Why the login failed, for people.
    pub message: Option<String>,
}
