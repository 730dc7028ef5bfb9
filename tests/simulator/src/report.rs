//! A world as the control shows it.

use serde_json::{Value, json};

use crate::api::managed_auth;
use crate::clock;
use crate::connection::Connection;
use crate::edition::Edition;
use crate::world::World;

/// The record of a world, and the connections it has.
pub(crate) fn of(world: &World) -> Value {
    let now = world.now();
    let mut report = world.record().to_json();
    if let Value::Object(report) = &mut report {
        report.insert("id".to_owned(), json!(world.id()));
        report.insert("now".to_owned(), json!(clock::text(now)));
        let mut state = world.state();
        state.settle(now);
        let connections = state.connections();
        let connections = connections.map(|connection| describe(connection, world.edition()));
        report.insert("connections".to_owned(), connections.collect());
    }
    report
}

fn describe(connection: &Connection, edition: Edition) -> Value {
    let seed = connection.seed();
    let flow = connection.flow();
    let running = flow.is_some_and(|flow| !flow.is_over());
    let states = flow.map(|flow| {
        let story = flow.story();
        let story = story.borrow();
        story.events.iter().map(|event| json!(**event)).collect()
    });
    json!({
        "id": seed.id,
        "flow": if running { "running" } else { "none" },
        "domain": seed.domain,
        "profile_name": seed.profile_name,
        "managed_auth": managed_auth(connection, edition),
        "states": states.unwrap_or_else(|| json!([])),
        "handoff_code": flow.map(|flow| &flow.links().handoff_code),
    })
}
