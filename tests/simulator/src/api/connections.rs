//! Making, reading, changing and removing connections.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::paging::{Query, Window};
use super::show::managed_auth;
use super::{Call, Outcome, no_connection, shapes};
use crate::answer::Problem;
use crate::connection::{Connection, Seed, Status};
use crate::flow::FlowStatus;
use crate::timeline::Timeline;

pub(super) fn create(call: &Call<'_>) -> Result<Outcome, Problem> {
    let mut settings = call.object(shapes::CREATE.of(call.world.edition()))?;
    let mut text = |name| match settings.shift_remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (domain, profile_name) = (text("domain"), text("profile_name"));
    // Nothing to keep.
    settings.retain(|_, value| !value.is_null());
    let now = call.world.now();
    let mut state = call.world.state();
    let same = |connection: &&Connection| {
        let seed = connection.seed();
        seed.domain == domain && seed.profile_name == profile_name
    };
    if let Some(existing) = state.connections().find(same) {
        return Err(Problem::already_exists(existing.id()));
    }
    let seed = Seed {
        id: format!("ma_{}", call.world.tickets().next().short()),
        domain,
        profile_name,
        script: call.world.script().clone(),
        login: None,
        settings,
        status: Status::NeedsAuth,
        session: None,
        timeline: Timeline::default(),
        answer: None,
        overlay: None,
    };
    let connection = Connection::new(seed, call.world.terms().clone(), now);
    let answer = managed_auth(&connection, call.world.edition());
    state.add(connection);
    Ok(Outcome::Json(StatusCode::CREATED, answer))
}

pub(super) fn list(call: &Call<'_>) -> Result<Outcome, Problem> {
    let edition = call.world.edition();
    let query = Query::of(call.head.uri.query());
    let window = Window::of(&query, edition)?;
    let wanted = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
    let search = query.get("query").map(str::to_lowercase);
    let found = |text: &str| {
        let text = text.to_lowercase();
        search.as_ref().is_none_or(|search| text.contains(search))
    };
    let mut state = call.world.state();
    state.settle(call.world.now());
    let connections = state.connections().filter(|connection| {
        let seed = connection.seed();
        wanted("domain", &seed.domain)
            && wanted("profile_name", &seed.profile_name)
            && [&seed.id, &seed.domain, &seed.profile_name]
                .into_iter()
                .any(|text| found(text))
    });
    let page = window.cut(connections, |connection| managed_auth(connection, edition));
    Ok(Outcome::Page(page))
}

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    let answer = managed_auth(connection, call.world.edition());
    connection.with_flow(now, |flow| flow.seen_now(now));
    call.world.stir();
    Ok(Outcome::Json(StatusCode::OK, answer))
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    if call.body.is_empty() {
        return Err(Problem::bad_request("the request has no body"));
    }
    let changes: Map<_, _> = call.object(shapes::UPDATE.of(call.world.edition()))?;
    connection.update(&changes, now);
    call.world.stir();
    let answer = managed_auth(connection, call.world.edition());
    Ok(Outcome::Json(StatusCode::OK, answer))
}

pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    connection.with_flow(now, |flow| flow.stop(FlowStatus::Canceled, now));
    state.remove(id);
    Ok(Outcome::Empty)
}

pub(super) fn timeline(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let edition = call.world.edition();
    let mut state = call.world.state();
    let connection = state
        .connection(id, call.world.now())
        .ok_or_else(|| no_connection(id))?;
    let query = Query::of(call.head.uri.query());
    let window = Window::of(&query, edition)?;
    let kind = query.get("type");
    let known = ["login", "reauth", "health_check"];
    if edition.is_newest() && kind.is_some_and(|kind| !known.contains(&kind)) {
        let message = format!("type must be one of {}", known.join(", "));
        return Err(Problem::bad_request(message));
    }
    let entries = connection.seed().timeline.entries();
    let entries = entries.filter(|entry| kind.is_none_or(|kind| entry.is(kind)));
    let page = window.cut(entries, |entry| json!(entry.fields));
    Ok(Outcome::Page(page))
}
