//! Scenario files.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::expectation::Expect;

/// One file.
#[derive(Clone, Debug)]
pub struct File {
    /// The file's stem.
    pub name: String,
    raw: Value,
    parsed: Scenario,
}

/// What a file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The situation and what must hold, in one sentence.
    pub about: String,
    /// Variables set before the client is made.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// How the simulator behaves.
    #[serde(default)]
    pub world: Map<String, Value>,
    /// The client's options.
    #[serde(default)]
    pub client: Map<String, Value>,
    /// Options of a copy that makes the call.
    pub with_options: Option<Map<String, Value>>,
    /// The call; without one the client is only made.
    pub call: Option<Call>,
    /// How often the call is made.
    #[serde(default = "once")]
    pub repeat: u32,
    /// When the call is cancelled.
    pub cancel: Option<Cancel>,
    /// What must hold.
    pub expect: Expect,
    /// What a typed language proves at compile time instead.
    #[serde(rename = "static")]
    pub compile_time: Option<CompileTime>,
    /// What replaces the wrong part of a compile-time scenario.
    pub good: Option<Good>,
}

/// A call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The method's path, such as `auth.connections.login`.
    pub method: String,
    /// Its arguments by name.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// Options of this call.
    #[serde(default)]
    pub options: Map<String, Value>,
}

/// When a call is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancel {
    /// Once the simulator has the request.
    InFlight,
    /// Once the simulator has answered it.
    InBackoff,
}

/// What a compiler can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompileTime {
    /// A value of the wrong type, an unknown name.
    Types,
}

/// The right parts of a compile-time scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Good {
    /// Client options that compile.
    pub client: Option<Map<String, Value>>,
    /// A call that compiles.
    pub call: Option<Call>,
}

fn once() -> u32 {
    1
}

/// Reads every scenario of a folder, in the order of their names.
///
/// # Errors
/// When the folder cannot be read or a file is not a scenario.
pub fn load(folder: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let file = File::read(&path).with_context(|| path.display().to_string())?;
        files.push(file);
    }
    ensure!(!files.is_empty(), "{} has no scenarios", folder.display());
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let name = match (
            path.file_stem().and_then(|stem| stem.to_str()),
            path.extension(),
        ) {
            (Some(stem), Some(extension)) if extension == "json" => stem.to_owned(),
            _ => bail!("scenarios are .json files"),
        };
        let text = std::fs::read_to_string(path)?;
        Self::parse(&name, &text)
    }

    /// A scenario from the text of a file.
    ///
    /// # Errors
    /// When the text is not a scenario.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let parsed: Scenario = serde_json::from_str(text)?;
        parsed.check()?;
        Ok(Self {
            name: name.to_owned(),
            raw: serde_json::from_str(text)?,
            parsed,
        })
    }

    /// What the file says, its variables as they are.
    #[must_use]
    pub fn parsed(&self) -> &Scenario {
        &self.parsed
    }

    /// Whether a text somewhere names the variable.
    #[must_use]
    pub fn uses(&self, variable: &str) -> bool {
        self.raw.to_string().contains(&format!("${{{variable}}}"))
    }

    /// What the file says, its variables replaced.
    ///
    /// # Errors
    /// When a replaced value does not fit.
    pub fn scenario(&self, variables: &BTreeMap<&str, String>) -> Result<Scenario> {
        Ok(serde_json::from_value(replaced(&self.raw, variables))?)
    }
}

fn replaced(value: &Value, variables: &BTreeMap<&str, String>) -> Value {
    match value {
        Value::String(text) => {
            let text = variables.iter().fold(text.clone(), |text, (name, value)| {
                text.replace(&format!("${{{name}}}"), value)
            });
            Value::String(text)
        }
        Value::Array(items) => items.iter().map(|item| replaced(item, variables)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), replaced(value, variables)))
            .collect(),
        other => other.clone(),
    }
}

impl Scenario {
    /// Whether things go wrong in it for the caller.
    #[must_use]
    pub fn is_unhappy(&self) -> bool {
        self.expect.error.is_some() || self.expect.cancelled
    }

    fn check(&self) -> Result<()> {
        ensure!(self.about.ends_with('.'), "`about` is a sentence");
        ensure!(self.repeat > 0, "`repeat` is at least 1");
        ensure!(
            self.repeat == 1 || self.call.is_some(),
            "`repeat` needs a `call`"
        );
        ensure!(
            self.cancel.is_none()
                || (self.call.is_some() && self.env.is_empty() && self.repeat == 1),
            "`cancel` goes with one call, and without `env`"
        );
        ensure!(
            self.cancel.is_some() == self.expect.cancelled,
            "`cancel` and `expect.cancelled` go together"
        );
        match (&self.compile_time, &self.good) {
            (None, None) => {}
            (Some(CompileTime::Types), Some(good)) => {
                ensure!(
                    good.client.is_some() != good.call.is_some(),
                    "`good` replaces the client or the call"
                );
                ensure!(
                    self.is_unhappy() && self.call.is_some(),
                    "`static` is a call that fails"
                );
                ensure!(
                    self.world.is_empty() && self.env.is_empty(),
                    "`static` needs no world and no environment"
                );
            }
            _ => bail!("`static` and `good` go together"),
        }
        self.expect.check(self.call.is_some())
    }
}
