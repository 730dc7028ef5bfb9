//! Reading the body of a request.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Map, Value};

use crate::answer::Problem;
use crate::schema::{Check, Object};

/// The JSON object in `body`, which fits `shape`. Without a body it is empty, which does where nothing is required.
pub(super) fn read(
    headers: &HeaderMap,
    body: &Bytes,
    shape: &Object,
    allow_unknown: bool,
) -> Result<Map<String, Value>, Problem> {
    let body = if body.is_empty() {
        Map::new()
    } else {
        parse(headers, body)?
    };
    let found = Check::new(allow_unknown).object(&body, shape);
    match found.first() {
        None => Ok(body),
        Some(first) => Err(Problem::bad_request(first.message.clone()).with_details(found)),
    }
}

fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Problem> {
    let media = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Problem::bad_request(
            "a request body needs the content type application/json",
        ));
    }
    let body = serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("the request body is not JSON: {error}")))?;
    match body {
        Value::Object(body) => Ok(body),
        _ => Err(Problem::bad_request(
            "the request body must be a JSON object",
        )),
    }
}
