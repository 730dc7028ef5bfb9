//! Where a login can be seen.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Plan;
use crate::script::FlowType;
use crate::ticket::Ticket;

/// Where a login can be seen, and by what it is known there.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) hosted_url: String,
    pub(crate) live_view_url: Option<String>,
    pub(crate) handoff_code: String,
    pub(crate) browser_session_id: String,
    pub(crate) replay_id: Option<String>,
}

/// What a segment of a path has as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Links {
    pub(super) fn new(base: &str, plan: &Plan<'_>, ticket: Ticket) -> Self {
        let name = ticket.short();
        let handoff_code = ticket.long();
        let id = utf8_percent_encode(plan.connection, SEGMENT);
        let by_hand = plan.kind == FlowType::Login;
        Self {
            hosted_url: format!("{base}/login/{id}?code={handoff_code}"),
            live_view_url: by_hand.then(|| format!("{base}/live/{name}")),
            handoff_code,
            browser_session_id: format!("bs_{name}"),
            replay_id: plan.recorded.then(|| format!("rp_{name}")),
        }
    }
}
