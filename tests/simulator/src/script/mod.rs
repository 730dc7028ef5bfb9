//! A login as data: what a website asks, one step after another.

mod library;
mod prompt;

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

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
#[serde(try_from = "ScriptSpec")]
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

/// A script as somebody writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptSpec {
    /// For readers of the file.
    #[serde(default, rename = "about")]
    _about: String,
    #[serde(default)]
    forms: Forms,
    login: Option<FlowType>,
    #[serde(default = "yes")]
    expires: bool,
    steps: Vec<StepSpec>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepSpec {
    name: Option<String>,
    then: Option<String>,
    discover: Option<DiscoverSpec>,
    input: Option<Prompt>,
    external: Option<ExternalSpec>,
    succeed: Option<SucceedSpec>,
    fail: Option<FailSpec>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DiscoverSpec {
    ms: Option<u64>,
}

impl Default for DiscoverSpec {
    fn default() -> Self {
        Self { ms: Some(600) }
    }
}

/// The fields of a prompt and two more.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
struct ExternalSpec {
    message: String,
    ms: Option<u64>,
    prompt: Prompt,
}

impl TryFrom<Map<String, Value>> for ExternalSpec {
    type Error = String;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, String> {
        let Some(Value::String(message)) = fields.remove("message") else {
            return Err("external needs a message".to_owned());
        };
        let ms = fields.remove("ms").unwrap_or_default();
        let prompt = serde_json::from_value(Value::Object(fields));
        Ok(Self {
            message,
            ms: serde_json::from_value(ms).map_err(|error| format!("ms: {error}"))?,
            prompt: prompt.map_err(|error| error.to_string())?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SucceedSpec {
    post_login_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailSpec {
    code: String,
    message: Option<String>,
    website_error: Option<String>,
}

impl TryFrom<ScriptSpec> for Script {
    type Error = String;

    fn try_from(spec: ScriptSpec) -> Result<Self, String> {
        let mut places = HashMap::new();
        for (place, step) in spec.steps.iter().enumerate() {
            if let Some(name) = &step.name
                && places.insert(name.clone(), place).is_some()
            {
                return Err(format!("two steps have the name {name:?}"));
            }
        }
        let steps = spec
            .steps
            .into_iter()
            .enumerate()
            .map(|(place, step)| {
                let name = step
                    .name
                    .clone()
                    .unwrap_or_else(|| format!("number {}", place + 1));
                step.make(place, &places)
                    .map_err(|error| format!("step {name}: {error}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            forms: spec.forms,
            login: spec.login,
            expires: spec.expires,
            steps,
        })
    }
}

impl StepSpec {
    fn make(self, place: usize, places: &HashMap<String, usize>) -> Result<Step, String> {
        let find = |name: &str| {
            places
                .get(name)
                .copied()
                .ok_or_else(|| format!("there is no step {name:?} to go to"))
        };
        let next = self.then.as_deref().map_or(Ok(place + 1), find)?;
        let acts = [
            self.discover
                .map(|discover| Act::Discover { ms: discover.ms }),
            self.input.map(Act::Input),
            self.external.map(|external| Act::External {
                message: external.message,
                ms: external.ms,
                prompt: external.prompt,
            }),
            self.succeed.map(|succeed| Act::Succeed {
                post_login_url: succeed.post_login_url,
            }),
            self.fail.map(|fail| Act::Fail {
                code: fail.code,
                message: fail.message,
                website_error: fail.website_error,
            }),
        ];
        let mut acts = acts.into_iter().flatten();
        let (Some(mut act), None) = (acts.next(), acts.next()) else {
            return Err("it must be one of discover, input, external, succeed and fail".to_owned());
        };
        match &mut act {
            Act::Input(prompt) if prompt.is_empty() => {
                return Err("an input needs fields or choices".to_owned());
            }
            Act::Input(prompt) | Act::External { prompt, .. } => prompt.settle(next, find)?,
            Act::Succeed { .. } | Act::Fail { .. } if self.then.is_some() => {
                return Err("nothing comes after the end, so it has no then".to_owned());
            }
            _ => {}
        }
        Ok(Step { act, next })
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
