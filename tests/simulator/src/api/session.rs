//! A hand-off code for a short-lived session.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Call, Outcome, no_connection, shapes};
use crate::answer::Problem;
use crate::flow::Flow;

pub(super) fn exchange(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    let body = call.object(shapes::EXCHANGE.of(call.world.edition()))?;
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    if !connection.seed().timeline.knows(code) {
        return Err(Problem::bad_request(
            "this is no hand-off code of the connection",
        ));
    }
    let of_running = |code: &str| {
        let flow = connection.flow().filter(|flow| !flow.is_over());
        flow.is_some_and(|flow| flow.links().handoff_code == code)
    };
    let fresh = of_running(code) && connection.with_flow(now, Flow::exchange).unwrap_or(false);
    if !fresh {
        let message = "the hand-off code has been used, or its login is over";
        return Err(Problem::new(StatusCode::GONE, "gone", message));
    }
    let invocation = format!("inv_{}", call.world.tickets().next().short());
    let jwt = call.world.sessions().issue(&invocation, id, now);
    Ok(Outcome::Json(
        StatusCode::OK,
        json!({ "invocation_id": invocation, "jwt": jwt }),
    ))
}
