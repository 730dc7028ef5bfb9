//! What a world remembers of what it received.

use std::io::Write;

use serde_json::{Value, json};

use crate::client::{Client, World, call, start};

#[test]
fn a_request_is_recorded_as_it_came() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let path = "/auth/connections/a%2Fb%20c/login";
    let headers = [
        "X-Two: b",
        "x-two: a",
        "Authorization: Bearer sk_test",
        "content-type: text/plain",
    ];
    call(
        &world.base_url,
        "POST",
        &format!("{path}?q=a%20b&r="),
        &headers,
        "{\"ü\": 1}".as_bytes(),
    );
    let state = world.state("wait_completed=1&wait_idle=1");
    assert_eq!(
        state["requests"],
        json!([{
            "index": 0, "connection": 0, "method": "POST",
            "target": format!("{path}?q=a%20b&r="), "path": path, "query": "q=a%20b&r=",
            "headers": [
                ["host", "simulator"], ["x-two", "b"], ["x-two", "a"], ["authorization", "Bearer sk_test"],
                ["content-type", "text/plain"], ["content-length", "9"],
            ],
            "body": "{\"ü\": 1}", "completed": true, "aborted": false,
        }])
    );
}

#[test]
fn the_default_world_has_a_record_without_the_control() {
    let simulator = start();
    let mut client = Client::connect(simulator.address());
    client.login();
    client.send(
        "GET",
        "/_simulator/worlds/default?wait_completed=1",
        &[],
        b"",
    );
    let state = client.answer().json();
    assert_eq!(state["requests_total"], 1);
    assert_eq!(state["connections_open"], 1);
}

#[test]
fn a_proxied_request_keeps_its_target() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    call(
        &world.base_url,
        "POST",
        "http://api.invalid/auth/connections/x/login?a=1",
        &[],
        b"",
    );
    let request = world.state("wait_completed=1")["requests"][0].take();
    assert_eq!(
        request["target"],
        "http://api.invalid/auth/connections/x/login?a=1"
    );
    assert_eq!(request["path"], "/auth/connections/x/login");
}

#[test]
fn connections_are_told_apart_and_counted() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let mut first = world.connect();
    first.login();
    let mut second = world.connect();
    second.login();
    first.login();
    let state = world.state("wait_completed=3");
    let numbers: Vec<_> = state["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["connection"].clone())
        .collect();
    assert_eq!(numbers, [0, 1, 0]);
    assert_eq!(
        (&state["connections_open"], &state["connections_total"]),
        (&json!(2), &json!(2))
    );
    drop(first);
    drop(second);
    assert_eq!(world.state("wait_idle=1")["connections_open"], 0);
}

#[test]
fn a_waiting_answer_is_held_until_it_is_true() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let mut waiting = Client::connect(simulator.address());
    waiting.send("GET", &format!("{}?wait_requests=2", world.path), &[], b"");
    let mut client = world.connect();
    client.login();
    client.login();
    let answer = waiting.answer();
    assert_eq!(
        (answer.status, &answer.json()["requests_total"]),
        (200, &json!(2))
    );
}

#[test]
fn a_wait_in_vain_ends_and_shows_the_state() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let _open = world.connect().login();
    for wait in ["wait_requests=2", "wait_completed=2", "wait_aborted=1"] {
        let answer = call(
            simulator.address(),
            "GET",
            &format!("{}?{wait}&limit_ms=30", world.path),
            &[],
            b"",
        );
        assert_eq!(answer.status, 504, "{wait}");
        assert_eq!(answer.json()["code"], "timeout");
        assert_eq!(answer.json()["requests_total"], 1);
    }
    let mut open = world.connect();
    open.login();
    let answer = call(
        simulator.address(),
        "GET",
        &format!("{}?wait_idle=1&limit_ms=30", world.path),
        &[],
        b"",
    );
    assert_eq!(
        (answer.status, &answer.json()["connections_open"]),
        (504, &json!(1))
    );
}

#[test]
fn a_large_body_is_recorded_whole() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let body: String = ('a'..='z').cycle().take(1 << 20).collect();
    call(&world.base_url, "POST", "/anything", &[], body.as_bytes());
    assert!(world.state("wait_completed=1")["requests"][0]["body"] == body);
}

#[test]
fn an_upload_that_breaks_off_has_aborted() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"faults": [{"status": 500}]}));
    let mut client = world.connect();
    client
        .stream
        .write_all(b"POST /upload HTTP/1.1\r\ncontent-length: 100\r\n\r\nonly this")
        .unwrap();
    drop(client);
    let state = world.state("wait_aborted=1&wait_idle=1");
    assert_eq!(
        (&state["requests"][0]["path"], &state["requests"][0]["body"]),
        (&json!("/upload"), &json!("only this"))
    );
    // It was no request yet, so the fault is still there for the next one.
    assert_eq!(world.login().status, 500);
}

#[test]
fn a_long_record_keeps_the_newest_requests() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    let mut client = world.connect();
    for _ in 0..1005 {
        client.login();
    }
    let state = world.state("wait_completed=1005");
    let requests = state["requests"].as_array().unwrap();
    let index = |request: Option<&Value>| request.unwrap()["index"].clone();
    assert_eq!(
        (
            requests.len(),
            index(requests.first()),
            index(requests.last())
        ),
        (1000, json!(5), json!(1004))
    );
    assert!(requests.iter().all(|request| request["completed"] == true));
    assert_eq!(state["requests_total"], 1005);
}
