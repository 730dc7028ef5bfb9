//! A state of a flow in the API's words: the canonical form of what is asked, and the legacy one.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Flow;
use super::state::State;
use crate::clock;
use crate::edition::Edition;
use crate::script::{Act, Choice, ChoiceType, Field, FieldType, Forms, InputMode, Mfa, Prompt};

/// The fields that a connection and an event have in common; `null` where there is nothing to say.
pub(super) fn details(flow: &Flow, state: &State) -> Map<String, Value> {
    let asked = state.asked.as_ref();
    let (message, prompt) = match asked.map(|asked| &flow.script().step(asked.place).act) {
        Some(Act::Input(prompt)) => (None, Some(prompt)),
        Some(Act::External {
            message, prompt, ..
        }) => (Some(message), Some(prompt)),
        _ => (None, None),
    };
    let forms = flow.script().forms;
    let edition = flow.edition();
    let failure = state.failure.as_ref();
    let links = (!flow.is_over()).then(|| flow.links());

    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("flow_status", json!(state.status.name()));
    put("flow_step", json!(state.step.name()));
    put("flow_type", json!(flow.kind()));
    let interaction = asked.filter(|_| forms != Forms::Legacy && edition.is_newest());
    put(
        "interaction_id",
        json!(interaction.map(|asked| &asked.interaction_id)),
    );
    let rejected = asked.map_or(&[][..], |asked| &asked.rejected);
    let canonical = prompt.filter(|_| forms != Forms::Legacy);
    put("fields", fields(canonical, rejected, edition));
    put("choices", choices(canonical, edition));
    let legacy = prompt.filter(|_| forms != Forms::Canonical);
    put(
        "discovered_fields",
        list(
            legacy
                .iter()
                .flat_map(|prompt| &prompt.fields)
                .map(discovered_field),
        ),
    );
    put("mfa_options", chosen(legacy, is_mfa_option, mfa_option));
    put(
        "sign_in_options",
        chosen(legacy, is_sign_in_option, sign_in_option),
    );
    put(
        "pending_sso_buttons",
        chosen(legacy, is_sso_button, sso_button),
    );
    put("external_action_message", json!(message));
    put("website_error", json!(state.website_error));
    put("error_code", json!(failure.map(|failure| &failure.code)));
    put(
        "error_message",
        json!(failure.map(|failure| &failure.message)),
    );
    put("post_login_url", json!(state.post_login_url));
    let live_view = links.and_then(|links| links.live_view_url.as_ref());
    put("live_view_url", json!(live_view));
    put("hosted_url", json!(links.map(|links| &links.hosted_url)));
    map
}

/// A state as an event of the stream.
pub(super) fn event(state: &State, details: &Map<String, Value>) -> Map<String, Value> {
    let mut event = Map::new();
    event.insert("event".to_owned(), json!("managed_auth_state"));
    event.insert("timestamp".to_owned(), json!(clock::text(state.at)));
    let told = details.iter().filter(|(_, value)| !value.is_null());
    event.extend(told.map(|(name, value)| (name.clone(), value.clone())));
    event
}

/// A list, or `null` for an empty one.
fn list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        Value::Null
    } else {
        Value::Array(items)
    }
}

fn fields(prompt: Option<&Prompt>, rejected: &[usize], edition: Edition) -> Value {
    let fields = prompt.into_iter().flat_map(|prompt| &prompt.fields);
    list(fields.enumerate().map(|(place, field)| {
        let reason = if rejected.contains(&place) {
            "rejected"
        } else {
            "missing"
        };
        canonical_field(field, reason, edition)
    }))
}

fn choices(prompt: Option<&Prompt>, edition: Edition) -> Value {
    let choices = prompt.into_iter().flat_map(|prompt| &prompt.choices);
    list(choices.map(|choice| canonical_choice(choice, edition)))
}

/// The choices of one kind, in their legacy form.
fn chosen(prompt: Option<&Prompt>, kind: fn(&Choice) -> bool, show: fn(&Choice) -> Value) -> Value {
    let choices = prompt.into_iter().flat_map(|prompt| &prompt.choices);
    list(choices.filter(|choice| kind(choice)).map(show))
}

fn canonical_field(field: &Field, reason: &str, edition: Edition) -> Value {
    let mut map = Map::new();
    put(&mut map, "id", Some(&field.id));
    put(&mut map, "ref", Some(&field.reference));
    put(&mut map, "type", Some(field.kind));
    put(&mut map, "label", field.label.as_ref());
    put(&mut map, "required", Some(field.required));
    put(
        &mut map,
        "observed_selector",
        field.observed_selector.as_ref(),
    );
    if edition.is_newest() {
        put(&mut map, "reason", Some(reason));
        put(&mut map, "hint", field.hint.as_ref());
        put(&mut map, "input_mode", field.input_mode);
    }
    Value::Object(map)
}

fn canonical_choice(choice: &Choice, edition: Edition) -> Value {
    let mut map = Map::new();
    put(&mut map, "id", Some(&choice.id));
    put(&mut map, "type", Some(choice.kind));
    put(&mut map, "label", Some(&choice.label));
    put(&mut map, "description", choice.description.as_ref());
    put(
        &mut map,
        "observed_selector",
        choice.observed_selector.as_ref(),
    );
    if edition.is_newest() {
        put(&mut map, "context", choice.context.as_ref());
        put(&mut map, "display_text", choice.display_text.as_ref());
        put(
            &mut map,
            "masked_destination",
            choice.masked_destination.as_ref(),
        );
        put(&mut map, "mfa_type", choice.mfa_type);
    }
    Value::Object(map)
}

/// Puts in what is given.
fn put(map: &mut Map<String, Value>, name: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), json!(value));
    }
}

fn discovered_field(field: &Field) -> Value {
    let kind = match (field.kind, field.input_mode) {
        (FieldType::Password, _) => "password",
        (FieldType::Code, _) => "code",
        (FieldType::TotpCode, _) => "totp",
        (_, Some(InputMode::Email)) => "email",
        (_, Some(InputMode::Tel)) => "tel",
        (_, Some(InputMode::Numeric)) => "number",
        _ => "text",
    };
    let selector = field
        .observed_selector
        .clone()
        .unwrap_or_else(|| format!("input[name=\"{}\"]", field.reference));
    let mut map = Map::new();
    put(&mut map, "name", Some(&field.reference));
    put(&mut map, "type", Some(kind));
    let label = field.label.as_ref().unwrap_or(&field.reference);
    put(&mut map, "label", Some(label));
    put(&mut map, "required", Some(field.required));
    put(&mut map, "selector", Some(selector));
    put(&mut map, "placeholder", field.placeholder.as_ref());
    put(&mut map, "hint", field.hint.as_ref());
    Value::Object(map)
}

/// Whether the legacy form has the choice as an MFA option; it never knew passkeys.
pub(super) fn is_mfa_option(choice: &Choice) -> bool {
    let known = !matches!(choice.mfa_type, None | Some(Mfa::Passkey | Mfa::Other));
    choice.kind == ChoiceType::MfaMethod && known
}

pub(super) fn is_sso_button(choice: &Choice) -> bool {
    choice.kind == ChoiceType::SsoProvider
}

pub(super) fn is_sign_in_option(choice: &Choice) -> bool {
    !matches!(choice.kind, ChoiceType::MfaMethod | ChoiceType::SsoProvider)
}

fn mfa_option(choice: &Choice) -> Value {
    json!({
        "type": choice.mfa_type,
        "label": choice.label,
        "target": choice.masked_destination,
        "description": choice.description,
    })
}

fn sign_in_option(choice: &Choice) -> Value {
    json!({ "id": choice.id, "label": choice.label, "description": choice.description })
}

fn sso_button(choice: &Choice) -> Value {
    json!({ "provider": choice.id, "label": choice.label, "selector": sso_selector(choice) })
}

/// Where the button of a provider is on the page.
pub(super) fn sso_selector(choice: &Choice) -> String {
    choice
        .observed_selector
        .clone()
        .unwrap_or_else(|| format!("xpath=//button[@data-provider='{}']", choice.id))
}
