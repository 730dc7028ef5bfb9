//! Where a login wants input, and what a program answers.

use macro_rules_attribute::apply;

use super::{FlowStep, ManagedAuthChoice, ManagedAuthField};
use crate::FieldValues;

/// What a login waits for, in one form whichever the API used.
#[apply(model)]
pub struct InputRequest {
    /// The connection's id.
    pub connection_id: String,
    /// `AWAITING_INPUT`, or `AWAITING_EXTERNAL_ACTION`: then the person must do something elsewhere, and the choices
    /// are what can be done instead.
    pub step: FlowStep,
    /// Fields to fill in.
    pub fields: Vec<ManagedAuthField>,
    /// Choices, of which one can be made.
    pub choices: Vec<ManagedAuthChoice>,
    /// Names what is being waited for; `login_and_wait` sends it along by itself.
    pub interaction_id: Option<String>,
    /// What the person must do elsewhere.
    pub external_action_message: Option<String>,
    /// What the site itself says went wrong, for example that the password is not right.
    pub website_error: Option<String>,
    /// The page where a person can do the same.
    pub hosted_url: Option<String>,
}

/// What a program answers: values of fields, or a choice.
#[apply(params)]
pub struct InputAnswer {
    /// Values by the `id` of their field.
    pub field_values: Option<FieldValues>,
    /// The `id` of a choice.
    pub selected_choice_id: Option<String>,
}
