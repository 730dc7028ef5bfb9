//! Arguments of a call, checked before anything is sent.

use std::time::Duration;

use crate::Error;

/// Reads a typed value; the error names the argument, down to the field, and what it must be.
#[cfg(feature = "host")]
pub(crate) fn decode<'de, D, T>(argument: &str, input: D) -> Result<T, Error>
where
    D: serde::Deserializer<'de, Error: std::fmt::Display>,
    T: serde::Deserialize<'de>,
{
    read(input).map_err(|(path, rule)| {
        let named = match (argument, path.as_str()) {
            ("", "") => "params".to_owned(),
            (argument, "") => argument.to_owned(),
            ("", path) => path.to_owned(),
            (argument, path) => format!("{argument}.{path}"),
        };
        Error::invalid_argument(&named, format!("`{named}` {rule}."))
    })
}

/// Reads options; the error names the option on the wire, and its message as the language spells it.
#[cfg(feature = "host")]
pub(crate) fn decode_options<'de, D, T>(
    language: crate::language::Language,
    input: D,
) -> Result<T, Error>
where
    D: serde::Deserializer<'de, Error: std::fmt::Display>,
    T: serde::Deserialize<'de>,
{
    read(input).map_err(|(path, rule)| {
        let path = if path.is_empty() {
            "options"
        } else {
            path.as_str()
        };
        let (option, field) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
        let message = format!("`{}{field}` {rule}.", language.option(option));
        Error::invalid_argument(path, message)
    })
}

/// The value, or where it does not fit and what must be there.
#[cfg(feature = "host")]
fn read<'de, D, T>(input: D) -> Result<T, (String, String)>
where
    D: serde::Deserializer<'de, Error: std::fmt::Display>,
    T: serde::Deserialize<'de>,
{
    serde_path_to_error::deserialize(input)
        .map_err(|error| explain(&error.path().to_string(), &error.inner().to_string()))
}

/// Where a value does not fit and what it must be, taken from serde's account of it. The rest of that account
/// may repeat the value, which may be a secret.
pub(crate) fn explain(path: &str, message: &str) -> (String, String) {
    let path = if path == "." { "" } else { path };
    let quoted = |rest: &str| rest.split('`').next().unwrap_or_default().to_owned();
    if let Some(rest) = message.strip_prefix("unknown field `") {
        // Some inputs count the unknown field into the path, some do not.
        let field = quoted(rest);
        let parent = path
            .strip_suffix(&field)
            .unwrap_or(path)
            .trim_end_matches('.');
        let path = if parent.is_empty() {
            field
        } else {
            format!("{parent}.{field}")
        };
        return (path, "is not a known name".to_owned());
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        let field = quoted(rest);
        let path = if path.is_empty() {
            field
        } else {
            format!("{path}.{field}")
        };
        return (path, "is missing".to_owned());
    }
    let rule = match message
        .rfind(", expected ")
        .or_else(|| message.find("expected "))
    {
        Some(at) => {
            let expected = message
                .get(at..)
                .unwrap_or_default()
                .trim_start_matches(", ");
            let expected = expected.trim_start_matches("expected ");
            let expected = expected.split(" at line ").next().unwrap_or_default();
            let expected = match expected {
                "a map" => "an object",
                "a sequence" => "a list",
                "a boolean" => "true or false",
                "i64" | "u64" => "a whole number",
                "f64" => "a number",
                other => other,
            };
            format!("must be {expected}")
        }
        None => "does not fit".to_owned(),
    };
    (path.to_owned(), rule)
}

/// A value that must not be blank.
pub(crate) fn given(argument: &str, value: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(Error::invalid_argument(
            argument,
            format!(
                "Expected a non-empty value for `{argument}` but received '{}'.",
                value.escape_debug()
            ),
        ));
    }
    Ok(())
}

/// A value that becomes a segment of the path.
pub(crate) fn segment<'a>(argument: &str, value: &'a str) -> Result<&'a str, Error> {
    given(argument, value)?;
    if value == "." || value == ".." {
        return Err(Error::invalid_argument(
            argument,
            format!(
                "`{argument}` must not be {value:?}: as a part of a path it would name another resource."
            ),
        ));
    }
    Ok(value)
}

/// A limit in seconds.
pub(crate) fn seconds(value: f64) -> Result<Duration, &'static str> {
    if value.is_nan() || value <= 0.0 {
        return Err("must be greater than 0");
    }
    match Duration::try_from_secs_f64(value) {
        Ok(limit) if limit.is_zero() => Err("must be greater than 0"),
        Ok(limit) => Ok(limit),
        Err(_) => Err("is too large; leave the limit out instead"),
    }
}

/// How often a request may be sent again.
pub(crate) fn retries(value: i64) -> Result<u32, &'static str> {
    match value {
        ..0 => Err("must not be negative"),
        _ => u32::try_from(value).map_err(|_| "is too large"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_never_repeats_the_value() {
        for (path, message, expected) in [
            (
                ".",
                "invalid type: string \"hush, expected x\", expected a boolean at line 1 column 9",
                ("", "must be true or false"),
            ),
            (
                "a.b",
                "invalid type: integer `5`, expected a string",
                ("a.b", "must be a string"),
            ),
            (
                "a",
                "unknown field `b`, expected `c` or `d` at line 1 column 2",
                ("a.b", "is not a known name"),
            ),
            (
                "a.b",
                "unknown field `b`, there are no fields",
                ("a.b", "is not a known name"),
            ),
            (
                ".",
                "unknown field `b`, expected `c`",
                ("b", "is not a known name"),
            ),
            (
                "a",
                "missing field `b` at line 3 column 1",
                ("a.b", "is missing"),
            ),
            ("a", "something new about hush", ("a", "does not fit")),
        ] {
            let (path, rule) = explain(path, message);
            assert_eq!((path.as_str(), rule.as_str()), expected, "{message}");
        }
    }

    #[test]
    fn limits_are_positive_and_finite() {
        for refused in [
            0.0,
            1e-12,
            -0.0,
            -1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
        ] {
            assert!(seconds(refused).is_err(), "{refused}");
        }
        assert_eq!(seconds(0.25), Ok(Duration::from_millis(250)));
        assert!(retries(-1).is_err() && retries(i64::MAX).is_err());
        assert_eq!(retries(0), Ok(0));
    }

    #[test]
    fn a_segment_is_something_and_not_a_step() {
        for refused in ["", " ", "\t\n", ".", ".."] {
            assert_eq!(
                segment("id", refused).unwrap_err().argument(),
                Some("id"),
                "{refused:?}"
            );
        }
        for fine in ["...", ".hidden", "a.b", "%2e", " a"] {
            assert!(segment("id", fine).is_ok(), "{fine:?}");
        }
    }
}
