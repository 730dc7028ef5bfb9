//! Expected values: equal ones and matchers.

use anyhow::{Context, Result, bail, ensure};
use regex_lite::Regex;
use serde_json::{Map, Value};

/// Who runs scenarios. An expectation that differs by language says so for each.
const LANGUAGES: &[&str] = &["rust", "python", "node", "swift"];

/// How `differences` looks at objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// There may be more than expected.
    Some,
    /// There may not.
    All,
}

/// A field of an object; null when it is missing.
#[must_use]
pub fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// Where `actual` is not as `expected`, one sentence each. A value that is missing is null.
#[must_use]
pub fn differences(
    at: &str,
    expected: &Value,
    actual: &Value,
    language: &str,
    whole: bool,
) -> Vec<String> {
    let keys = if whole { Keys::All } else { Keys::Some };
    let mut found = Vec::new();
    compare(at, expected, actual, language, keys, &mut found);
    found
}

/// Whether a value has only matchers that exist, used as they should be.
///
/// # Errors
/// When it has another.
pub fn check(expected: &Value) -> Result<()> {
    match expected {
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(fields) => match matcher(fields)? {
            Some(("$lang", by_language)) => {
                let by_language = by_language.as_object().context("$lang is an object")?;
                for language in LANGUAGES {
                    ensure!(
                        by_language.contains_key(*language),
                        "$lang leaves out {language}"
                    );
                }
                by_language.values().try_for_each(check)
            }
            Some(("$type", name)) => {
                let known = ["string", "number", "boolean", "object", "array"];
                ensure!(
                    name.as_str().is_some_and(|name| known.contains(&name)),
                    "{name} is no type"
                );
                Ok(())
            }
            Some(("$absent", yes)) => {
                ensure!(*yes == Value::Bool(true), "$absent is true");
                Ok(())
            }
            Some(("$matches", expression)) => {
                Regex::new(expression.as_str().context("$matches is a text")?)?;
                Ok(())
            }
            Some(("$instant", moment)) => {
                moment
                    .as_str()
                    .context("$instant is a text")?
                    .parse::<jiff::Timestamp>()?;
                Ok(())
            }
            Some(("$max", limit)) => {
                ensure!(limit.is_number(), "$max is a number");
                Ok(())
            }
            Some(("$contains", part)) => {
                ensure!(
                    part.as_str().is_some_and(|part| !part.is_empty()),
                    "$contains is a text"
                );
                Ok(())
            }
            Some((other, _)) => bail!("{other} is no matcher"),
            None => fields.values().try_for_each(check),
        },
        _ => Ok(()),
    }
}

fn matcher(fields: &Map<String, Value>) -> Result<Option<(&str, &Value)>> {
    match fields.iter().find(|(name, _)| name.starts_with('$')) {
        None => Ok(None),
        Some((name, value)) => {
            ensure!(fields.len() == 1, "{name} stands alone");
            Ok(Some((name, value)))
        }
    }
}

fn compare(
    at: &str,
    expected: &Value,
    actual: &Value,
    language: &str,
    keys: Keys,
    found: &mut Vec<String>,
) {
    match expected {
        Value::Object(fields) => match matcher(fields) {
            Err(error) => found.push(format!("{at}: {error}")),
            Ok(Some(("$lang", by_language))) => match of_language(by_language, language) {
                Some(expected) => compare(at, expected, actual, language, keys, found),
                None => found.push(format!("{at}: nothing is expected of {language}")),
            },
            Ok(Some((name, wanted))) => {
                if !holds(name, wanted, actual) {
                    found.push(format!("{at}: expected {expected}, got {actual}"));
                }
            }
            Ok(None) => objects(at, fields, actual, language, keys, found),
        },
        Value::Array(items) => match actual.as_array() {
            Some(actual) if actual.len() == items.len() => {
                for (place, (expected, actual)) in items.iter().zip(actual).enumerate() {
                    compare(
                        &format!("{at}[{place}]"),
                        expected,
                        actual,
                        language,
                        keys,
                        found,
                    );
                }
            }
            _ => found.push(format!("{at}: expected {expected}, got {actual}")),
        },
        Value::Number(number) if actual.is_number() => {
            if number.as_f64() != actual.as_f64() {
                found.push(format!("{at}: expected {expected}, got {actual}"));
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{at}: expected {expected}, got {actual}")),
    }
}

fn objects(
    at: &str,
    expected: &Map<String, Value>,
    actual: &Value,
    language: &str,
    keys: Keys,
    found: &mut Vec<String>,
) {
    let Some(actual) = actual.as_object() else {
        found.push(format!("{at}: expected an object, got {actual}"));
        return;
    };
    for (name, expected) in expected {
        let actual = actual.get(name).unwrap_or(&Value::Null);
        compare(
            &format!("{at}.{name}"),
            expected,
            actual,
            language,
            keys,
            found,
        );
    }
    if keys == Keys::All {
        for name in actual.keys().filter(|name| !expected.contains_key(*name)) {
            found.push(format!("{at}.{name}: not expected"));
        }
        for name in expected.keys().filter(|name| !actual.contains_key(*name)) {
            found.push(format!("{at}.{name}: missing"));
        }
    }
}

/// What is expected of a language; what both Python modes share stands under `python`.
pub(crate) fn of_language<'a>(by_language: &'a Value, language: &str) -> Option<&'a Value> {
    let general = language.split('-').next().unwrap_or_default();
    by_language
        .get(language)
        .or_else(|| by_language.get(general))
}

fn holds(matcher: &str, wanted: &Value, actual: &Value) -> bool {
    match (matcher, wanted, actual) {
        ("$absent", _, actual) => actual.is_null(),
        ("$type", Value::String(name), actual) => type_of(actual) == name,
        ("$contains", Value::String(part), Value::String(actual)) => actual.contains(part.as_str()),
        ("$matches", Value::String(expression), Value::String(actual)) => {
            Regex::new(expression).is_ok_and(|expression| expression.is_match(actual))
        }
        ("$max", Value::Number(limit), Value::Number(actual)) => actual.as_f64() <= limit.as_f64(),
        ("$instant", Value::String(wanted), Value::String(actual)) => {
            match (
                wanted.parse::<jiff::Timestamp>(),
                actual.parse::<jiff::Timestamp>(),
            ) {
                (Ok(wanted), Ok(actual)) => wanted == actual,
                _ => false,
            }
        }
        _ => false,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
