//! What somebody is asked in a step, and which answers are right.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// One point where somebody is asked.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Prompt {
    pub(crate) fields: Vec<Field>,
    pub(crate) choices: Vec<Choice>,
    /// What the website says from the start.
    pub(crate) website_error: Option<String>,
    /// What the website says after a wrong answer.
    pub(crate) rejected: String,
    /// So many answers are wrong, whatever they are.
    pub(crate) reject_first: u32,
    /// So many wrong answers end the flow.
    pub(crate) attempts: Option<u32>,
    pub(crate) submitting_ms: u64,
    /// What stored credentials do here; by default it follows from the fields.
    pub(crate) reauth: Option<Reauth>,
}

impl Default for Prompt {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            choices: Vec::new(),
            website_error: None,
            rejected: "That was not right. Please try again.".to_owned(),
            reject_first: 0,
            attempts: None,
            submitting_ms: 600,
            reauth: None,
        }
    }
}

/// What stored credentials do at a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reauth {
    /// They are the right answer.
    Pass,
    /// They do not help: somebody is asked.
    Ask,
    /// The website refuses them.
    Reject,
}

/// A value that is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) id: String,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    #[serde(rename = "type")]
    pub(crate) kind: FieldType,
    pub(crate) label: Option<String>,
    #[serde(default = "super::read::yes")]
    pub(crate) required: bool,
    pub(crate) hint: Option<String>,
    pub(crate) input_mode: Option<InputMode>,
    pub(crate) observed_selector: Option<String>,
    pub(crate) placeholder: Option<String>,
    #[serde(default)]
    pub(crate) accept: Accept,
}

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldType {
    Identifier,
    Password,
    Code,
    TotpCode,
    TotpSecret,
    Text,
}

/// Which keyboard suits a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InputMode {
    Text,
    Email,
    Tel,
    Numeric,
}

/// Which values are right.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged, expecting = "accept must be a text or a list of texts")]
pub(crate) enum Accept {
    #[default]
    Anything,
    One(String),
    Any(Vec<String>),
}

impl Accept {
    pub(crate) fn holds(&self, value: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::One(right) => right == value,
            Self::Any(right) => right.iter().any(|right| right == value),
        }
    }
}

/// One of several ways to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: ChoiceType,
    pub(crate) label: String,
    pub(crate) description: Option<String>,
    pub(crate) observed_selector: Option<String>,
    pub(crate) context: Option<String>,
    pub(crate) display_text: Option<String>,
    pub(crate) masked_destination: Option<String>,
    pub(crate) mfa_type: Option<Mfa>,
    then: Option<String>,
    /// The place of the step that follows.
    #[serde(skip)]
    pub(crate) next: usize,
}

/// What a choice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChoiceType {
    MfaMethod,
    SsoProvider,
    SignInMethod,
    AuthMethod,
    IdentifierMethod,
    Account,
    Other,
}

/// How a second factor arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mfa {
    Sms,
    Call,
    Email,
    Totp,
    Push,
    Password,
    Passkey,
    Switch,
    Other,
}

impl Prompt {
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.choices.is_empty()
    }

    /// Checks the prompt and finds the places its choices lead to; `next` where a choice does not say.
    pub(super) fn settle(
        &mut self,
        next: usize,
        find: impl Fn(&str) -> Result<usize, String>,
    ) -> Result<(), String> {
        if self.attempts == Some(0) {
            return Err("attempts must be at least 1".to_owned());
        }
        let fields = self.fields.iter();
        unique("fields have the id", fields.clone().map(|field| &field.id))?;
        unique("fields have the ref", fields.map(|field| &field.reference))?;
        let choices = self.choices.iter();
        unique("choices have the id", choices.map(|choice| &choice.id))?;
        for choice in &mut self.choices {
            if choice.kind == ChoiceType::MfaMethod && choice.mfa_type.is_none() {
                let id = &choice.id;
                return Err(format!("choice {id}: an mfa_method needs its mfa_type"));
            }
            choice.next = choice.then.as_deref().map_or(Ok(next), &find)?;
        }
        Ok(())
    }
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("two {what} {name:?}"));
        }
    }
    Ok(())
}
