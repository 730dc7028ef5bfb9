//! The stream of a login's states.

use serde_json::{Value, json};

use crate::client::{World, start, steps};

const EMAIL_AND_PASSWORD: &str =
    r#"{"fields": {"email": "user@example.com", "password": "secret"}}"#;

fn world(simulator: &kernel_simulator::Simulator, spec: Value) -> World {
    let mut spec = spec;
    if spec.get("connections").is_none() {
        spec["connections"] = json!([{"id": "ma_1", "script": "password"}]);
    }
    World::open(simulator, &spec)
}

fn sign_in(world: &World) {
    let body = serde_json::from_str(EMAIL_AND_PASSWORD).unwrap();
    assert_eq!(
        world.post("/auth/connections/ma_1/submit", &body).status,
        202
    );
}

#[test]
fn it_begins_with_the_present_state_and_ends_with_the_last() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    assert_eq!(
        stream.head.header("content-type"),
        Some("text/event-stream")
    );
    assert_eq!(
        stream.head.header("x-sse-content-type"),
        Some("application/json")
    );
    let first = stream.next();
    assert_eq!(steps(std::slice::from_ref(&first)), ["AWAITING_INPUT"]);
    let known = world.retrieve("ma_1");
    for (name, value) in first.as_object().unwrap() {
        if !["event", "timestamp"].contains(&name.as_str()) {
            assert_eq!(&known[name], value, "{name}");
        }
    }
    sign_in(&world);
    assert_eq!(steps(&stream.rest()), ["SUBMITTING", "SUCCESS"]);
}

#[test]
fn all_followers_see_the_same() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    world.start_login("ma_1");
    let (early, mut late) = (world.follow("ma_1"), world.follow("ma_1"));
    late.next();
    assert_eq!(world.state("wait_follows=2")["follows"], 2);
    sign_in(&world);
    let (early, late) = (early.rest(), late.rest());
    assert_eq!(early[1..], late);
    let states = world.state("")["connections"][0]["states"].clone();
    assert_eq!(
        states.as_array().unwrap()[1..],
        early,
        "the control has them all"
    );
    assert_eq!(world.state("wait_idle=1")["follows"], 0);
}

#[test]
fn a_login_that_is_over_has_one_state() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    assert_eq!(
        world.get("/auth/connections/ma_1/events").json()["code"],
        "no_active_flow"
    );
    world.start_login("ma_1");
    sign_in(&world);
    let events = world.follow("ma_1").rest();
    assert_eq!(steps(&events), ["SUCCESS"]);
    assert_eq!(
        events,
        world.follow("ma_1").rest(),
        "with the time at which it came to be"
    );
}

#[test]
fn heartbeats_fill_the_silence() {
    let simulator = start();
    let world = world(&simulator, json!({"heartbeat_ms": 5}));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    for _ in 0..2 {
        let beat = stream.next();
        assert_eq!(beat["event"], "sse_heartbeat");
        assert!(beat["timestamp"].as_str().unwrap().ends_with('Z'), "{beat}");
        assert_eq!(beat.as_object().unwrap().len(), 2);
    }
    sign_in(&world);
    let events: Vec<_> = stream.rest();
    let states: Vec<_> = events
        .into_iter()
        .filter(|event| event["event"] != "sse_heartbeat")
        .collect();
    assert_eq!(steps(&states), ["SUBMITTING", "SUCCESS"]);
}

#[test]
fn removing_the_connection_ends_the_login() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    world.call("DELETE", "/auth/connections/ma_1", &Value::Null);
    assert_eq!(steps(&stream.rest()), ["CANCELED"]);
}

#[test]
fn the_control_cancels_a_login() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    let cancel = || {
        world
            .control("connections/ma_1", &json!({"do": "cancel"}))
            .status
    };
    assert_eq!(cancel(), 409);
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    assert_eq!(cancel(), 200);
    assert_eq!(steps(&stream.rest()), ["CANCELED"]);
    assert_eq!(
        world.state("wait_state=ma_1:CANCELED")["connections"][0]["flow"],
        "none"
    );
    assert_eq!(cancel(), 409);
}

#[test]
fn a_reader_that_goes_is_noticed() {
    let simulator = start();
    let world = world(&simulator, json!({}));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    drop(stream);
    assert_eq!(world.state("wait_aborted=1&wait_idle=1")["follows"], 0);
}

#[test]
fn a_stream_goes_on_over_many_states_in_real_time() {
    let simulator = start();
    let steps_of_script: Vec<_> = (0..5).map(|_| json!({"discover": {"ms": 4}})).collect();
    let connections = json!([{"id": "ma_1", "script": {"steps": steps_of_script}}]);
    let world = world(
        &simulator,
        json!({"pace": 1, "hold": true, "connections": connections}),
    );
    world.start_login("ma_1");
    let events = world.follow("ma_1").rest();
    assert_eq!(events.len(), 6);
    let mut times: Vec<_> = events
        .iter()
        .map(|event| event["timestamp"].to_string())
        .collect();
    times.dedup();
    assert_eq!(times.len(), 6, "{times:?}");
}

#[test]
fn it_can_be_cut_after_any_state() {
    let simulator = start();
    for (fault, whole) in [
        (json!({"cut_after_events": 0}), 0),
        (json!({"cut_after_events": 1}), 1),
        (json!({"cut_after_events": 1, "orderly": true}), 1),
        (json!({"on": "follow", "cut": "in_body"}), 0),
    ] {
        let world = world(&simulator, json!({"faults": [fault]}));
        world.start_login("ma_1");
        let (events, rest, end) = world.follow("ma_1").broken();
        assert_eq!(events.len(), whole, "{fault}");
        assert_eq!(
            rest.is_empty(),
            fault.get("on").is_none(),
            "{fault}: {rest}"
        );
        let orderly = fault.get("orderly").is_some();
        assert_eq!(
            end,
            if orderly {
                crate::client::End::Fin
            } else {
                crate::client::End::Reset
            }
        );
        assert_eq!(
            steps(&[world.follow("ma_1").next()]),
            ["AWAITING_INPUT"],
            "the next one is whole"
        );
    }
}

#[test]
fn it_can_fall_silent_after_a_state() {
    let simulator = start();
    let fault = json!({"stall_after_events": 1});
    let world = world(&simulator, json!({"heartbeat_ms": 2, "faults": [fault]}));
    world.start_login("ma_1");
    let mut silent = world.follow("ma_1");
    let mut lively = world.follow("ma_1");
    silent.next();
    lively.next();
    for _ in 0..5 {
        assert_eq!(lively.next()["event"], "sse_heartbeat");
    }
    world.close();
    assert_eq!(silent.broken().0.len(), 0, "not even a heartbeat came");
}

#[test]
fn every_state_can_be_changed() {
    let simulator = start();
    let fault = json!({"on": "follow", "answer": {"flow_step": "DREAMING", "hosted_url": null}});
    let world = world(&simulator, json!({"faults": [fault]}));
    world.start_login("ma_1");
    let event = world.follow("ma_1").next();
    assert_eq!(event["flow_step"], "DREAMING");
    assert_eq!(event.get("hosted_url"), None);
}

#[test]
fn a_stream_can_be_written_by_hand() {
    let simulator = start();
    let chunks = json!([{"text": "da"}, {"hex": "7461"}, {"text": ": ", "delay_ms": 1}, {"text": "xy", "repeat": 3}]);
    let world = world(
        &simulator,
        json!({"faults": [
            {"on": "follow", "chunks": chunks},
            {"on": "follow", "chunks": chunks, "cut": "in_body"},
            {"on": "follow", "chunks": [{"text": "z", "repeat": 1_000_000}]},
            {"on": "follow", "chunks": chunks, "content_type": "text/plain", "headers": {"x-sse-content-type": null}},
        ]}),
    );
    let body = world.get("/auth/connections/ma_1/events").body;
    assert_eq!(body, b"data: xyxyxy");
    let (_, rest, end) = world.follow("ma_1").broken();
    assert_eq!(
        (rest.as_str(), end),
        ("data: xyxyxy", crate::client::End::Reset)
    );
    assert_eq!(
        world.get("/auth/connections/ma_1/events").body,
        b"z".repeat(1_000_000)
    );
    let plain = world.get("/auth/connections/ma_1/events");
    assert_eq!(plain.header("content-type"), Some("text/plain"));
    assert_eq!(plain.header("x-sse-content-type"), None);
}

#[test]
fn each_chunk_is_written_by_itself() {
    let simulator = start();
    let chunks: Vec<_> = "data"
        .chars()
        .map(|letter| json!({"text": letter}))
        .collect();
    let world = world(&simulator, json!({"faults": [{"chunks": chunks}]}));
    let mut client = world.connect();
    client.send("GET", "/auth/connections/ma_1/events", &[], b"");
    client.head();
    for letter in "data".bytes() {
        assert_eq!(client.chunk().unwrap(), Some(vec![letter]));
    }
    assert_eq!(client.chunk().unwrap(), None);
}

#[test]
fn a_fault_waits_for_its_operation() {
    let simulator = start();
    let world = world(
        &simulator,
        json!({"faults": [
            {"on": "retrieve", "status": 503, "times": 2}, {"on": "follow", "status": 502}, {"status": 501},
        ]}),
    );
    let status = |path: &str| world.get(&format!("/auth{path}")).status;
    assert_eq!(status("/connections"), 501);
    assert_eq!(status("/connections/ma_1"), 503);
    assert_eq!(status("/connections/ma_1/events"), 502);
    assert_eq!(status("/connections/ma_1/events"), 404);
    assert_eq!(
        [status("/connections/ma_1"), status("/connections/ma_1")],
        [503, 200]
    );
    assert_eq!(status("/connections"), 200);
}

#[test]
fn a_fault_for_streams_leaves_other_answers_alone() {
    let simulator = start();
    let world = world(&simulator, json!({"faults": [{"cut_after_events": 3}]}));
    assert_eq!(world.get("/auth/connections").status, 200);
    let refused = world.get("/auth/connections/ma_1/events");
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (404, &json!("no_active_flow"))
    );
}
