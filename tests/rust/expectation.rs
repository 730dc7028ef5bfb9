//! What must hold after a scenario, and whether it does.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::matcher::{check, differences, field, of_language};
use crate::scenario::Call;

/// What must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The answer, which may be null.
    #[serde(default, deserialize_with = "present")]
    pub result: Option<Value>,
    /// What iterating delivered.
    pub items: Option<Vec<Value>>,
    /// What the login handler got.
    pub login: Option<Value>,
    /// What the input handler got.
    pub inputs: Option<Vec<Value>>,
    /// What came with the answer.
    pub response: Option<Map<String, Value>>,
    /// The error instead of an answer.
    pub error: Option<Map<String, Value>>,
    /// What the client tells about itself.
    pub client: Option<Map<String, Value>>,
    /// The call ended as a cancelled one.
    #[serde(default)]
    pub cancelled: bool,
    /// What the world received.
    pub requests: Option<Vec<Map<String, Value>>>,
    /// Over how many connections.
    pub connections: Option<Value>,
    /// How many requests the client gave up.
    pub aborted: Option<u64>,
    /// Texts that never show.
    #[serde(default)]
    pub never_printed: Vec<String>,
}

/// How the last call ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The client was made, and no call.
    Made,
    /// An answer, and what came with it.
    Answer {
        /// The answer.
        result: Value,
        /// Status, headers, request id, retries.
        response: Value,
    },
    /// Iterating ended by itself, or was left as the scenario says.
    Ended {
        /// Status, headers, request id, retries.
        response: Value,
    },
    /// An error with all its fields, and `text`: how it prints.
    Error(Value),
    /// It was cancelled.
    Cancelled,
}

/// What was seen of a scenario from inside the language.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Seen {
    /// How the last call ended.
    pub outcome: Outcome,
    /// The answers to what came before the call.
    #[serde(default)]
    pub before: Vec<Value>,
    /// What iterating delivered.
    #[serde(default)]
    pub items: Vec<Value>,
    /// What the login handler got, each time.
    #[serde(default)]
    pub logins: Vec<Value>,
    /// What the input handler got, each time.
    #[serde(default)]
    pub inputs: Vec<Value>,
    /// What the client tells about itself, when there is one.
    pub client: Value,
    /// The client, the answer or the error, printed in every way the language has.
    pub printed: Vec<String>,
}

impl Seen {
    /// A call that ended so, and nothing else to tell.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            before: Vec::new(),
            items: Vec::new(),
            logins: Vec::new(),
            inputs: Vec::new(),
            client: Value::Null,
            printed: Vec::new(),
        }
    }
}

const RESPONSE: &[&str] = &["status", "retries_taken", "request_id", "headers"];
const CLIENT: &[&str] = &["base_url", "max_retries", "timeout"];
const REQUEST: &[&str] = &["method", "path", "query", "headers", "body", "body_text"];
/// Fields of an error that are compared as they are.
const ERROR: &[&str] = &[
    "kind",
    "status",
    "code",
    "details",
    "inner_error",
    "existing_id",
    "website_error",
    "flow_status",
    "request_id",
    "retries_taken",
    "headers",
    "argument",
];
/// Lists of parts that a text of an error must have.
const ERROR_PARTS: &[(&str, &str)] = &[
    ("message_contains", "message"),
    ("reason_contains", "reason"),
];
const ERROR_BODY: &str = "raw_body_contains";
const ERROR_TEXT: &str = "text";

impl Expect {
    pub(crate) fn check(&self, call: Option<&Call>) -> Result<()> {
        let answered = self.result.is_some() || self.response.is_some();
        let endings = [answered, self.error.is_some(), self.cancelled]
            .iter()
            .filter(|expected| **expected)
            .count();
        ensure!(
            endings == usize::from(call.is_some()) || (endings == 0 && self.items.is_some()),
            "a call, and only a call, ends in one of: answer, items, error, cancelled"
        );
        ensure!(
            call.is_some() || self.client.is_some(),
            "nothing is expected"
        );
        let iterates = call.is_some_and(Call::iterates);
        ensure!(iterates || self.items.is_none(), "nothing gives `items`");
        ensure!(
            !iterates || self.result.is_none(),
            "what is iterated over gives `items`, no `result`"
        );
        ensure!(
            (self.inputs.is_none() || call.is_some_and(Call::asks))
                && (self.login.is_none() || call.is_some_and(|call| call.is("login_and_wait"))),
            "there is no such handler"
        );
        let seen = [&self.items, &self.inputs];
        let lists = seen.iter().copied().flatten().flatten();
        lists.chain(&self.login).try_for_each(check)?;
        if let Some(result) = &self.result {
            check(result)?;
        }
        self.connections.iter().try_for_each(check)?;
        for (part, names) in [(&self.response, RESPONSE), (&self.client, CLIENT)] {
            part.iter().try_for_each(|part| fields(part, names))?;
        }
        for request in self.requests.iter().flatten() {
            fields(request, REQUEST)?;
        }
        if let Some(error) = &self.error {
            let parts = ERROR_PARTS.iter().map(|(key, _)| *key);
            let names: Vec<_> = ERROR
                .iter()
                .copied()
                .chain(parts)
                .chain([ERROR_BODY, ERROR_TEXT])
                .collect();
            fields(error, &names)?;
            ensure!(error.contains_key("kind"), "an error has a kind");
            for (key, _) in ERROR_PARTS {
                if let Some(parts) = error.get(*key) {
                    texts(parts).with_context(|| format!("{key} is a list of texts"))?;
                }
            }
        }
        ensure!(
            self.never_printed.iter().all(|text| !text.is_empty()),
            "an empty text is in every text"
        );
        Ok(())
    }

    /// Where `seen` and the world's record are not as expected, one sentence each.
    #[must_use]
    pub fn differences(&self, seen: &Seen, record: &Value, language: &str) -> Vec<String> {
        let mut found = self.outcome(&seen.outcome, language);
        found.extend(self.given(seen, language));
        if let Some(expected) = &self.client {
            let expected = Value::Object(expected.clone());
            found.extend(differences(
                "client",
                &expected,
                &seen.client,
                language,
                false,
            ));
        }
        found.extend(self.requests(record, language));
        for text in &self.never_printed {
            found.extend(
                seen.printed
                    .iter()
                    .filter(|printed| printed.contains(text.as_str()))
                    .map(|printed| format!("never_printed: {text:?} shows in {printed:?}")),
            );
        }
        found
    }

    /// Whether a call is expected to end in some way.
    fn is_of_call(&self) -> bool {
        self.result.is_some()
            || self.response.is_some()
            || self.items.is_some()
            || self.error.is_some()
            || self.cancelled
    }

    /// Whether iterating is expected to end by itself.
    fn is_of_iteration(&self) -> bool {
        self.items.is_some() && self.error.is_none() && !self.cancelled
    }

    /// What iterating and the handlers were given.
    fn given(&self, seen: &Seen, language: &str) -> Vec<String> {
        let login = match &seen.logins[..] {
            [] => Value::Null,
            [once] => once.clone(),
            more => json!(more),
        };
        [
            (
                "items",
                self.items.clone().map(Value::from),
                &json!(seen.items),
            ),
            (
                "inputs",
                self.inputs.clone().map(Value::from),
                &json!(seen.inputs),
            ),
            ("login", self.login.clone(), &login),
        ]
        .into_iter()
        .filter_map(|(name, expected, actual)| {
            Some(differences(name, &expected?, actual, language, false))
        })
        .flatten()
        .collect()
    }

    fn outcome(&self, outcome: &Outcome, language: &str) -> Vec<String> {
        let mut found = Vec::new();
        match outcome {
            Outcome::Answer { result, response }
                if self.result.is_some() || self.response.is_some() =>
            {
                if let Some(expected) = &self.result {
                    found.extend(differences("result", expected, result, language, false));
                }
                found.extend(self.response(response, language));
            }
            Outcome::Ended { response } if self.is_of_iteration() => {
                found.extend(self.response(response, language));
            }
            Outcome::Error(error) => match &self.error {
                Some(expected) => found.extend(error_differences(expected, error, language)),
                None => found.push(format!("expected no error, got {error}")),
            },
            Outcome::Cancelled if self.cancelled => {}
            Outcome::Made if !self.is_of_call() => {}
            other => found.push(format!(
                "expected {}, got {other:?}",
                if self.error.is_some() {
                    "an error"
                } else if self.cancelled {
                    "a cancelled call"
                } else {
                    "an answer"
                }
            )),
        }
        found
    }

    fn response(&self, response: &Value, language: &str) -> Vec<String> {
        let expected = self.response.as_ref().map(lower_case_headers);
        expected.map_or_else(Vec::new, |expected| {
            differences(
                "response",
                &Value::Object(expected),
                response,
                language,
                false,
            )
        })
    }

    fn requests(&self, record: &Value, language: &str) -> Vec<String> {
        let requests: Vec<&Value> = field(record, "requests")
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let mut found = Vec::new();
        if let Some(expected) = &self.requests {
            if expected.len() != requests.len() {
                found.push(format!(
                    "requests: expected {}, got {}: {}",
                    expected.len(),
                    requests.len(),
                    json!(requests)
                ));
            }
            for (place, (expected, request)) in expected.iter().zip(&requests).enumerate() {
                found.extend(request_differences(
                    &format!("requests[{place}]"),
                    expected,
                    request,
                    language,
                ));
            }
        }
        if let Some(expected) = &self.connections {
            let connections: BTreeSet<_> = requests
                .iter()
                .map(|request| field(request, "connection").to_string())
                .collect();
            found.extend(differences(
                "connections",
                expected,
                &json!(connections.len()),
                language,
                false,
            ));
        }
        if let Some(expected) = self.aborted {
            let aborted = requests
                .iter()
                .filter(|request| field(request, "aborted") == true)
                .count();
            if aborted as u64 != expected {
                found.push(format!("aborted: expected {expected}, got {aborted}"));
            }
        }
        found
    }
}

/// A field that is there, null included.
fn present<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}

/// Whether an object has no other keys than these, and only matchers that exist.
fn fields(object: &Map<String, Value>, names: &[&str]) -> Result<()> {
    for (name, value) in object {
        ensure!(
            names.contains(&name.as_str()),
            "`{name}` is none of {names:?}"
        );
        check(value)?;
    }
    Ok(())
}

fn texts(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

fn lower_case_headers(expected: &Map<String, Value>) -> Map<String, Value> {
    let mut expected = expected.clone();
    if let Some(Value::Object(headers)) = expected.get_mut("headers") {
        *headers = headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
    }
    expected
}

fn error_differences(expected: &Map<String, Value>, error: &Value, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let as_they_are: Map<_, _> = lower_case_headers(expected)
        .into_iter()
        .filter(|(name, _)| ERROR.contains(&name.as_str()))
        .collect();
    found.extend(differences(
        "error",
        &Value::Object(as_they_are),
        error,
        language,
        false,
    ));
    let parts = ERROR_PARTS.iter().flat_map(|(key, name)| {
        let parts = expected.get(*key).and_then(texts).unwrap_or_default();
        parts.into_iter().map(move |part| (part, *name))
    });
    let body = expected
        .get(ERROR_BODY)
        .and_then(Value::as_str)
        .map(|part| (part, "raw_body"));
    for (part, name) in parts.chain(body) {
        let text = field(error, name).as_str().unwrap_or_default();
        if !text.contains(part) {
            found.push(format!("error.{name}: expected {part:?} in {text:?}"));
        }
    }
    if let Some(expected) = expected
        .get(ERROR_TEXT)
        .and_then(|text| of_language(text, language))
    {
        found.extend(differences(
            "error.text",
            expected,
            field(error, "text"),
            language,
            false,
        ));
    }
    if !found.is_empty() {
        found.push(format!("the error is {error}"));
    }
    found
}

fn request_differences(
    at: &str,
    expected: &Map<String, Value>,
    request: &Value,
    language: &str,
) -> Vec<String> {
    let mut headers: Map<String, Value> = Map::new();
    for pair in field(request, "headers").as_array().into_iter().flatten() {
        let text = |place: usize| pair.get(place).and_then(Value::as_str).unwrap_or_default();
        let (name, value) = (text(0), text(1));
        let value = match headers.get(name).and_then(Value::as_str) {
            Some(first) => format!("{first}, {value}"),
            None => value.to_owned(),
        };
        headers.insert(name.to_owned(), value.into());
    }
    let body = field(request, "body").as_str().unwrap_or_default();
    let actual = json!({
        "method": field(request, "method"),
        "path": field(request, "path"),
        "query": field(request, "query"),
        "headers": headers,
        "body_text": body,
    });
    let mut expected = expected.clone();
    let mut found = Vec::new();
    if let Some(expected) = expected.remove("body") {
        match serde_json::from_str(body) {
            Ok(actual) => found.extend(differences(
                &format!("{at}.body"),
                &expected,
                &actual,
                language,
                true,
            )),
            Err(error) => found.push(format!("{at}.body: {error} in {body:?}")),
        }
    }
    found.extend(differences(
        at,
        &Value::Object(expected),
        &actual,
        language,
        false,
    ));
    found
}
