//! Auth connections: what they are made of, changed by and found by, and what the API tells of them.

use macro_rules_attribute::apply;

use super::{
    Browser, BrowserTelemetry, BrowserTelemetryConfig, CredentialReference, DiscoveredField,
    FlowStatus, FlowStep, FlowType, LoginErrorCode, ManagedAuthBrowserConfig, ManagedAuthChoice,
    ManagedAuthCredential, ManagedAuthField, MfaOption, PendingSSOButton, Proxy, SignInOption,
};
use crate::{Secret, Timestamp};

/// A new auth connection.
///
/// `POST /auth/connections`
#[apply(call_params)]
pub struct ConnectionCreateParams {
    /// The site to stay signed in to, for example `example.com`.
    pub domain: String,
    /// The profile that stays signed in; it is made when there is none of this name.
    pub profile_name: String,
    /// Further hosts, subdomains included, where credentials may be entered; none means anywhere. The common
    /// sign-in providers are always allowed.
    pub allowed_domains: Option<Vec<String>>,
    /// Whether Kernel may sign in again by itself when a health check finds the session gone. Needs
    /// `health_checks`. The API's default is true.
    pub auto_reauth: Option<bool>,
    /// The browser that logins, reauthentications and health checks run in.
    pub browser: Option<Browser>,
    /// Telemetry of the browser sessions; null is passed on as null. Deprecated by the API in favour of
    /// `browser.telemetry`.
    pub browser_telemetry: Option<Option<BrowserTelemetry>>,
    /// Stored credentials to sign in with.
    pub credential: Option<CredentialReference>,
    /// Seconds between health checks, up to 86400. The API's default is 3600, the least depends on the plan.
    pub health_check_interval: Option<i64>,
    /// Whether the session is checked from time to time. The API's default is true.
    pub health_checks: Option<bool>,
    /// The page where signing in begins; without it, Kernel looks for it.
    pub login_url: Option<String>,
    /// The proxy that logins go through. Deprecated by the API in favour of `browser.proxy`.
    pub proxy: Option<Proxy>,
    /// Whether browser sessions are recorded for replay. The API's default is false.
    pub record_session: Option<bool>,
    /// Whether credentials are kept after a successful login; one-time codes never are. The API's default is true.
    pub save_credentials: Option<bool>,
}

/// Changes of an auth connection. What is left out stays as it is; null is passed on as null.
///
/// `PATCH /auth/connections/{id}`
#[apply(call_params)]
pub struct ConnectionUpdateParams {
    /// Further hosts where credentials may be entered, in place of those there are; an empty list allows any.
    pub allowed_domains: Option<Option<Vec<String>>>,
    /// Whether Kernel may sign in again by itself.
    pub auto_reauth: Option<Option<bool>>,
    /// The browser of later sessions; what is left out of it stays as it is.
    pub browser: Option<Option<Browser>>,
    /// Telemetry of later sessions. Deprecated by the API in favour of
    /// `browser.telemetry`.
    pub browser_telemetry: Option<Option<BrowserTelemetry>>,
    /// Stored credentials to sign in with.
    pub credential: Option<Option<CredentialReference>>,
    /// Seconds between health checks.
    pub health_check_interval: Option<Option<i64>>,
    /// Whether the session is checked from time to time.
    pub health_checks: Option<Option<bool>>,
    /// The page where signing in begins; an empty text forgets it.
    pub login_url: Option<Option<String>>,
    /// The proxy that logins go through. Deprecated by the API in favour of `browser.proxy`.
    pub proxy: Option<Option<Proxy>>,
    /// Whether browser sessions are recorded for replay.
    pub record_session: Option<Option<bool>>,
    /// Whether credentials are kept after a successful login.
    pub save_credentials: Option<Option<bool>>,
}

/// Which auth connections are listed.
///
/// `GET /auth/connections`
#[apply(call_params)]
pub struct ConnectionListParams {
    /// Those of this site.
    pub domain: Option<String>,
    /// How many a page has: 1 to 100. The API's default is 20.
    pub limit: Option<i64>,
    /// How many to pass over.
    pub offset: Option<i64>,
    /// Those of this profile.
    pub profile_name: Option<String>,
    /// Those with this text in their id, site or profile.
    pub query: Option<String>,
}

/// An auth connection: a profile, a site, and how the one stays signed in to the other.
///
/// What belongs to a flow tells of the latest login, and is not there before the first.
#[apply(model)]
pub struct ManagedAuth {
    /// The connection's id.
    pub id: String,
    /// The site.
    pub domain: String,
    /// The profile.
    pub profile_name: String,
    /// Whether browser sessions are recorded for replay, unless a login says otherwise.
    pub record_session: bool,
    /// Whether credentials are kept after a successful login.
    pub save_credentials: bool,
    /// Whether the profile was signed in when last looked at.
    pub status: AuthStatus,
    /// Further hosts where credentials may be entered.
    pub allowed_domains: Option<Vec<String>>,
    /// Whether Kernel may sign in again by itself.
    pub auto_reauth: Option<bool>,
    /// The browser that logins run in.
    pub browser: Option<ManagedAuthBrowserConfig>,
    /// The browser session that signs in, while a flow runs.
    pub browser_session_id: Option<String>,
    /// Telemetry of the browser sessions. Deprecated by the API in favour of `browser.telemetry`.
    pub browser_telemetry: Option<BrowserTelemetryConfig>,
    /// Whether what is stored could be enough to sign in again without a person.
    pub can_reauth: Option<bool>,
    /// Why, or why not.
    pub can_reauth_reason: Option<CanReauthReason>,
    /// Choices that wait to be made.
    pub choices: Option<Vec<ManagedAuthChoice>>,
    /// Stored credentials to sign in with.
    pub credential: Option<ManagedAuthCredential>,
    /// Fields that wait to be filled in, in the older form. Prefer `fields` when it is there.
    pub discovered_fields: Option<Vec<DiscoveredField>>,
    /// Why the flow failed, for programs.
    pub error_code: Option<LoginErrorCode>,
    /// Why the flow failed, for people.
    pub error_message: Option<String>,
    /// What the person must do elsewhere.
    pub external_action_message: Option<String>,
    /// Fields that wait to be filled in.
    pub fields: Option<Vec<ManagedAuthField>>,
    /// When the flow ends by itself.
    pub flow_expires_at: Option<Timestamp>,
    /// How the flow stands.
    pub flow_status: Option<FlowStatus>,
    /// What the flow is doing.
    pub flow_step: Option<FlowStep>,
    /// How the flow signs in.
    pub flow_type: Option<FlowType>,
    /// Seconds between health checks.
    pub health_check_interval: Option<i64>,
    /// Why health checks cannot tell whether the profile is signed in.
    pub health_check_unavailable_reason: Option<HealthCheckUnavailableReason>,
    /// Whether the session is checked from time to time.
    pub health_checks: Option<bool>,
    /// The page where the user signs in, while a flow runs.
    pub hosted_url: Option<String>,
    /// Names what is being waited for; goes along with what is submitted. New whenever input is wanted.
    pub interaction_id: Option<String>,
    /// Deprecated by the API in favour of `last_auth_check_at`, which it equals.
    pub last_auth_at: Option<Timestamp>,
    /// When the session was last checked, whatever came of it.
    pub last_auth_check_at: Option<Timestamp>,
    /// A live view of the browser that signs in. Whoever has it can watch.
    pub live_view_url: Option<Secret>,
    /// The page where signing in begins.
    pub login_url: Option<String>,
    /// Ways to receive a code, in the older form. Prefer `choices` when it is there.
    pub mfa_options: Option<Vec<MfaOption>>,
    /// Sign-in providers to choose from, in the older form. Prefer `choices` when it is there.
    pub pending_sso_buttons: Option<Vec<PendingSSOButton>>,
    /// Where the browser was after signing in.
    pub post_login_url: Option<String>,
    /// The proxy's id. Deprecated by the API in favour of `browser.proxy`.
    pub proxy_id: Option<String>,
    /// Accounts or organizations to choose from, in the older form. Prefer `choices` when it is there.
    pub sign_in_options: Option<Vec<SignInOption>>,
    /// The sign-in provider in use.
    pub sso_provider: Option<String>,
    /// What the site itself says went wrong, for example that the password is not right.
    pub website_error: Option<String>,
}

/// Whether a profile was signed in when last looked at.
#[apply(string_enum)]
pub enum AuthStatus {
    /// It was.
    Authenticated = "AUTHENTICATED",
    /// Somebody must sign in.
    NeedsAuth = "NEEDS_AUTH",
}

/// Why a connection can, or cannot, sign in again without a person.
#[apply(string_enum)]
pub enum CanReauthReason {
    /// It can: an external provider has the credentials.
    ExternalCredential = "external_credential",
    /// It can: the agent has stored credentials.
    CuaHasCredential = "cua_has_credential",
    /// It can: Kernel has the credentials.
    HasCredential = "has_credential",
    /// It can: a known way of signing in can be repeated.
    ViablePlansFound = "viable_plans_found",
    /// It can: nothing is known to be missing.
    NoRequirementsRecorded = "no_requirements_recorded",
    /// It can: only a code is needed, and its secret is stored.
    TotpReauthAllowed = "totp_reauth_allowed",
    /// It may: a code was needed before, and may not be again.
    OptimisticTotpAttempt = "optimistic_totp_attempt",
    /// It can: what is needed is there.
    RequirementsSatisfiable = "requirements_satisfiable",
    /// It cannot: nobody ever signed in.
    NoPriorSuccessfulLogin = "no_prior_successful_login",
    /// It cannot: there are no credentials.
    NoCredential = "no_credential",
    /// It cannot: no known way of signing in can be repeated.
    NoViablePlans = "no_viable_plans",
    /// It cannot: every known way needs something done elsewhere.
    ViablePlansRequireExternalAction = "viable_plans_require_external_action",
    /// It cannot: something must be done elsewhere.
    RequiresExternalAction = "requires_external_action",
    /// It cannot: a code is needed, and its secret is not stored.
    RequiresTotpWithoutSecret = "requires_totp_without_secret",
    /// It cannot: a code comes by text message.
    RequiresSmsCode = "requires_sms_code",
    /// It cannot: a code comes by e-mail.
    RequiresEmailCode = "requires_email_code",
    /// It cannot: a field or a choice needs the person.
    RequiresCustomerInput = "requires_customer_input",
}

/// Why health checks cannot tell whether a profile is signed in.
#[apply(string_enum)]
pub enum HealthCheckUnavailableReason {
    /// There is no page to look at.
    NoAuthCheckUrl = "no_auth_check_url",
}
