//! One state of a flow.

use jiff::Timestamp;

use super::failure::Failure;

/// How a flow is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowStatus {
    InProgress,
    Success,
    Failed,
    Expired,
    Canceled,
}

/// What a flow is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowStep {
    Discovering,
    AwaitingInput,
    AwaitingExternalAction,
    Submitting,
    Completed,
}

impl FlowStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Canceled => "CANCELED",
        }
    }
}

impl FlowStep {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Discovering => "DISCOVERING",
            Self::AwaitingInput => "AWAITING_INPUT",
            Self::AwaitingExternalAction => "AWAITING_EXTERNAL_ACTION",
            Self::Submitting => "SUBMITTING",
            Self::Completed => "COMPLETED",
        }
    }
}

/// One state of a flow.
#[derive(Debug)]
pub(super) struct State {
    /// When it came to be.
    pub(super) at: Timestamp,
    pub(super) status: FlowStatus,
    pub(super) step: FlowStep,
    pub(super) asked: Option<Asked>,
    pub(super) website_error: Option<String>,
    pub(super) failure: Option<Failure>,
    pub(super) post_login_url: Option<String>,
}

/// What a state asks somebody.
#[derive(Debug)]
pub(super) struct Asked {
    /// The place of the step in the script.
    pub(super) place: usize,
    pub(super) interaction_id: String,
    /// The fields whose last value was wrong.
    pub(super) rejected: Vec<usize>,
}

impl State {
    /// A state in which nobody is asked anything.
    pub(super) fn plain(step: FlowStep, at: Timestamp) -> Self {
        Self {
            at,
            status: FlowStatus::InProgress,
            step,
            asked: None,
            website_error: None,
            failure: None,
            post_login_url: None,
        }
    }
}
