//! The simulator's own endpoints, under `/_simulator` of the main address.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::answer::{self, Answer, Problem};
use crate::api::managed_auth;
use crate::clock;
use crate::flow::{Flow, FlowStatus};
use crate::hub::Hub;
use crate::record::Goal;
use crate::report;
use crate::spec::Blueprint;
use crate::world::World;

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
    let mut segments = rest.split('/').skip(1);
    let id = segments.next().ok_or_else(unknown)?;
    match (segments.next(), segments.next(), segments.next()) {
        (None, ..) => match head.method {
            Method::GET => show(hub, id, head.uri.query().unwrap_or_default()).await,
            Method::DELETE => close(hub, id),
            _ => Err(Problem::method_not_allowed("GET, DELETE")),
        },
        (Some("clock"), None, _) if head.method == Method::POST => advance(hub, id, body),
        (Some("connections"), Some(connection), None) if head.method == Method::POST => {
            act(hub, id, connection, body)
        }
        (Some("clock"), None, _) | (Some("connections"), Some(_), None) => {
            Err(Problem::method_not_allowed("POST"))
        }
        _ => Err(unknown()),
    }
}

fn open(hub: &Arc<Hub>, body: &Bytes) -> Result<Answer, Problem> {
    let plan = if body.is_empty() {
        Blueprint::standard()
    } else {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    };
    let plan = plan.map_err(|error| Problem::bad_request(format!("this is no world: {error}")))?;
    let opened = hub.open(plan).map_err(|error| {
        let message = format!("the world cannot be opened: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message)
    })?;
    let body =
        json!({ "id": opened.world.id(), "base_url": opened.world.base_url(), "ca": opened.ca });
    Ok(answer::json(StatusCode::CREATED, &body))
}

async fn show(hub: &Hub, id: &str, query: &str) -> Result<Answer, Problem> {
    let Wait {
        goal,
        states,
        limit,
    } = wait(query)?;
    let world = hub.find(id).ok_or_else(|| no_world(id))?;
    let reached = |world: &World| states.iter().all(|(id, state)| is_in(world, id, state));
    let reached = world.record().wait(&goal, || reached(&world), limit).await;
    let mut state = report::of(&world);
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

/// What the body of a request to the control says.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad_request(error.to_string()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

fn advance(hub: &Hub, id: &str, body: &Bytes) -> Result<Answer, Problem> {
    let world = hub.find(id).ok_or_else(|| no_world(id))?;
    let Advance { advance_ms } = read(body)?;
    let now = clock::text(world.advance(advance_ms));
    Ok(answer::json(StatusCode::OK, &json!({ "now": now })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(rename = "do")]
    deed: Deed,
}

/// What the control can do to a connection.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Act,
    Cancel,
    ExpireSession,
    HealthCheck,
}

fn act(hub: &Hub, id: &str, connection: &str, body: &Bytes) -> Result<Answer, Problem> {
    let world = hub.find(id).ok_or_else(|| no_world(id))?;
    let Order { deed } = read(body)?;
    let id = percent_decode_str(connection).decode_utf8_lossy();
    let now = world.now();
    let mut state = world.state();
    let connection = state
        .connection(&id, now)
        .ok_or_else(|| Problem::not_found(format!("there is no connection {id}")))?;
    let refuse = |message| Err(Problem::new(StatusCode::CONFLICT, "conflict", message));
    let running = connection.flow().is_some_and(|flow| !flow.is_over());
    match deed {
        Deed::Cancel if !running => return refuse("no login is running"),
        Deed::Cancel => {
            connection.with_flow(now, |flow| flow.stop(FlowStatus::Canceled, now));
        }
        Deed::Act => {
            let acted = connection.with_flow(now, |flow| flow.act(now));
            if acted != Some(true) {
                return refuse("nothing is to be done outside of a login now");
            }
        }
        Deed::ExpireSession => connection.expire_session(now),
        Deed::HealthCheck => connection.check_now(now),
    }
    connection.settle(now);
    let answer = managed_auth(connection, world.edition());
    drop(state);
    world.stir();
    Ok(answer::json(StatusCode::OK, &answer))
}

/// What a request waits for.
struct Wait {
    goal: Goal,
    /// Connections, and the states they are to be in.
    states: Vec<(String, String)>,
    limit: Duration,
}

fn wait(query: &str) -> Result<Wait, Problem> {
    let mut goal = Goal::default();
    let mut states = Vec::new();
    let mut limit = LONGEST_WAIT;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == "wait_state" {
            let value = percent_decode_str(value).decode_utf8_lossy();
            let (id, state) = value.rsplit_once(':').ok_or_else(|| {
                Problem::bad_request(
                    "wait_state needs a connection and a state, as in ma_1:SUCCESS",
                )
            })?;
            states.push((id.to_owned(), state.to_owned()));
            continue;
        }
        let number: u64 = value.parse().map_err(|_| {
            Problem::bad_request(format!("{name} needs a whole number, not {value:?}"))
        })?;
        match name {
            "wait_requests" => goal.requests = number,
            "wait_completed" => goal.completed = number,
            "wait_aborted" => goal.aborted = number,
            "wait_follows" => goal.follows = number,
            "wait_idle" => goal.idle = number != 0,
            "limit_ms" => limit = LONGEST_WAIT.min(Duration::from_millis(number)),
            _ => return Err(Problem::bad_request(format!("{name} is not known here"))),
        }
    }
    Ok(Wait {
        goal,
        states,
        limit,
    })
}

/// Whether the newest flow of a connection is in a state; `state` is a status or a step.
fn is_in(world: &World, id: &str, state: &str) -> bool {
    let mut connections = world.state();
    let connection = connections.connection(id, world.now());
    connection
        .and_then(|connection| connection.flow())
        .is_some_and(|flow: &Flow| [flow.status().name(), flow.step().name()].contains(&state))
}
