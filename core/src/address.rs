//! The address of a call: base, path and query, percent-encoded as the API's clients do.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::{InvalidUri, PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::{Position, Url};

use crate::call::{Path, Request};
use crate::settings::{Settings, check_url};
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

/// The address of a request in two parts: those of a client's calls differ only from the path on.
#[derive(Clone)]
pub(crate) struct Address {
    server: Arc<Url>,
    target: PathAndQuery,
}

impl Address {
    /// One whose scheme, host and port count.
    pub(crate) fn server(&self) -> &Url {
        &self.server
    }

    /// Its path and its query, percent-encoded.
    pub(crate) fn target(&self) -> &PathAndQuery {
        &self.target
    }

    pub(crate) fn path(&self) -> &str {
        self.target.path()
    }

    pub(crate) fn to_url(&self) -> Url {
        let mut url = Url::clone(&self.server);
        url.set_path(self.target.path());
        url.set_query(self.target.query());
        url
    }
}

impl TryFrom<Url> for Address {
    type Error = InvalidUri;

    fn try_from(url: Url) -> Result<Self, InvalidUri> {
        let target = url[Position::BeforePath..Position::AfterQuery].parse()?;
        let server = Arc::new(url);
        Ok(Self { server, target })
    }
}

/// The base's address with the path and the query of a call, and whether it is that of another origin than the API's,
/// which must not learn what the API is told.
pub(crate) fn of(client: &Kernel, request: &Request) -> Result<(Address, bool), Error> {
    let base = base(client.settings(), request)?;
    let refuse = |rule| Error::invalid_argument("path", format!("`path` {rule}."));
    let (server, mut target) = match &request.path {
        Path::Template(path) => (base.clone(), fill(&base, path, &request.arguments)?),
        Path::Free(path) => {
            let url = join(&base, path).map_err(refuse)?;
            let path = url.path().to_owned();
            (Arc::new(url), path)
        }
    };
    let none = Map::new();
    let is_elsewhere = matches!(request.path, Path::Free(_)) && server.origin() != base.origin();
    let default = if is_elsewhere {
        &none
    } else {
        &client.settings().default_query.0
    };
    let own = &request.options.query.0;
    let mut query = server.query().map_or_else(String::new, |query| {
        let replaced = |name: &str| {
            [default, &request.query, own]
                .iter()
                .any(|query| query.contains_key(name))
        };
        kept(query, replaced)
    });
    encode(&mut query, default, &request.query, own);
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    if server[..Position::BeforePath].len() + target.len() > LONGEST {
        let argument = request
            .arguments
            .first()
            .filter(|_| query.len() < LONGEST / 2)
            .map_or("query", |(name, _)| name);
        return Err(Error::invalid_argument(
            argument,
            format!("`{argument}` makes an address of more than {LONGEST} characters."),
        ));
    }
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
        .map_err(|_| refuse("has a character that an address cannot have"))?;
    Ok((Address { server, target }, is_elsewhere))
}

/// What a path is added to.
fn base(settings: &Settings, request: &Request) -> Result<Arc<Url>, Error> {
    match &request.options.default_base_url {
        Some(given) if settings.own_url.is_none() => {
            check_url(given).map(Arc::new).map_err(|rule| {
                let named = settings.language.option("default_base_url");
                Error::invalid_argument("default_base_url", format!("`{named}` {rule}."))
            })
        }
        _ => Ok(settings.base_url.clone()),
    }
}

/// The base's path and one of this client's after it. What is written here is encoded, so no parser is asked.
fn fill(base: &Url, path: &str, arguments: &[(&'static str, String)]) -> Result<String, Error> {
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
    Ok(whole)
}

/// The base's address with a path of the caller's, or the whole address that the caller gave.
fn join(base: &Url, given: &str) -> Result<Url, &'static str> {
    let is_whole = ["http://", "https://"].iter().any(|scheme| {
        given
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    // The parser would take them out, and what is left could be another path.
    if given.chars().any(char::is_control) {
        return Err("must not have control characters");
    }
    if is_whole {
        let mut url =
            Url::parse(given).map_err(|_| "must be a path, or a whole URL that is one")?;
        // It is not sent.
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or a password");
        }
        return Ok(url);
    }
    if given.trim().is_empty() {
        return Err("must not be empty");
    }
    let path = given.split(['?', '#']).next().unwrap_or_default();
    // Such a segment would lead to another path than the one that is written.
    let is_dot = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split(['/', '\\']).any(is_dot) {
        return Err("must not have `.` or `..` as a segment");
    }
    let base_path = base.path().trim_end_matches('/');
    let mut url = base.clone();
    url.set_path(&format!("{base_path}/{}", path.trim_start_matches('/')));
    let query = given.split_once('?').map(|(_, query)| query);
    url.set_query(query.and_then(|query| query.split('#').next()));
    Ok(url)
}

/// A query without the parameters that are replaced.
fn kept(query: &str, replaced: impl Fn(&str) -> bool) -> String {
    let parts = query.split('&').filter(|part| {
        let named = url::form_urlencoded::parse(part.as_bytes()).next();
        named.is_some_and(|(name, _)| !replaced(&name))
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Adds one segment of a path.
fn push_segment(url: &mut String, value: &str) {
    url.extend(utf8_percent_encode(value, SEGMENT));
}

/// `name=value&...`: the client's parameters, the call's and the caller's own, each unless one after it replaces it.
fn encode(
    query: &mut String,
    default: &Map<String, Value>,
    params: &Map<String, Value>,
    own: &Map<String, Value>,
) {
    let default = default
        .iter()
        .filter(|(name, _)| !params.contains_key(*name) && !own.contains_key(*name));
    let params = params.iter().filter(|(name, _)| !own.contains_key(*name));
    for (name, value) in default.chain(params).chain(own) {
        push_parameter(query, name, value);
    }
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
        let mut query = String::new();
        encode(&mut query, &fields(default), &Map::new(), &fields(own));
        query
    }

    #[test]
    fn a_segment_is_encoded_as_the_other_clients_do() {
        assert_eq!(segment("a/b ü%2e?x#y"), "a%2Fb%20%C3%BC%252e%3Fx%23y");
        assert_eq!(segment("-._~!$&'()*+,;=:@"), "-._~!$&'()*+,;=:@");
    }

    #[test]
    fn a_path_of_the_caller_is_added_to_the_base() {
        let base = Url::parse("https://host:8443/v1/").unwrap();
        for (given, expected) in [
            ("/foo", "https://host:8443/v1/foo"),
            ("foo/b%20r", "https://host:8443/v1/foo/b%20r"),
            ("//other/foo", "https://host:8443/v1/other/foo"),
            ("/foo?a=1&b=2#c", "https://host:8443/v1/foo?a=1&b=2"),
            ("/foo/...", "https://host:8443/v1/foo/..."),
            ("HTTP://other/foo?a=1", "http://other/foo?a=1"),
        ] {
            let url = join(&base, given).map(String::from);
            assert_eq!(url.as_deref(), Ok(expected), "{given}");
        }
        for refused in [
            "",
            " ",
            "/a/../b",
            "..",
            "/a/%2E%2e",
            "a\\..\\b",
            "/a/.\t./b",
            "https://",
            "https://user@host/",
        ] {
            assert!(join(&base, refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn what_is_replaced_leaves_a_query() {
        let replaced = |name: &str| name == "a b";
        assert_eq!(kept("a%20b=1&c=2&a+b=3&d", replaced), "c=2&d");
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
        let mut encoded = String::new();
        encode(
            &mut encoded,
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
            let mut query = String::new();
            encode(&mut query, &Map::new(), &Map::new(), &fields);
            url.set_query(Some(&query));
            // The URL parser must keep what was written.
            prop_assert_eq!(url.query(), Some(query.as_str()));
            let read: Map<String, Value> =
                url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
            prop_assert_eq!(read, fields);
        }
    }
}
