//! What a flow shows of itself, brought into one form; and answers, brought into the form that the API used.

use crate::models::{
    ChoiceType, ConnectionSubmitParams, DiscoveredField, DiscoveredFieldType, FieldReason,
    FieldType, FlowStatus, FlowStep, InputAnswer, InputMode, InputRequest, LoginErrorCode,
    ManagedAuth, ManagedAuthChoice, ManagedAuthField, ManagedAuthStateEvent, MfaOption,
    PendingSSOButton, SignInOption,
};
use crate::{Error, Extra};

/// What an event and a connection both say of a flow.
#[derive(Default)]
pub(super) struct View {
    pub(super) flow_status: Option<FlowStatus>,
    pub(super) flow_step: Option<FlowStep>,
    pub(super) error_code: Option<LoginErrorCode>,
    pub(super) error_message: Option<String>,
    pub(super) website_error: Option<String>,
    interaction_id: Option<String>,
    fields: Option<Vec<ManagedAuthField>>,
    choices: Option<Vec<ManagedAuthChoice>>,
    discovered_fields: Option<Vec<DiscoveredField>>,
    mfa_options: Option<Vec<MfaOption>>,
    pending_sso_buttons: Option<Vec<PendingSSOButton>>,
    sign_in_options: Option<Vec<SignInOption>>,
    external_action_message: Option<String>,
    hosted_url: Option<String>,
}

macro_rules! view {
    ($from:ident, $state:ident => $status:expr, $step:expr) => {
        impl From<$from> for View {
            fn from($state: $from) -> Self {
                Self {
                    flow_status: $status,
                    flow_step: $step,
                    error_code: $state.error_code,
                    error_message: $state.error_message,
                    website_error: $state.website_error,
                    interaction_id: $state.interaction_id,
                    fields: $state.fields,
                    choices: $state.choices,
                    discovered_fields: $state.discovered_fields,
                    mfa_options: $state.mfa_options,
                    pending_sso_buttons: $state.pending_sso_buttons,
                    sign_in_options: $state.sign_in_options,
                    external_action_message: $state.external_action_message,
                    hosted_url: $state.hosted_url,
                }
            }
        }
    };
}

view!(ManagedAuthStateEvent, state => Some(state.flow_status), Some(state.flow_step));
view!(ManagedAuth, state => state.flow_status, state.flow_step);

/// A point where input is wanted.
pub(super) struct Prompt {
    pub(super) request: InputRequest,
    is_canonical: bool,
}

impl View {
    /// The input that is wanted, if any is.
    pub(super) fn prompt(self, connection_id: &str) -> Option<Prompt> {
        let step = self.flow_step.filter(|step| {
            matches!(
                step,
                FlowStep::AwaitingInput | FlowStep::AwaitingExternalAction
            )
        })?;
        let is_some = |list: Option<usize>| list.is_some_and(|length| length > 0);
        let is_canonical = is_some(self.fields.as_ref().map(Vec::len))
            || is_some(self.choices.as_ref().map(Vec::len));
        let (fields, choices) = if is_canonical {
            (
                self.fields.unwrap_or_default(),
                self.choices.unwrap_or_default(),
            )
        } else {
            let rejected = self.website_error.is_some();
            let fields = self.discovered_fields.into_iter().flatten();
            let mfa = self.mfa_options.into_iter().flatten().map(of_mfa);
            let sso = self.pending_sso_buttons.into_iter().flatten().map(of_sso);
            let other = self.sign_in_options.into_iter().flatten().map(of_sign_in);
            (
                fields.map(|field| of_field(field, rejected)).collect(),
                mfa.chain(sso).chain(other).collect(),
            )
        };
        Some(Prompt {
            request: InputRequest {
                connection_id: connection_id.to_owned(),
                step,
                fields,
                choices,
                interaction_id: self.interaction_id,
                external_action_message: self.external_action_message,
                website_error: self.website_error,
                hosted_url: self.hosted_url,
                extra: Extra::default(),
            },
            is_canonical,
        })
    }
}

impl Prompt {
    /// Whether both ask for the same, once.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (own, other) = (&self.request, &other.request);
        match (&own.interaction_id, &other.interaction_id) {
            (Some(own), Some(other)) => own == other,
            // What surrounds it differs between an event and the connection.
            _ => {
                own.step == other.step
                    && own.fields == other.fields
                    && own.choices == other.choices
                    && own.website_error == other.website_error
            }
        }
    }

    /// Whether the API names each time it asks, so that the same name means the same time.
    pub(super) fn is_named(&self) -> bool {
        self.request.interaction_id.is_some()
    }

    /// What to submit for an answer.
    pub(super) fn submission(&self, answer: InputAnswer) -> Result<ConnectionSubmitParams, Error> {
        let InputAnswer {
            field_values,
            selected_choice_id,
        } = answer;
        let field_values = field_values.filter(|values| !values.is_empty());
        for name in field_values.iter().flat_map(crate::FieldValues::names) {
            let known = self.request.fields.iter().map(|field| field.id.as_str());
            if !known.clone().any(|id| id == name) {
                return Err(unknown("field_values", name, known));
            }
        }
        let choice = match &selected_choice_id {
            None => None,
            Some(id) => {
                let known = self.request.choices.iter();
                let found = known.clone().find(|choice| choice.id == *id);
                let ids = known.map(|choice| choice.id.as_str());
                Some(found.ok_or_else(|| unknown("selected_choice_id", id, ids))?)
            }
        };
        if field_values.is_none() && choice.is_none() {
            return Err(Error::invalid_argument(
                "field_values",
                "An answer must have `field_values` or a `selected_choice_id`; to submit nothing, give no answer.",
            ));
        }
        let mut params = ConnectionSubmitParams::default();
        if self.is_canonical {
            params.field_values = field_values;
            params.selected_choice_id = selected_choice_id;
            params
                .interaction_id
                .clone_from(&self.request.interaction_id);
            return Ok(params);
        }
        params.fields = field_values;
        match choice.map(|choice| &choice.r#type) {
            Some(ChoiceType::MfaMethod) => params.mfa_option_id = selected_choice_id,
            Some(ChoiceType::SsoProvider) => params.sso_button_selector = selected_choice_id,
            _ => params.sign_in_option_id = selected_choice_id,
        }
        Ok(params)
    }
}

fn unknown<'a>(argument: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<String> = known.map(|id| format!("{id:?}")).collect();
    let known = match known.as_slice() {
        [] => "there is none".to_owned(),
        known => format!("there is {}", known.join(", ")),
    };
    Error::invalid_argument(
        argument,
        format!("`{argument}`: {name:?} is not what the login asks for; {known}."),
    )
}

fn of_field(field: DiscoveredField, rejected: bool) -> ManagedAuthField {
    let (holds, input_mode) = match &field.r#type {
        DiscoveredFieldType::Password => (FieldType::Password, None),
        DiscoveredFieldType::Code => (FieldType::Code, Some(InputMode::Numeric)),
        DiscoveredFieldType::Totp => (FieldType::TotpCode, Some(InputMode::Numeric)),
        DiscoveredFieldType::Email => (FieldType::Identifier, Some(InputMode::Email)),
        DiscoveredFieldType::Tel => (FieldType::Identifier, Some(InputMode::Tel)),
        DiscoveredFieldType::Number => (FieldType::Text, Some(InputMode::Numeric)),
        _ => (FieldType::Text, None),
    };
    ManagedAuthField {
        id: field.name.clone(),
        r#ref: field.name,
        r#type: holds,
        reason: Some(if rejected {
            FieldReason::Rejected
        } else {
            FieldReason::Missing
        }),
        hint: field.hint.or(field.placeholder),
        input_mode,
        label: Some(field.label),
        observed_selector: Some(field.selector),
        required: field.required,
        extra: field.extra,
    }
}

fn choice(id: String, label: String, r#type: ChoiceType, extra: Extra) -> ManagedAuthChoice {
    ManagedAuthChoice {
        id,
        label,
        r#type,
        context: None,
        description: None,
        display_text: None,
        masked_destination: None,
        mfa_type: None,
        observed_selector: None,
        extra,
    }
}

fn of_mfa(option: MfaOption) -> ManagedAuthChoice {
    let id = option.r#type.as_str().to_owned();
    ManagedAuthChoice {
        description: option.description,
        masked_destination: option.target,
        mfa_type: Some(option.r#type),
        ..choice(id, option.label, ChoiceType::MfaMethod, option.extra)
    }
}

fn of_sso(button: PendingSSOButton) -> ManagedAuthChoice {
    ManagedAuthChoice {
        description: Some(button.provider),
        observed_selector: Some(button.selector.clone()),
        ..choice(
            button.selector,
            button.label,
            ChoiceType::SsoProvider,
            button.extra,
        )
    }
}

fn of_sign_in(option: SignInOption) -> ManagedAuthChoice {
    ManagedAuthChoice {
        description: option.description,
        ..choice(option.id, option.label, ChoiceType::Account, option.extra)
    }
}
