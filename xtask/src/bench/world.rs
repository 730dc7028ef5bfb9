//! What the simulator is like while calls are measured.

use serde_json::{Value, json};

/// The events of one stream, the last one included.
pub(super) const EVENTS: u32 = 2000;

/// A page of 100 connections whose logins wait for input, and streams that are told as fast as they are read.
pub(super) fn world() -> Value {
    let waiting = (0..99).map(|at| {
        json!({
            "id": format!("ma_{at}"),
            "domain": format!("shop{at}.example.com"),
            "profile_name": format!("customer-{at}"),
            "script": "password",
            "flow": "running",
        })
    });
    let connections: Vec<Value> = std::iter::once(json!({ "id": "ma_login" }))
        .chain(waiting)
        .collect();
    // Each event by itself, as an API sends it that tells what happens when it happens.
    let state = json!({ "text": frame(&waits()) });
    let mut chunks = vec![state; EVENTS as usize - 1];
    chunks.push(json!({ "text": frame(&ends()) }));
    json!({
        "connections": connections,
        "frozen": true,
        "faults": [{ "on": "follow", "times": 1_000_000_000, "chunks": chunks }],
    })
}

fn frame(event: &Value) -> String {
    format!("event: managed_auth_state\ndata: {event}\n\n")
}

/// A login that waits for email and password.
fn waits() -> Value {
    json!({
        "event": "managed_auth_state",
        "timestamp": "2026-11-23T03:03:15.999Z",
        "flow_status": "IN_PROGRESS",
        "flow_step": "AWAITING_INPUT",
        "flow_type": "LOGIN",
        "interaction_id": "int_qyxqjq25xbyq9",
        "fields": [
            { "id": "field_email", "ref": "email", "type": "identifier", "label": "Email", "required": true,
              "reason": "missing", "input_mode": "email" },
            { "id": "field_password", "ref": "password", "type": "password", "label": "Password", "required": true,
              "reason": "missing" },
        ],
        "discovered_fields": [
            { "name": "email", "type": "email", "label": "Email", "required": true,
              "selector": "input[name=\"email\"]", "placeholder": "you@example.com" },
            { "name": "password", "type": "password", "label": "Password", "required": true,
              "selector": "input[name=\"password\"]" },
        ],
        "live_view_url": "https://live.example/bgzeseu7ptccw",
        "hosted_url": "https://auth.example/login/ma_login?code=cymtqpqmj97xcpdtp6e3gab3midkc7t3ad3p8kpnkr2z",
    })
}

fn ends() -> Value {
    json!({
        "event": "managed_auth_state",
        "timestamp": "2026-11-23T03:04:15.999Z",
        "flow_status": "SUCCESS",
        "flow_step": "COMPLETED",
        "flow_type": "LOGIN",
        "post_login_url": "https://example.com/",
    })
}
