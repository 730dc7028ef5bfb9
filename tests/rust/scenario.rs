//! Scenario files.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::expectation::Expect;
use crate::matcher::field;

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
    /// What happens before the call.
    #[serde(default)]
    pub before: Vec<Step>,
    /// The exchange that gives the session that makes the call.
    pub session: Option<Call>,
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
    /// What becomes of an answer that comes in pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collect: Option<Collect>,
    /// After how many items iterating is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<usize>,
    /// What the input handler does, one entry for each time it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Vec<Value>>,
    /// What the login handler does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_login: Option<Value>,
}

/// What becomes of an answer that comes in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Collect {
    /// The first page is the answer.
    Page,
    /// Every item of every page.
    Items,
    /// Every page.
    Pages,
}

/// Something that happens before the call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Step {
    /// It happens to the world.
    Control(Change),
    /// A call that sets the stage.
    Call(Box<Call>),
}

/// Something that happens to the world.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// By the part of the world it is sent to.
    #[serde(rename = "$control")]
    pub parts: Map<String, Value>,
}

/// When a call is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancel {
    /// Once the simulator has the request.
    InFlight,
    /// Once the simulator has answered it.
    InBackoff,
    /// Once the simulator has so many requests.
    Requests(u64),
    /// Once the simulator has answered so many requests.
    Completed(u64),
    /// Once so many items were delivered.
    Items(usize),
    /// Once the input handler was called so often.
    Inputs(usize),
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

    /// Whether a text stands somewhere in what happens, apart from what is expected.
    #[must_use]
    pub fn tells(&self, text: &str) -> bool {
        let parts = self.raw.as_object().into_iter().flatten();
        let mut told = parts.filter(|(name, _)| *name != "expect" && *name != "about");
        told.any(|(_, part)| part.to_string().contains(text))
    }

    /// What the file says, its variables replaced.
    ///
    /// # Errors
    /// When a replaced value does not fit.
    pub fn scenario(&self, variables: &BTreeMap<&str, String>) -> Result<Scenario> {
        Ok(serde_json::from_value(replaced(&self.raw, variables))?)
    }

    /// What is expected, as JSON: its variables replaced, and what it takes from the answers before the call.
    ///
    /// # Errors
    /// When there is no such answer.
    pub fn expected(&self, variables: &BTreeMap<&str, String>, before: &[Value]) -> Result<Value> {
        after(&replaced(field(&self.raw, "expect"), variables), before)
    }
}

/// `${before.0.id}` in texts becomes field `id` of the first of these answers.
///
/// # Errors
/// When there is no such field.
pub fn after(value: &Value, answers: &[Value]) -> Result<Value> {
    const OPEN: &str = "${before.";
    Ok(match value {
        Value::String(text) => {
            let mut parts = text.split(OPEN);
            let mut whole = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let (path, rest) = part.split_once('}').context("a variable ends in }")?;
                whole.push_str(&answer_to(path, answers).with_context(|| path.to_owned())?);
                whole.push_str(rest);
            }
            Value::String(whole)
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| after(item, answers))
                .collect::<Result<_>>()?,
        ),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| Ok((name.clone(), after(value, answers)?)))
            .collect::<Result<_>>()?,
        other => other.clone(),
    })
}

fn answer_to(path: &str, answers: &[Value]) -> Option<String> {
    let (place, path) = path.split_once('.')?;
    let answer = answers.get(place.parse::<usize>().ok()?)?;
    match answer.pointer(&format!("/{}", path.replace('.', "/")))? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
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
            self.call.is_some()
                || (self.repeat == 1
                    && self.cancel.is_none()
                    && self.before.is_empty()
                    && self.session.is_none()),
            "`repeat`, `cancel`, `before` and `session` need a `call`"
        );
        ensure!(
            self.env.is_empty()
                || (self.cancel.is_none() && self.before.is_empty() && self.session.is_none()),
            "`cancel`, `before` and `session` go without `env`"
        );
        ensure!(
            self.cancel.is_none() || self.repeat == 1,
            "`cancel` goes with one call"
        );
        ensure!(
            self.cancel.is_some() == self.expect.cancelled,
            "`cancel` and `expect.cancelled` go together"
        );
        let before = self.before.iter().filter_map(|step| match step {
            Step::Call(call) => Some(&**call),
            Step::Control(_) => None,
        });
        for call in before.chain(&self.session).chain(&self.call) {
            call.check()
                .with_context(|| format!("the call of {}", call.method))?;
        }
        if let Some(session) = &self.session {
            ensure!(
                session.method.ends_with(".exchange"),
                "`session` is an exchange"
            );
        }
        if let Some(call) = &self.call {
            let on_session = call.method.starts_with("session.") && !call.is("exchange");
            ensure!(
                self.session.is_some() == on_session,
                "a session's methods, and only those, need a `session`"
            );
        }
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
                ensure!(self.env.is_empty(), "`static` needs no environment");
            }
            _ => bail!("`static` and `good` go together"),
        }
        self.expect.check(self.call.as_ref())
    }
}

impl Call {
    /// Whether its method has this name, whatever it is called on.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.method.rsplit('.').next() == Some(name)
    }

    /// Whether its answer is iterated over.
    #[must_use]
    pub fn iterates(&self) -> bool {
        self.is("follow") || matches!(self.collect, Some(Collect::Items | Collect::Pages))
    }

    /// Whether it may ask for input.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.is("login_and_wait") || self.is("wait_for_login")
    }

    fn check(&self) -> Result<()> {
        ensure!(
            self.collect.is_none() || self.is("list") || self.is("timeline"),
            "it has no pages to `collect`"
        );
        ensure!(
            self.stop_after.is_none() || self.iterates(),
            "`stop_after` needs items"
        );
        ensure!(
            (self.handler.is_none() || self.asks())
                && (self.on_login.is_none() || self.is("login_and_wait")),
            "it takes no such handler"
        );
        for entry in self.handler.iter().flatten().chain(&self.on_login) {
            check_entry(entry)?;
        }
        Ok(())
    }
}

/// Whether an entry of `handler` has no other `$` keys than those that exist, each as it is meant.
fn check_entry(entry: &Value) -> Result<()> {
    for (name, value) in entry.as_object().into_iter().flatten() {
        let right = match name.as_str() {
            "$control" => value.is_object(),
            "$later" | "$wait" => value == true,
            "$raise" => value.is_string(),
            other => !other.starts_with('$'),
        };
        ensure!(right, "{name} of a handler cannot be {value}");
    }
    Ok(())
}
