//! A login as data: what a website asks, one step after another.

mod library;
mod prompt;
mod read;

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub(crate) use library::{Library, shipped};
pub(crate) use prompt::{Choice, ChoiceType, Field, FieldType, InputMode, Mfa, Prompt, Reauth};

/// What a login of a connection turns into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FlowType {
    /// Somebody has to log in.
    Login,
    /// Stored credentials are enough.
    Reauth,
}

/// In which forms a prompt is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Forms {
    /// As the API does it today.
    #[default]
    Both,
    Canonical,
    Legacy,
}

/// A script that makes sense.
#[derive(Debug, Deserialize)]
#[serde(try_from = "read::ScriptSpec")]
pub(crate) struct Script {
    pub(crate) forms: Forms,
    /// The type of its flows, whatever is stored.
    pub(crate) login: Option<FlowType>,
    /// Whether its flows end when their time is over.
    pub(crate) expires: bool,
    steps: Vec<Step>,
}

/// One step, and the place of the one after it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) act: Act,
    pub(crate) next: usize,
}

/// What happens in a step.
#[derive(Debug)]
pub(crate) enum Act {
    /// The website is being looked at; without a time, for ever.
    Discover { ms: Option<u64> },
    /// Somebody is asked.
    Input(Prompt),
    /// Somebody has to do something elsewhere; the prompt offers other ways, or nothing.
    External {
        message: String,
        ms: Option<u64>,
        prompt: Prompt,
    },
    /// Signed in.
    Succeed { post_login_url: Option<String> },
    /// It did not work.
    Fail {
        code: String,
        message: Option<String>,
        website_error: Option<String>,
    },
}

impl Script {
    /// The step at a place; past the end it is success.
    pub(crate) fn step(&self, place: usize) -> &Step {
        const SUCCESS: &Step = &Step {
            act: Act::Succeed {
                post_login_url: None,
            },
            next: 0,
        };
        self.steps.get(place).unwrap_or(SUCCESS)
    }

    /// Where its successful flows end up, if it says so.
    pub(crate) fn post_login_url(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match &step.act {
            Act::Succeed { post_login_url } => post_login_url.as_deref(),
            _ => None,
        })
    }

    fn prompts(&self) -> impl Iterator<Item = &Prompt> {
        self.steps.iter().filter_map(|step| match &step.act {
            Act::Input(prompt) => Some(prompt),
            _ => None,
        })
    }

    /// What stored credentials do at a prompt of this script.
    pub(crate) fn reauth(&self, prompt: &Prompt) -> Reauth {
        prompt.reauth.unwrap_or_else(|| {
            let asks = prompt.fields.iter().any(|field| match field.kind {
                FieldType::Code => true,
                FieldType::TotpCode => !self.knows_totp_secret(),
                _ => false,
            });
            if asks { Reauth::Ask } else { Reauth::Pass }
        })
    }

    fn knows_totp_secret(&self) -> bool {
        self.prompts()
            .flat_map(|prompt| &prompt.fields)
            .any(|field| field.kind == FieldType::TotpSecret)
    }

    /// Why stored credentials alone cannot sign in, in the API's words.
    pub(crate) fn needs_person(&self) -> Option<&'static str> {
        let asked = self
            .prompts()
            .find(|prompt| self.reauth(prompt) == Reauth::Ask)
            .map(|prompt| &prompt.fields);
        let totp = |field: &Field| field.kind == FieldType::TotpCode;
        match asked {
            Some(fields) if fields.iter().any(totp) => Some("requires_totp_without_secret"),
            Some(_) => Some("requires_sms_code"),
            None => self
                .steps
                .iter()
                .any(|step| matches!(step.act, Act::External { .. }))
                .then_some("requires_external_action"),
        }
    }
}

/// A script by its name, or itself.
#[derive(Clone, Debug)]
pub(crate) enum ScriptRef {
    Named(String),
    Inline(Arc<Script>),
}

impl ScriptRef {
    pub(crate) fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl<'de> Deserialize<'de> for ScriptRef {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        match Value::deserialize(value)? {
            Value::String(name) => Ok(Self::Named(name)),
            script => Script::deserialize(script)
                .map(|script| Self::Inline(Arc::new(script)))
                .map_err(|error| serde::de::Error::custom(format!("this is no script: {error}"))),
        }
    }
}
