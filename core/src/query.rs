//! Paths and queries, percent-encoded as the API's clients do.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// What a segment of a path keeps as it is: the characters of RFC 3986's `pchar`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What a query keeps as it is: the unreserved characters.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Adds one segment of a path.
pub(crate) fn push_segment(url: &mut String, value: &str) {
    url.extend(utf8_percent_encode(value, SEGMENT));
}

/// Adds `?` and the parameters; those of `own` go before those of `default` that they do not replace.
pub(crate) fn push_query(url: &mut String, default: &Map<String, Value>, own: &Map<String, Value>) {
    let mut separator = '?';
    let inherited = default.iter().filter(|(name, _)| !own.contains_key(*name));
    for (name, value) in inherited.chain(own) {
        push_parameter(url, &mut separator, name, value);
    }
}

fn push_parameter(url: &mut String, separator: &mut char, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (field, value) in fields {
                push_parameter(url, separator, &format!("{name}[{field}]"), value);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .filter(|item| !item.is_null())
                .map(scalar)
                .collect();
            if !items.is_empty() {
                push_pair(url, separator, name, &items.join(","));
            }
        }
        other => push_pair(url, separator, name, &scalar(other)),
    }
}

fn push_pair(url: &mut String, separator: &mut char, name: &str, value: &str) {
    url.push(*separator);
    *separator = '&';
    // Writing to a text cannot fail.
    let _ = write!(
        url,
        "{}={}",
        utf8_percent_encode(name, QUERY),
        utf8_percent_encode(value, QUERY)
    );
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
