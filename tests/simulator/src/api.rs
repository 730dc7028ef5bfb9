//! The API's endpoints: who may call, and what answers.

use bytes::Bytes;
use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::answer::{Answer, Problem};
use crate::login;
use crate::world::World;

/// A key that the API knows but that may not start logins.
const READ_ONLY_KEY: &str = "sk_readonly";

/// Answers one request. Fields in `merge` replace those of a successful answer.
pub(crate) fn answer(
    world: &World,
    head: &Parts,
    body: &Bytes,
    merge: Option<&Map<String, Value>>,
) -> Answer {
    route(world, head, body, merge).unwrap_or_else(Answer::from)
}

fn route(
    world: &World,
    head: &Parts,
    body: &Bytes,
    merge: Option<&Map<String, Value>>,
) -> Result<Answer, Problem> {
    let path = head.uri.path();
    let mut segments = path
        .strip_prefix("/auth/connections/")
        .unwrap_or_default()
        .split('/');
    match (segments.next(), segments.next(), segments.next()) {
        (Some(id), Some("login"), None) if !id.is_empty() => {
            if head.method != Method::POST {
                return Err(Problem::method_not_allowed("POST"));
            }
            let id = percent_decode_str(id)
                .decode_utf8()
                .map_err(|_| Problem::bad_request("the id in the path is not UTF-8"))?;
            authorize(world, &head.headers)?;
            login::start(world, &id, &head.headers, body, merge)
        }
        _ => Err(Problem::not_found(format!(
            "there is no {} {path}",
            head.method
        ))),
    }
}

fn authorize(world: &World, headers: &HeaderMap) -> Result<(), Problem> {
    let key = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key)
        });
    match key {
        Some(READ_ONLY_KEY) => Err(Problem::of_status(hyper::StatusCode::FORBIDDEN)),
        Some(key) if world.accepts(key) => Ok(()),
        _ => Err(Problem::of_status(hyper::StatusCode::UNAUTHORIZED)),
    }
}
