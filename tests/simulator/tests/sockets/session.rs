//! Hand-off codes, and the sessions they are exchanged for.

use serde_json::{Value, json};

use crate::client::{Answer, World, call, start};

fn world(simulator: &kernel_simulator::Simulator) -> World {
    let connections =
        json!([{"id": "ma_1", "script": "password"}, {"id": "ma_2", "script": "password"}]);
    World::open(
        simulator,
        &json!({"frozen": true, "connections": connections}),
    )
}

/// Without any key.
fn exchange(world: &World, id: &str, body: &Value) -> Answer {
    let path = format!("/auth/connections/{id}/exchange");
    let headers = ["content-type: application/json"];
    call(
        &world.base_url,
        "POST",
        &path,
        &headers,
        body.to_string().as_bytes(),
    )
}

fn code(login: &Value) -> Value {
    json!({"code": login["handoff_code"]})
}

fn session(world: &World) -> String {
    let answer = exchange(world, "ma_1", &code(&world.start_login("ma_1")));
    assert_eq!(answer.status, 200, "{}", answer.json());
    let answer = answer.json();
    assert_eq!(answer.as_object().unwrap().len(), 2);
    assert!(answer["invocation_id"].is_string());
    answer["jwt"].as_str().unwrap().to_owned()
}

#[test]
fn a_code_is_good_once() {
    let simulator = start();
    let world = world(&simulator);
    let login = world.start_login("ma_1");
    let status = |id: &str, body: &Value| {
        let answer = exchange(&world, id, body);
        (answer.status, answer.json()["code"].clone())
    };
    assert_eq!(status("ma_1", &json!({})), (400, json!("bad_request")));
    assert_eq!(
        status("ma_1", &json!({"code": 1})),
        (400, json!("bad_request"))
    );
    assert_eq!(
        status("ma_1", &json!({"code": "x", "new": 1})),
        (400, json!("bad_request"))
    );
    assert_eq!(
        status("ma_1", &json!({"code": "x"})),
        (400, json!("bad_request"))
    );
    assert_eq!(status("ma_2", &code(&login)), (400, json!("bad_request")));
    assert_eq!(status("nobody", &code(&login)), (404, json!("not_found")));
    assert_eq!(status("ma_1", &code(&login)).0, 200);
    assert_eq!(status("ma_1", &code(&login)), (410, json!("gone")));
}

#[test]
fn a_code_ends_with_its_login() {
    let simulator = start();
    let world = world(&simulator);
    let first = code(&world.start_login("ma_1"));
    world.advance(20 * 60_000);
    assert_eq!(exchange(&world, "ma_1", &first).status, 410);
    let second = code(&world.start_login("ma_1"));
    assert_eq!(
        exchange(&world, "ma_1", &first).status,
        410,
        "of an older login"
    );
    assert_eq!(exchange(&world, "ma_1", &second).status, 200);
}

#[test]
fn a_session_does_what_a_login_needs_and_nothing_else() {
    let simulator = start();
    let world = world(&simulator);
    let jwt = session(&world);
    world.start_login("ma_2");
    let status = |method: &str, path: &str| {
        world
            .call_as(&jwt, method, &format!("/auth{path}"), &json!({}))
            .status
    };
    assert_eq!(status("GET", "/connections/ma_1"), 200);
    assert_eq!(status("POST", "/connections/ma_1/submit"), 422);
    for (method, path) in [("GET", ""), ("POST", "/submit"), ("GET", "/events")] {
        assert_eq!(
            status(method, &format!("/connections/ma_2{path}")),
            404,
            "{method} {path}"
        );
    }
    for (method, path) in [
        ("GET", "/context"),
        ("GET", "/connections"),
        ("POST", "/connections"),
        ("PATCH", "/connections/ma_1"),
        ("DELETE", "/connections/ma_1"),
        ("POST", "/connections/ma_1/login"),
        ("GET", "/connections/ma_1/timeline"),
    ] {
        assert_eq!(status(method, path), 403, "{method} {path}");
    }
    let sign_in = json!({"fields": {"email": "user@example.com", "password": "secret"}});
    assert_eq!(
        world
            .call_as(&jwt, "POST", "/auth/connections/ma_1/submit", &sign_in)
            .status,
        202
    );
    assert_eq!(
        world
            .call_as(&jwt, "GET", "/auth/connections/ma_1/events", &Value::Null)
            .status,
        200
    );
}

#[test]
fn a_session_lasts_half_an_hour() {
    let simulator = start();
    let world = world(&simulator);
    let jwt = session(&world);
    let status = || {
        world
            .call_as(&jwt, "GET", "/auth/connections/ma_1", &Value::Null)
            .status
    };
    world.advance(30 * 60_000 - 1000);
    assert_eq!(status(), 200);
    world.advance(1000);
    assert_eq!(status(), 401);
}

#[test]
fn a_token_cannot_be_made_up() {
    let simulator = start();
    let (world, other) = (world(&simulator), world(&simulator));
    let jwt = session(&world);
    let status = |world: &World, jwt: &str| {
        world
            .call_as(jwt, "GET", "/auth/connections/ma_1", &Value::Null)
            .status
    };
    assert_eq!(status(&world, &jwt), 200);
    assert_eq!(status(&other, &jwt), 401, "of another world");
    let parts: Vec<_> = jwt.split('.').collect();
    assert_eq!(parts.len(), 3);
    let claims = parts[1].replace(
        &parts[1][5..6],
        if &parts[1][5..6] == "A" { "B" } else { "A" },
    );
    assert_eq!(
        status(&world, &format!("{}.{claims}.{}", parts[0], parts[2])),
        401
    );
    assert_eq!(status(&world, &format!("{}.{}.", parts[0], parts[1])), 401);
    assert_eq!(status(&world, "a.b.c"), 401);
}
