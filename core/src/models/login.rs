//! Starting a login flow.

use macro_rules_attribute::apply;

use super::{Browser, BrowserTelemetry, Proxy};
use crate::{Secret, Timestamp};

/// What one login overrides. Whatever is left out is taken from the connection.
///
/// `POST /auth/connections/{id}/login`
#[apply(call_params)]
pub struct ConnectionLoginParams {
    /// The browser this login runs in: proxy, region, stealth, telemetry.
    pub browser: Option<Browser>,
    /// Telemetry of the browser session, over the connection's own; null is passed on as null.
    /// Deprecated by the API in favour of `browser.telemetry`.
    pub browser_telemetry: Option<Option<BrowserTelemetry>>,
    /// The proxy this login goes through. Deprecated by the API in favour of `browser.proxy`.
    pub proxy: Option<Proxy>,
    /// Whether the browser session is recorded for replay.
    pub record_session: Option<bool>,
    /// Whether this login reads and writes what was learned about the site. Later automatic logins keep the
    /// mode. The API's default is `enabled`.
    pub skill_mode: Option<SkillMode>,
}

/// A login flow that has started.
#[apply(model)]
pub struct LoginResponse {
    /// The auth connection the flow belongs to.
    pub id: String,
    /// Whether a person has to sign in or the stored credentials are used.
    pub flow_type: FlowType,
    /// The page where the user signs in.
    pub hosted_url: String,
    /// When the flow ends by itself, 20 minutes after its start.
    pub flow_expires_at: Timestamp,
    /// A code, good for one use, that hands this flow to a page or an app without the API key.
    pub handoff_code: Option<Secret>,
    /// A live view of the browser that signs in. Whoever has it can watch.
    pub live_view_url: Option<Secret>,
}

/// How a flow signs in.
#[apply(string_enum)]
pub enum FlowType {
    /// A person signs in at the hosted page or through submitted fields.
    Login = "LOGIN",
    /// Kernel signs in again by itself, with stored credentials.
    Reauth = "REAUTH",
}

/// Whether a login uses what was learned about a site.
#[apply(string_enum)]
pub enum SkillMode {
    /// Reads and writes it.
    Enabled = "enabled",
    /// Leaves it alone.
    Disabled = "disabled",
}
