//! What may be submitted, and when.

use serde_json::{Value, json};

use crate::client::{World, start};

fn world(simulator: &kernel_simulator::Simulator, script: &str) -> World {
    let world = World::open(
        simulator,
        &json!({"connections": [{"id": "ma_1", "script": script}]}),
    );
    world.start_login("ma_1");
    world
}

fn submit(world: &World, body: &Value) -> (u16, String, String) {
    let answer = world.post("/auth/connections/ma_1/submit", body);
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("message"))
}

#[test]
fn a_submission_must_fit_what_is_asked() {
    let simulator = start();
    let world = world(&simulator, "sso");
    let now = world.retrieve("ma_1")["interaction_id"].clone();
    let values = json!({"field_email": "user@example.com", "field_password": "secret"});
    let old = json!({"email": "user@example.com", "password": "secret"});
    for (body, status, complaint) in [
        (Value::Null, 400, "no body"),
        (json!([]), 400, "must be a JSON object"),
        (json!({"new": 1}), 400, "new is not a known field"),
        (
            json!({"field_values": {"field_email": 1}}),
            400,
            "field_values.field_email must be a string",
        ),
        (json!({"field_values": []}), 400, "must be an object"),
        (json!({}), 422, "nothing in the submission"),
        (
            json!({"field_values": {}, "fields": {}}),
            422,
            "nothing in the submission",
        ),
        (
            json!({"interaction_id": now}),
            422,
            "nothing in the submission",
        ),
        (
            json!({"field_values": values}),
            400,
            "needs the current interaction_id",
        ),
        (
            json!({"field_values": values, "interaction_id": "old"}),
            400,
            "not the current one",
        ),
        (
            json!({"fields": old, "interaction_id": "old"}),
            400,
            "not the current one",
        ),
        (
            json!({"selected_choice_id": "google"}),
            400,
            "needs the current interaction_id",
        ),
        (
            json!({"field_values": {"email": "a"}, "interaction_id": now}),
            400,
            "no field \"email\"",
        ),
        (
            json!({"fields": {"field_email": "a"}}),
            400,
            "no field \"field_email\"",
        ),
        (
            json!({"fields": {"email": "a"}}),
            400,
            "\"password\" needs a value",
        ),
        (
            json!({"fields": {"email": "a", "password": ""}}),
            400,
            "\"password\" needs a value",
        ),
        (
            json!({"selected_choice_id": "apple", "interaction_id": now}),
            400,
            "no choice \"apple\"",
        ),
        (
            json!({"mfa_option_id": "google"}),
            400,
            "no choice \"google\"",
        ),
        (
            json!({"sign_in_option_id": "google"}),
            400,
            "no choice \"google\"",
        ),
        (
            json!({"sso_provider": "google", "sso_button_selector": "x"}),
            400,
            "submit either",
        ),
        (
            json!({"fields": old, "field_values": values, "interaction_id": now}),
            400,
            "submit either",
        ),
        (
            json!({"fields": old, "sso_provider": "google"}),
            400,
            "submit either",
        ),
    ] {
        let (actual, code, message) = submit(&world, &body);
        assert_eq!(actual, status, "{body}: {message}");
        assert!(message.contains(complaint), "{body}: {code}: {message}");
    }
    assert_eq!(
        world.retrieve("ma_1")["interaction_id"],
        now,
        "nothing has changed"
    );
    assert_eq!(
        submit(&world, &json!({"fields": old, "interaction_id": now})).0,
        202
    );
}

#[test]
fn nothing_can_be_submitted_when_nothing_is_asked() {
    let simulator = start();
    let body = json!({"fields": {"email": "a"}});
    let quiet = World::open(&simulator, &json!({}));
    let submit_to = |id: &str| {
        let answer = quiet.post(&format!("/auth/connections/{id}/submit"), &body);
        (answer.status, answer.json()["code"].clone())
    };
    assert_eq!(submit_to("ma_login"), (422, json!("no_active_flow")));
    assert_eq!(submit_to("ma_busy"), (422, json!("not_awaiting_input")));
    assert_eq!(submit_to("nobody"), (404, json!("not_found")));
    quiet.start_login("ma_login");
    assert_eq!(submit_to("ma_login"), (422, json!("no_active_flow")));
    assert_eq!(
        submit(&world(&simulator, "push"), &json!({"mfa_option_id": "sms"})).0,
        400
    );
}

#[test]
fn an_external_action_without_other_ways_takes_nothing() {
    let simulator = start();
    let script = json!({"steps": [{"external": {"message": "Do it."}}]});
    let world = World::open(
        &simulator,
        &json!({"connections": [{"id": "ma_1", "script": script}]}),
    );
    world.start_login("ma_1");
    assert_eq!(
        world.retrieve("ma_1")["flow_step"],
        "AWAITING_EXTERNAL_ACTION"
    );
    let (status, code, _) = submit(&world, &json!({"fields": {"code": "1"}}));
    assert_eq!((status, code.as_str()), (422, "not_awaiting_input"));
}

#[test]
fn what_is_not_required_may_be_left_out() {
    let simulator = start();
    let world = world(&simulator, "security_question");
    assert_eq!(
        submit(
            &world,
            &json!({"fields": {"email": "user@example.com", "password": "secret"}})
        )
        .0,
        202
    );
    assert_eq!(
        submit(&world, &json!({"fields": {"device_name": "mine"}})).0,
        400
    );
    assert_eq!(
        submit(
            &world,
            &json!({"fields": {"first_pet": "Rex", "device_name": ""}})
        )
        .0,
        202
    );
    assert_eq!(world.retrieve("ma_1")["flow_status"], "SUCCESS");
}

#[test]
fn what_is_not_required_is_right_when_it_is_empty() {
    let simulator = start();
    let fields = json!([
        {"id": "f", "ref": "f", "type": "text", "accept": "right"},
        {"id": "o", "ref": "o", "type": "text", "accept": "right", "required": false},
    ]);
    let script = json!({"steps": [{"input": { "fields": fields }}]});
    for (optional, status) in [
        ("wrong", "IN_PROGRESS"),
        ("", "SUCCESS"),
        ("right", "SUCCESS"),
    ] {
        let connections = json!([{"id": "ma_1", "script": script}]);
        let world = World::open(&simulator, &json!({ "connections": connections }));
        world.start_login("ma_1");
        let body = json!({"fields": {"f": "right", "o": optional}});
        assert_eq!(submit(&world, &body).0, 202);
        assert_eq!(world.retrieve("ma_1")["flow_status"], status, "{optional}");
    }
}

#[test]
fn an_answer_counts_once() {
    let simulator = start();
    let world = world(&simulator, "two_pages");
    let first = world.retrieve("ma_1")["interaction_id"].clone();
    let body =
        json!({"field_values": {"field_email": "user@example.com"}, "interaction_id": first});
    assert_eq!(submit(&world, &body).0, 202);
    let (status, _, message) = submit(&world, &body);
    assert_eq!(status, 400);
    assert!(message.contains("not the current one"), "{message}");
}
