//! `POST /auth/connections/{id}/login`: starting a login flow.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use jiff::{SignedDuration, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::{self, Answer, Problem};
use crate::schema::{Check, Object, Shape};
use crate::world::{Flow, World};

/// How long a user has to finish a flow.
const FLOW_LIFETIME: SignedDuration = SignedDuration::from_mins(20);

/// What a login of a connection turns into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FlowType {
    /// Somebody has to log in on the hosted page.
    Login,
    /// Stored credentials are enough.
    Reauth,
}

#[derive(Serialize)]
struct Started<'a> {
    id: &'a str,
    flow_type: FlowType,
    hosted_url: String,
    flow_expires_at: String,
    handoff_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_view_url: Option<String>,
}

/// Starts the flow of connection `id`. Fields in `merge` replace those of a successful answer; `null` removes one.
pub(crate) fn start(
    world: &World,
    id: &str,
    headers: &HeaderMap,
    body: &Bytes,
    merge: Option<&Map<String, Value>>,
) -> Result<Answer, Problem> {
    let mut state = world.state();
    let Some(connection) = state.connection(id) else {
        return Err(Problem::not_found(format!(
            "auth connection {id} does not exist"
        )));
    };
    validate(headers, body, world.allows_unknown_fields())?;
    if connection.flow == Flow::Running {
        let message = "a login flow is already in progress for this connection";
        return Err(Problem::new(StatusCode::CONFLICT, "conflict", message));
    }
    if world.is_stateful() {
        connection.flow = Flow::Running;
    }

    let ticket = world.tickets().next();
    let by_hand = connection.login == FlowType::Login;
    let started = Started {
        id,
        flow_type: connection.login,
        hosted_url: format!("{}/login/{}", world.base_url(), ticket.short()),
        flow_expires_at: expiry(),
        handoff_code: ticket.long(),
        live_view_url: by_hand.then(|| format!("{}/live/{}", world.base_url(), ticket.short())),
    };
    let merges = [connection.answer.as_ref(), merge];
    if merges.iter().all(Option::is_none) {
        return Ok(answer::json(StatusCode::OK, &started));
    }
    let mut fields = serde_json::to_value(&started).unwrap_or_default();
    if let Value::Object(fields) = &mut fields {
        for (name, value) in merges.into_iter().flatten().flatten() {
            if value.is_null() {
                fields.shift_remove(name);
            } else {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    Ok(answer::json(StatusCode::OK, &fields))
}

fn expiry() -> String {
    let now = Timestamp::now();
    let expires = now.checked_add(FLOW_LIFETIME).unwrap_or(now);
    expires.round(Unit::Second).unwrap_or(expires).to_string()
}

fn validate(headers: &HeaderMap, body: &Bytes, allow_unknown: bool) -> Result<(), Problem> {
    if body.is_empty() {
        return Ok(());
    }
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
    if body.as_ref() == b"{}" {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("the request body is not JSON: {error}")))?;
    let Value::Object(body) = body else {
        return Err(Problem::bad_request(
            "the request body must be a JSON object",
        ));
    };
    let found = Check::new(allow_unknown).object(&body, &LOGIN);
    match found.first() {
        None => Ok(()),
        Some(first) => Err(Problem::bad_request(first.message.clone()).with_details(found)),
    }
}

const LOGIN: Object = Object {
    fields: &[
        ("browser", Shape::Object(&BROWSER)),
        ("browser_telemetry", Shape::ObjectOrNull(&TELEMETRY)),
        ("proxy", Shape::Object(&PROXY)),
        ("record_session", Shape::Boolean),
        ("skill_mode", Shape::Word(&["enabled", "disabled"])),
    ],
    exactly_one: &[],
};

const PROXY: Object = Object {
    fields: &[("id", Shape::Text), ("name", Shape::Text)],
    exactly_one: &["id", "name"],
};

const BROWSER: Object = Object {
    fields: &[
        ("proxy", Shape::Object(&BROWSER_PROXY)),
        (
            "region",
            Shape::Word(&["us-east", "us-west", "eu-west", "ap-southeast"]),
        ),
        ("stealth", Shape::Boolean),
        ("telemetry", Shape::ObjectOrNull(&TELEMETRY)),
    ],
    exactly_one: &[],
};

const BROWSER_PROXY: Object = Object {
    fields: &[
        ("id", Shape::Text),
        ("mode", Shape::Word(&["direct", "default"])),
        ("name", Shape::Text),
    ],
    exactly_one: &["mode", "id", "name"],
};

const TELEMETRY: Object = Object {
    fields: &[
        ("browser", Shape::Object(&CATEGORIES)),
        ("enabled", Shape::Boolean),
        ("export", Shape::Object(&EXPORT)),
        ("storage", Shape::Object(&SWITCH)),
    ],
    exactly_one: &[],
};

const CATEGORIES: Object = Object {
    fields: &[
        ("captcha", Shape::Object(&SWITCH)),
        ("connection", Shape::Object(&SWITCH)),
        ("console", Shape::Object(&SWITCH)),
        ("control", Shape::Object(&CONTROL)),
        ("interaction", Shape::Object(&SWITCH)),
        ("network", Shape::Object(&SWITCH)),
        ("page", Shape::Object(&SWITCH)),
        ("platform", Shape::Object(&SWITCH)),
        ("screenshot", Shape::Object(&SWITCH)),
        ("system", Shape::Object(&SWITCH)),
    ],
    exactly_one: &[],
};

const SWITCH: Object = Object {
    fields: &[("enabled", Shape::Boolean)],
    exactly_one: &[],
};

const CONTROL: Object = Object {
    fields: &[("cdp", Shape::Object(&CDP)), ("enabled", Shape::Boolean)],
    exactly_one: &[],
};

const CDP: Object = Object {
    fields: &[("excluded_methods", Shape::List(&Shape::Text))],
    exactly_one: &[],
};

const EXPORT: Object = Object {
    fields: &[("otlp", Shape::Object(&OTLP))],
    exactly_one: &[],
};

const OTLP: Object = Object {
    fields: &[
        ("destination", Shape::Object(&PROXY)),
        ("enabled", Shape::Boolean),
    ],
    exactly_one: &[],
};
