//! The simulator's own endpoints, under `/_simulator` of the main address.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use crate::answer::{self, Answer, Problem};
use crate::hub::Hub;
use crate::record::Goal;
use crate::world::WorldSpec;

const WORLDS: &str = "/_simulator/worlds";

/// The longest that a waiting answer is held.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Whether a path of the main address is one of the control's.
pub(crate) fn is_for(path: &str) -> bool {
    path.starts_with("/_simulator")
}

/// Answers one request to the control.
pub(crate) async fn answer(hub: &Arc<Hub>, head: &Parts, body: &Bytes) -> Answer {
    route(hub, head, body).await.unwrap_or_else(Answer::from)
}

async fn route(hub: &Arc<Hub>, head: &Parts, body: &Bytes) -> Result<Answer, Problem> {
    let path = head.uri.path();
    let unknown = || Problem::not_found(format!("there is no {path}"));
    let rest = path.strip_prefix(WORLDS).ok_or_else(unknown)?;
    if rest.is_empty() {
        return match head.method {
            Method::POST => open(hub, body),
            _ => Err(Problem::method_not_allowed("POST")),
        };
    }
    let id = rest
        .strip_prefix('/')
        .filter(|id| !id.contains('/'))
        .ok_or_else(unknown)?;
    match head.method {
        Method::GET => show(hub, id, head.uri.query().unwrap_or_default()).await,
        Method::DELETE => close(hub, id),
        _ => Err(Problem::method_not_allowed("GET, DELETE")),
    }
}

fn open(hub: &Arc<Hub>, body: &Bytes) -> Result<Answer, Problem> {
    let spec = if body.is_empty() {
        WorldSpec::default()
    } else {
        serde_json::from_slice(body)
            .map_err(|error| Problem::bad_request(format!("this is no world: {error}")))?
    };
    let opened = hub.open(spec).map_err(|error| {
        let message = format!("the world cannot be opened: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message)
    })?;
    let body =
        json!({ "id": opened.world.id(), "base_url": opened.world.base_url(), "ca": opened.ca });
    Ok(answer::json(StatusCode::CREATED, &body))
}

async fn show(hub: &Hub, id: &str, query: &str) -> Result<Answer, Problem> {
    let (goal, limit) = goal(query)?;
    let world = hub.find(id).ok_or_else(|| no_world(id))?;
    let reached = world.record().wait(&goal, limit).await;
    let mut state = world.to_json();
    if reached {
        return Ok(answer::json(StatusCode::OK, &state));
    }
    // The state comes along: it shows what was missing.
    if let Some(state) = state.as_object_mut() {
        state.insert("code".to_owned(), json!("timeout"));
        state.insert(
            "message".to_owned(),
            json!(format!(
                "waited {limit:?} for {query}, and it did not happen"
            )),
        );
    }
    Ok(answer::json(StatusCode::GATEWAY_TIMEOUT, &state))
}

fn close(hub: &Hub, id: &str) -> Result<Answer, Problem> {
    if Hub::is_default(id) {
        return Err(Problem::bad_request(
            "the default world lives as long as the simulator",
        ));
    }
    if hub.close(id) {
        Ok(answer::empty(StatusCode::NO_CONTENT))
    } else {
        Err(no_world(id))
    }
}

fn no_world(id: &str) -> Problem {
    Problem::not_found(format!("there is no world {id}"))
}

fn goal(query: &str) -> Result<(Goal, Duration), Problem> {
    let mut goal = Goal::default();
    let mut limit = LONGEST_WAIT;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let number: u64 = value.parse().map_err(|_| {
            Problem::bad_request(format!("{name} needs a whole number, not {value:?}"))
        })?;
        match name {
            "wait_requests" => goal.requests = number,
            "wait_completed" => goal.completed = number,
            "wait_aborted" => goal.aborted = number,
            "wait_idle" => goal.idle = number != 0,
            "limit_ms" => limit = LONGEST_WAIT.min(Duration::from_millis(number)),
            _ => return Err(Problem::bad_request(format!("{name} is not known here"))),
        }
    }
    Ok((goal, limit))
}
