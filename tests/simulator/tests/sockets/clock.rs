//! Time: expiry, health checks, dates, and moving the clock.

use serde_json::{Value, json};

use crate::client::{World, start, steps};

const NOW: &str = "2026-11-22T10:00:00Z";
const MINUTE: u64 = 60_000;

fn world(simulator: &kernel_simulator::Simulator, connection: Value) -> World {
    let mut connection = connection;
    connection["id"] = json!("ma_1");
    let spec = json!({"now": NOW, "frozen": true, "connections": [connection]});
    World::open(simulator, &spec)
}

fn timeline(world: &World, query: &str) -> Vec<Value> {
    let answer = world.get(&format!("/auth/connections/ma_1/timeline?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json().as_array().unwrap().clone()
}

fn kinds(entries: &[Value]) -> Vec<String> {
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|entry| format!("{} {}", text(entry, "type"), text(entry, "status")))
        .collect()
}

#[test]
fn a_frozen_clock_is_exact() {
    let simulator = start();
    let world = world(&simulator, json!({"script": "password"}));
    let answer = world.post("/auth/connections/ma_1/login", &json!({}));
    assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 10:00:00 GMT"));
    assert_eq!(answer.json()["flow_expires_at"], "2026-11-22T10:20:00.000Z");
    assert_eq!(
        world.follow("ma_1").next()["timestamp"],
        "2026-11-22T10:00:00.000Z"
    );
    assert_eq!(world.advance(1500)["now"], "2026-11-22T10:00:01.500Z");
    assert_eq!(world.state("")["now"], "2026-11-22T10:00:01.500Z");
    assert_eq!(
        world.get("/auth/connections").header("date"),
        Some("Sun, 22 Nov 2026 10:00:01 GMT")
    );
}

#[test]
fn the_date_may_be_off() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({"now": NOW, "frozen": true, "date_skew_ms": -90_000}),
    );
    assert_eq!(
        world.get("/auth/connections").header("date"),
        Some("Sun, 22 Nov 2026 09:58:30 GMT")
    );
}

#[test]
fn nobody_waits_longer_than_ten_minutes() {
    let simulator = start();
    let world = world(&simulator, json!({"script": "password"}));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    world.advance(10 * MINUTE - 1);
    assert_eq!(world.retrieve("ma_1")["flow_status"], "IN_PROGRESS");
    world.advance(1);
    let events = stream.rest();
    assert_eq!(steps(&events), ["EXPIRED"]);
    assert_eq!(events[0]["error_code"], "awaiting_input_timeout");
    assert_eq!(events[0]["timestamp"], "2026-11-22T10:10:00.000Z");
    let entries = timeline(&world, "");
    assert_eq!(
        (&entries[0]["status"], &entries[0]["step"]),
        (&json!("EXPIRED"), &json!("EXPIRED"))
    );
}

#[test]
fn an_answer_starts_the_wait_anew_but_not_the_login() {
    let simulator = start();
    let world = world(&simulator, json!({"script": "two_pages"}));
    world.start_login("ma_1");
    world.advance(9 * MINUTE);
    let email = |email: &str| json!({"field_values": {"field_email": email}});
    assert_eq!(world.submit("ma_1", email("wrong")).status, 202);
    world.advance(9 * MINUTE);
    assert_eq!(world.submit("ma_1", email("user@example.com")).status, 202);
    assert_eq!(
        world.retrieve("ma_1")["flow_expires_at"],
        "2026-11-22T10:20:00.000Z"
    );
    world.advance(2 * MINUTE);
    let after = world.retrieve("ma_1");
    assert_eq!(
        (&after["flow_status"], &after["error_code"]),
        (&json!("EXPIRED"), &json!("session_expired"))
    );
    assert_eq!(after["flow_expires_at"], Value::Null);
}

#[test]
fn an_external_action_is_waited_for_ten_minutes() {
    let simulator = start();
    let script = json!({"steps": [{"external": {"message": "Do it."}}]});
    let world = world(&simulator, json!({ "script": script }));
    world.start_login("ma_1");
    world.advance(10 * MINUTE);
    assert_eq!(
        world.retrieve("ma_1")["error_code"],
        "external_action_timeout"
    );
}

#[test]
fn a_pace_makes_times_real() {
    let simulator = start();
    let connections = json!([{"id": "ma_1", "script": "password"}]);
    let world = World::open(
        &simulator,
        &json!({"frozen": true, "pace": 0.5, "connections": connections}),
    );
    world.start_login("ma_1");
    world.advance(399);
    assert_eq!(world.retrieve("ma_1")["flow_step"], "DISCOVERING");
    world.advance(1);
    assert_eq!(world.retrieve("ma_1")["flow_step"], "AWAITING_INPUT");
}

#[test]
fn a_running_clock_moves_logins_by_itself() {
    let simulator = start();
    let script = json!({"steps": [{"discover": {"ms": 20}}, {"discover": {"ms": 20}}]});
    let world = World::open(
        &simulator,
        &json!({"pace": 1, "connections": [{"id": "ma_1", "script": script}]}),
    );
    world.start_login("ma_1");
    let state = world.state("wait_state=ma_1:SUCCESS");
    assert_eq!(
        state["connections"][0]["states"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn sessions_are_checked_and_renewed() {
    let simulator = start();
    let world = world(
        &simulator,
        json!({"script": "password", "status": "AUTHENTICATED", "session_ms": 90 * MINUTE}),
    );
    assert_eq!(world.retrieve("ma_1").get("last_auth_check_at"), None);
    world.advance(60 * MINUTE);
    assert_eq!(kinds(&timeline(&world, "")), ["health_check AUTHENTICATED"]);
    assert_eq!(
        world.retrieve("ma_1")["last_auth_check_at"],
        "2026-11-22T11:00:00.000Z"
    );
    world.advance(60 * MINUTE);
    assert_eq!(
        kinds(&timeline(&world, "")),
        [
            "reauth SUCCESS",
            "health_check NEEDS_AUTH",
            "health_check AUTHENTICATED"
        ],
    );
    assert_eq!(timeline(&world, "")[1]["previous_status"], "AUTHENTICATED");
    assert_eq!(world.retrieve("ma_1")["status"], "AUTHENTICATED");
    assert_eq!(kinds(&timeline(&world, "type=reauth")), ["reauth SUCCESS"]);
}

#[test]
fn a_session_that_cannot_be_renewed_is_lost() {
    let simulator = start();
    for settings in [
        json!({"auto_reauth": false}),
        json!({"save_credentials": false}),
    ] {
        let world = world(
            &simulator,
            json!({"script": "password", "status": "AUTHENTICATED", "settings": settings}),
        );
        let tell = |deed: &str| {
            world
                .control("connections/ma_1", &json!({ "do": deed }))
                .json()
        };
        assert_eq!(
            tell("expire_session")["status"],
            "AUTHENTICATED",
            "nobody has looked yet"
        );
        assert_eq!(tell("health_check")["status"], "NEEDS_AUTH", "{settings}");
        assert_eq!(kinds(&timeline(&world, "")), ["health_check NEEDS_AUTH"]);
    }
}

#[test]
fn checks_can_be_turned_off_and_on() {
    let simulator = start();
    let settings = json!({"health_checks": false});
    let world = world(
        &simulator,
        json!({"status": "AUTHENTICATED", "settings": settings}),
    );
    world.advance(24 * 60 * MINUTE);
    assert_eq!(timeline(&world, "").len(), 0);
    let on = json!({"health_checks": true, "health_check_interval": 300});
    world.call("PATCH", "/auth/connections/ma_1", &on);
    world.advance(15 * MINUTE);
    assert_eq!(timeline(&world, "").len(), 3);
}

#[test]
fn a_jump_of_years_is_no_flood() {
    let simulator = start();
    let world = world(&simulator, json!({"status": "AUTHENTICATED"}));
    world.advance(20 * 365 * 24 * 60 * MINUTE);
    let entries = timeline(&world, "limit=100");
    assert!(entries.len() >= 99, "{}", entries.len());
    let newest = entries[0]["timestamp"].as_str().unwrap();
    assert!(newest.starts_with("2046-11-17T"), "{newest}");
    let end = world.advance(u64::MAX);
    assert!(
        end["now"].as_str().unwrap().starts_with("9999-12-3"),
        "{end}"
    );
    assert_eq!(timeline(&world, "limit=100").len(), 100);
}

#[test]
fn the_timeline_tells_of_every_login() {
    let simulator = start();
    let world = world(&simulator, json!({"script": "password_wrong_once"}));
    assert_eq!(timeline(&world, "").len(), 0);
    let record = world.post(
        "/auth/connections/ma_1/login",
        &json!({"record_session": true}),
    );
    assert_eq!(record.status, 200);
    let running = &timeline(&world, "")[0];
    assert_eq!(
        (&running["status"], &running["step"]),
        (&json!("IN_PROGRESS"), &json!("AWAITING_INPUT"))
    );
    assert_eq!(running["timestamp"], "2026-11-22T10:00:00.000Z");
    assert!(running["replay_id"].is_string() && running["browser_session_id"].is_string());
    assert_eq!(running.get("completed_at"), None);
    world.advance(1000);
    for _ in 0..2 {
        let body = json!({"fields": {"email": "user@example.com", "password": "secret"}});
        assert_eq!(world.submit("ma_1", body).status, 202);
    }
    let entries = timeline(&world, "");
    assert_eq!(kinds(&entries), ["login SUCCESS"]);
    assert_eq!(entries[0]["id"], running["id"]);
    assert_eq!(entries[0]["website_error"], "Wrong email or password.");
    assert_eq!(entries[0]["completed_at"], "2026-11-22T10:00:01.000Z");
}

#[test]
fn the_timeline_comes_in_pages() {
    let simulator = start();
    let past: Vec<_> = (0..3)
        .map(|number| json!({"type": "login", "id": format!("fl_{number}"), "status": "FAILED", "new": number}))
        .collect();
    let world = world(&simulator, json!({ "timeline": past }));
    let answer = world.get("/auth/connections/ma_1/timeline?limit=2");
    assert_eq!(answer.json().as_array().unwrap()[..], past[..2]);
    assert_eq!(
        (answer.header("x-has-more"), answer.header("x-next-offset")),
        (Some("true"), Some("2"))
    );
    world.start_login("ma_1");
    assert_eq!(timeline(&world, "offset=1"), past);
    assert_eq!(timeline(&world, "type=health_check").len(), 0);
    assert_eq!(
        world
            .get("/auth/connections/ma_1/timeline?type=party")
            .status,
        400
    );
    assert_eq!(
        world
            .get("/auth/connections/ma_1/timeline?limit=101")
            .status,
        400
    );
}

#[test]
fn a_clock_is_moved_by_a_number() {
    let simulator = start();
    let world = World::open(&simulator, &json!({}));
    for body in [
        json!({}),
        json!({"advance_ms": -1}),
        json!({"advance_ms": 1, "new": 1}),
    ] {
        assert_eq!(world.control("clock", &body).status, 400, "{body}");
    }
    assert_eq!(world.control("time", &json!({})).status, 404);
    assert_eq!(
        world
            .control("connections/nobody", &json!({"do": "act"}))
            .status,
        404
    );
    assert_eq!(
        world
            .control("connections/ma_login", &json!({"do": "party"}))
            .status,
        400
    );
    for spec in [
        json!({"now": "yesterday"}),
        json!({"pace": -1}),
        json!({"connections": [{"id": "a"}, {"id": "a"}]}),
    ] {
        assert_eq!(World::try_open(&simulator, &spec).status, 400, "{spec}");
    }
}
