//! Scripts as somebody writes them, and which of those make sense.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Act, FlowType, Forms, Prompt, Script, Step};

/// A script as somebody writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptSpec {
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

pub(super) fn yes() -> bool {
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
