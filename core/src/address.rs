//! The address of a call: base, path and query, percent-encoded as the API's clients do.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

use crate::call::Request;
use crate::{Error, Kernel, arguments};

/// The longest address that HTTP libraries take.
const LONGEST: usize = 65_000;

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

/// The base's address with the path and the query of a call. Both are encoded already, so the parser is not
/// asked again for what does not change.
pub(crate) fn of(client: &Kernel, request: &Request) -> Result<Url, Error> {
    let Request {
        path,
        arguments,
        options,
        query: params,
        ..
    } = request;
    let base = &client.settings().base_url;
    let mut whole = String::with_capacity(base.path().len() + path.len() + 32);
    whole.push_str(base.path().trim_end_matches('/'));
    for part in path.split('/').filter(|part| !part.is_empty()) {
        whole.push('/');
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            None => whole.push_str(part),
            Some(name) => {
                let value = arguments
                    .iter()
                    .find(|(argument, _)| *argument == name)
                    .map(|(_, value)| value.as_str());
                push_segment(
                    &mut whole,
                    arguments::segment(name, value.unwrap_or_default())?,
                );
            }
        }
    }
    let mut url = base.clone();
    url.set_path(&whole);
    let query = encode(&client.settings().default_query.0, params, &options.query.0);
    if !query.is_empty() {
        url.set_query(Some(&query));
    }
    if url.as_str().len() > LONGEST {
        let argument = arguments
            .first()
            .filter(|_| query.len() < LONGEST / 2)
            .map_or("query", |(name, _)| name);
        return Err(Error::invalid_argument(
            argument,
            format!("`{argument}` makes an address of more than {LONGEST} characters."),
        ));
    }
    Ok(url)
}

/// Adds one segment of a path.
fn push_segment(url: &mut String, value: &str) {
    url.extend(utf8_percent_encode(value, SEGMENT));
}

/// `name=value&...`: the client's parameters, the call's and the caller's own, each unless one after it replaces it.
fn encode(
    default: &Map<String, Value>,
    params: &Map<String, Value>,
    own: &Map<String, Value>,
) -> String {
    let mut query = String::new();
    let default = default
        .iter()
        .filter(|(name, _)| !params.contains_key(*name) && !own.contains_key(*name));
    let params = params.iter().filter(|(name, _)| !own.contains_key(*name));
    for (name, value) in default.chain(params).chain(own) {
        push_parameter(&mut query, name, value);
    }
    query
}

fn push_parameter(query: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (field, value) in fields {
                push_parameter(query, &format!("{name}[{field}]"), value);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .filter(|item| !item.is_null())
                .map(scalar)
                .collect();
            if !items.is_empty() {
                push_pair(query, name, &items.join(","));
            }
        }
        other => push_pair(query, name, &scalar(other)),
    }
}

fn push_pair(query: &mut String, name: &str, value: &str) {
    let separator = if query.is_empty() { "" } else { "&" };
    // Writing to a text cannot fail.
    let _ = write!(
        query,
        "{separator}{}={}",
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use url::Url;

    use super::*;

    fn segment(value: &str) -> String {
        let mut url = String::new();
        push_segment(&mut url, value);
        url
    }

    fn query(default: &Value, own: &Value) -> String {
        let fields = |value: &Value| value.as_object().cloned().unwrap_or_default();
        encode(&fields(default), &Map::new(), &fields(own))
    }

    #[test]
    fn a_segment_is_encoded_as_the_other_clients_do() {
        assert_eq!(segment("a/b ü%2e?x#y"), "a%2Fb%20%C3%BC%252e%3Fx%23y");
        assert_eq!(segment("-._~!$&'()*+,;=:@"), "-._~!$&'()*+,;=:@");
    }

    #[test]
    fn a_query_keeps_order_and_drops_null() {
        let own = json!({"z": "a b", "a": "", "n": null, "l": ["x", "y", null, 2], "e": [], "o": {"k": true}});
        assert_eq!(
            query(&json!({}), &own),
            "z=a%20b&a=&l=x%2Cy%2C2&o%5Bk%5D=true"
        );
        assert_eq!(query(&json!({}), &json!({})), "");
    }

    #[test]
    fn a_caller_replaces_the_parameters_of_the_call() {
        let fields = |value: Value| value.as_object().cloned().unwrap_or_default();
        let encoded = encode(
            &fields(json!({"a": 1, "limit": 2, "offset": 3})),
            &fields(json!({"limit": 4, "offset": 5})),
            &fields(json!({"offset": 6, "b": 7})),
        );
        assert_eq!(encoded, "a=1&limit=4&offset=6&b=7");
    }

    #[test]
    fn a_request_replaces_the_default_of_the_client() {
        assert_eq!(query(&json!({"a": 1, "b": 2}), &json!({"b": 3})), "a=1&b=3");
        assert_eq!(query(&json!({"a": 1, "b": 2}), &json!({"b": null})), "a=1");
    }

    proptest! {
        #[test]
        fn a_segment_stays_one_segment(value in "\\PC+") {
            prop_assume!(value != "." && value != "..");
            let path = format!("/a/{}/b", segment(&value));
            let mut url = Url::parse("http://host/").expect("a URL");
            url.set_path(&path);
            // The URL parser must keep what was written: nothing resolved, nothing encoded again.
            prop_assert_eq!(url.path(), &path);
            let middle = url.path_segments().and_then(|mut parts| parts.nth(1)).expect("a segment");
            prop_assert_eq!(percent_encoding::percent_decode_str(middle).decode_utf8_lossy(), value);
        }

        #[test]
        fn a_query_is_read_back(pairs in proptest::collection::vec(("\\PC+", "\\PC*"), 0..5)) {
            let fields: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
            let mut url = Url::parse("http://host/").expect("a URL");
            let query = encode(&Map::new(), &Map::new(), &fields);
            url.set_query(Some(&query));
            // The URL parser must keep what was written.
            prop_assert_eq!(url.query(), Some(query.as_str()));
            let read: Map<String, Value> =
                url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
            prop_assert_eq!(read, fields);
        }
    }
}
