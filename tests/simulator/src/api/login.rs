//! Starting a login, answering what it asks, and watching it.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Call, Outcome, no_connection, put_over, shapes};
use crate::answer::Problem;
use crate::clock;
use crate::connection::Busy;
use crate::flow::{Flow, Refusal};
use crate::follow::Follower;

pub(super) fn start(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    let body = call.object(shapes::LOGIN.of(call.world.edition()))?;
    let record = body.get("record_session").and_then(Value::as_bool);
    let mut answer = match connection.login(record, now) {
        Ok(flow) => started(id, flow),
        Err(Busy) => {
            let message = "a login flow is already in progress for this connection";
            return Err(Problem::new(StatusCode::CONFLICT, "conflict", message));
        }
    };
    put_over(&mut answer, connection.seed().answer.as_ref());
    connection.settle(now);
    call.world.stir();
    Ok(Outcome::Json(StatusCode::OK, answer))
}

fn started(id: &str, flow: &Flow) -> Value {
    let links = flow.links();
    let mut answer = json!({
        "id": id,
        "flow_type": flow.kind(),
        "hosted_url": links.hosted_url,
        "flow_expires_at": clock::text(flow.expires_at()),
        "handoff_code": links.handoff_code,
    });
    if let (Value::Object(answer), Some(url)) = (&mut answer, &links.live_view_url) {
        answer.insert("live_view_url".to_owned(), json!(url));
    }
    answer
}

pub(super) fn submit(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let now = call.world.now();
    let mut state = call.world.state();
    let connection = state.connection(id, now).ok_or_else(|| no_connection(id))?;
    if call.body.is_empty() {
        return Err(Problem::bad_request("the request has no body"));
    }
    let body = call.object(shapes::SUBMIT.of(call.world.edition()))?;
    let taken = connection
        .with_flow(now, |flow| flow.submit(&body, now))
        .unwrap_or(Err(Refusal::NotAsked));
    let refuse = |code, message: &str| {
        Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            code,
            message,
        ))
    };
    match taken {
        Ok(()) => {}
        Err(Refusal::Unfit(message)) => return Err(Problem::bad_request(message)),
        Err(Refusal::Nothing) => {
            return refuse("nothing_submitted", "there is nothing in the submission");
        }
        Err(Refusal::NotAsked) if connection.flow().is_none_or(Flow::is_over) => {
            return refuse("no_active_flow", "no login is running for this connection");
        }
        Err(Refusal::NotAsked) => {
            return refuse(
                "not_awaiting_input",
                "the login does not ask for anything now",
            );
        }
    }
    connection.settle(now);
    call.world.stir();
    Ok(Outcome::Json(
        StatusCode::ACCEPTED,
        json!({ "accepted": true }),
    ))
}

pub(super) fn follow(call: &Call<'_>, id: &str) -> Result<Outcome, Problem> {
    let mut state = call.world.state();
    let connection = state
        .connection(id, call.world.now())
        .ok_or_else(|| no_connection(id))?;
    let flow = connection.flow().ok_or_else(|| {
        let message = format!("auth connection {id} has had no login to follow");
        Problem::new(StatusCode::NOT_FOUND, "no_active_flow", message)
    })?;
    let follower = Follower::new(call.world.clone(), flow);
    if state.refuses_follow(id) {
        return Err(Problem::of_status(StatusCode::SERVICE_UNAVAILABLE));
    }
    Ok(Outcome::Stream(follower))
}
