//! What a flow tells while it runs.

use macro_rules_attribute::apply;

use super::{
    DiscoveredField, FlowStatus, FlowStep, FlowType, LoginErrorCode, ManagedAuthChoice,
    ManagedAuthField, MfaOption, PendingSSOButton, SignInOption,
};
use crate::{ErrorDetail, Secret, Timestamp};

/// How a flow stands, as of a moment.
#[apply(model)]
pub struct ManagedAuthStateEvent {
    /// `managed_auth_state`
    pub event: String,
    /// How the flow stands.
    pub flow_status: FlowStatus,
    /// What the flow is doing.
    pub flow_step: FlowStep,
    /// When.
    pub timestamp: Timestamp,
    /// Choices that wait to be made.
    pub choices: Option<Vec<ManagedAuthChoice>>,
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
    /// How the flow signs in.
    pub flow_type: Option<FlowType>,
    /// The page where the user signs in.
    pub hosted_url: Option<String>,
    /// Names what is being waited for; goes along with what is submitted. New whenever input is wanted.
    pub interaction_id: Option<String>,
    /// A live view of the browser that signs in. Whoever has it can watch.
    pub live_view_url: Option<Secret>,
    /// Ways to receive a code, in the older form. Prefer `choices` when it is there.
    pub mfa_options: Option<Vec<MfaOption>>,
    /// Sign-in providers to choose from, in the older form. Prefer `choices` when it is there.
    pub pending_sso_buttons: Option<Vec<PendingSSOButton>>,
    /// Where the browser was after signing in.
    pub post_login_url: Option<String>,
    /// Accounts or organizations to choose from, in the older form. Prefer `choices` when it is there.
    pub sign_in_options: Option<Vec<SignInOption>>,
    /// What the site itself says went wrong.
    pub website_error: Option<String>,
}

/// The API failed while it told of a flow.
#[apply(model)]
pub struct ErrorEvent {
    /// `error`
    pub event: String,
    /// What went wrong.
    pub error: ErrorModel,
    /// When.
    pub timestamp: Timestamp,
}

/// The API's account of an error.
#[apply(model)]
pub struct ErrorModel {
    /// A code for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Everything that is wrong, when there is more than one thing.
    pub details: Option<Vec<ErrorDetail>>,
    /// What lies beneath.
    pub inner_error: Option<ErrorDetail>,
}

/// A sign of life from the API.
#[apply(model)]
pub struct SSEHeartbeatEvent {
    /// `sse_heartbeat`
    pub event: String,
    /// When.
    pub timestamp: Timestamp,
}

/// What comes while a flow is followed.
#[apply(union)]
pub enum ManagedAuthEvent {
    /// How the flow stands.
    State(ManagedAuthStateEvent) = "managed_auth_state",
    /// The API failed while it told of the flow.
    Error(ErrorEvent) = "error",
    /// A sign of life.
    Heartbeat(SSEHeartbeatEvent) = "sse_heartbeat",
}
