//! What happened to a connection.

use macro_rules_attribute::apply;

use super::{AuthStatus, LoginErrorCode};
use crate::Timestamp;

/// Which entries of a timeline are listed.
///
/// `GET /auth/connections/{id}/timeline`
#[apply(call_params)]
pub struct ConnectionTimelineParams {
    /// How many a page has: 1 to 100. The API's default is 20.
    pub limit: Option<i64>,
    /// How many to pass over.
    pub offset: Option<i64>,
    /// Those of one kind.
    pub r#type: Option<TimelineType>,
}

/// Something that happened to a connection: a login, a login by itself, or a look at the session.
#[apply(model)]
pub struct ManagedAuthTimelineEvent {
    /// The id of the login or the health check.
    pub id: String,
    /// What came of it.
    pub status: TimelineStatus,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What it was.
    pub r#type: TimelineType,
    /// The browser session, if there was one.
    pub browser_session_id: Option<String>,
    /// When a login was over.
    pub completed_at: Option<Timestamp>,
    /// Why a login failed, for programs.
    pub error_code: Option<LoginErrorCode>,
    /// Why a login failed, for people.
    pub error_message: Option<String>,
    /// Whether the profile was signed in before a health check.
    pub previous_status: Option<AuthStatus>,
    /// The recording of the browser session, if there is one.
    pub replay_id: Option<String>,
    /// How far a login came.
    pub step: Option<TimelineStep>,
    /// Whether telemetry of the browser session was captured.
    pub telemetry_captured: Option<bool>,
    /// When a login last changed.
    pub updated_at: Option<Timestamp>,
    /// What the site itself said went wrong.
    pub website_error: Option<String>,
}

/// What an entry of a timeline is.
#[apply(string_enum)]
pub enum TimelineType {
    /// Somebody's login.
    Login = "login",
    /// A login by Kernel itself.
    Reauth = "reauth",
    /// A look at the session.
    HealthCheck = "health_check",
}

/// What came of an entry of a timeline.
#[apply(string_enum)]
pub enum TimelineStatus {
    /// The login runs.
    InProgress = "IN_PROGRESS",
    /// The login succeeded.
    Success = "SUCCESS",
    /// Nobody finished the login in time.
    Expired = "EXPIRED",
    /// The login was called off.
    Canceled = "CANCELED",
    /// The login failed.
    Failed = "FAILED",
    /// The health check found the profile signed in.
    Authenticated = "AUTHENTICATED",
    /// The health check found that somebody must sign in.
    NeedsAuth = "NEEDS_AUTH",
}

/// How far a login came.
#[apply(string_enum)]
pub enum TimelineStep {
    /// It was set up.
    Initialized = "INITIALIZED",
    /// It looked for the way to sign in.
    Discovering = "DISCOVERING",
    /// It waited for fields or a choice.
    AwaitingInput = "AWAITING_INPUT",
    /// It waited for something to be done elsewhere.
    AwaitingExternalAction = "AWAITING_EXTERNAL_ACTION",
    /// It waited for a person to take over.
    AwaitingHumanIntervention = "AWAITING_HUMAN_INTERVENTION",
    /// It passed on what was submitted.
    Submitting = "SUBMITTING",
    /// It was over.
    Completed = "COMPLETED",
    /// It ran out of time.
    Expired = "EXPIRED",
}
