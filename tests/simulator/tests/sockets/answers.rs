//! What the API answers when nothing goes wrong on the way.

use serde_json::{Value, json};

use crate::client::{Answer, LOGIN, World, call, start};

const KEY: &str = "authorization: Bearer sk_test";
const JSON: &str = "content-type: application/json";

fn login(address: &str, id: &str, body: &str) -> Answer {
    call(
        address,
        "POST",
        &format!("/auth/connections/{id}/login"),
        &[KEY, JSON],
        body.as_bytes(),
    )
}

/// The status and the API's code of a refusal.
fn refusal(answer: &Answer) -> (u16, Value) {
    let body = answer.json();
    assert!(body["message"].is_string(), "{body}");
    (answer.status, body["code"].clone())
}

#[test]
fn a_login_by_hand_has_every_field() {
    let simulator = start();
    let answer = login(simulator.address(), "ma_login", "{}");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-request-id").unwrap().starts_with("req_"));
    assert!(answer.header("date").unwrap().ends_with("GMT"));
    let body = answer.json();
    assert_eq!(body["id"], "ma_login");
    assert_eq!(body["flow_type"], "LOGIN");
    let own = |field: &str| {
        body[field]
            .as_str()
            .unwrap()
            .starts_with(simulator.address())
    };
    assert!(own("hosted_url") && own("live_view_url"), "{body}");
    assert!(body["handoff_code"].as_str().unwrap().len() > 20);

    let expires: jiff::Timestamp = body["flow_expires_at"].as_str().unwrap().parse().unwrap();
    let minutes = (expires.as_second() - jiff::Timestamp::now().as_second()) / 60;
    assert!((18..=20).contains(&minutes), "expires in {minutes} minutes");
}

#[test]
fn a_reauth_has_no_live_view() {
    let simulator = start();
    let body = login(simulator.address(), "ma_reauth", "{}").json();
    assert_eq!(body["flow_type"], "REAUTH");
    assert_eq!(body.get("live_view_url"), None);
}

#[test]
fn no_two_logins_are_alike() {
    let simulator = start();
    let first = login(simulator.address(), "ma_login", "{}");
    let second = login(simulator.address(), "ma_login", "{}");
    for field in ["hosted_url", "handoff_code", "live_view_url"] {
        assert_ne!(first.json()[field], second.json()[field]);
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[test]
fn a_body_may_be_left_out() {
    let simulator = start();
    assert_eq!(
        call(simulator.address(), "POST", LOGIN, &[KEY], b"").status,
        200
    );
}

#[test]
fn refusals() {
    let simulator = start();
    let address = simulator.address();
    let with_key = |key: &str| refusal(&call(address, "POST", LOGIN, &[key], b""));
    assert_eq!(with_key("x-nothing: 1"), (401, json!("unauthorized")));
    assert_eq!(
        with_key("authorization: Bearer sk_other"),
        (401, json!("unauthorized"))
    );
    assert_eq!(
        with_key("authorization: Basic sk_test"),
        (401, json!("unauthorized"))
    );
    assert_eq!(
        with_key("authorization: Bearer sk_readonly"),
        (403, json!("forbidden"))
    );
    assert_eq!(
        refusal(&login(address, "ma_gone", "{}")),
        (404, json!("not_found"))
    );
    assert_eq!(
        refusal(&login(address, "ma_busy", "{}")),
        (409, json!("conflict"))
    );
    assert_eq!(
        refusal(&login(address, "", "{}")),
        (404, json!("not_found"))
    );
    assert_eq!(
        refusal(&call(address, "POST", "/nowhere", &[KEY], b"")),
        (404, json!("not_found"))
    );
    let wrong_method = call(address, "GET", LOGIN, &[KEY], b"");
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    assert_eq!(refusal(&wrong_method), (405, json!("method_not_allowed")));
    assert!(wrong_method.header("x-request-id").is_some());
}

#[test]
fn the_first_thing_wrong_decides() {
    let simulator = start();
    let address = simulator.address();
    let login = |id: &str, key: &str, body: &str| {
        let path = format!("/auth/connections/{id}/login");
        call(address, "POST", &path, &[key, JSON], body.as_bytes()).status
    };
    assert_eq!(
        login("ma_gone", "authorization: Bearer sk_other", "[]"),
        401
    );
    assert_eq!(
        login("ma_gone", "authorization: Bearer sk_readonly", "[]"),
        403
    );
    assert_eq!(login("ma_gone", KEY, "[]"), 404);
    assert_eq!(login("ma_busy", KEY, "[]"), 400);
    assert_eq!(login("ma_busy", KEY, "{}"), 409);
}

#[test]
fn bodies_that_are_right() {
    let simulator = start();
    for body in [
        json!({"record_session": true, "skill_mode": "disabled", "proxy": {"id": "p"}}),
        json!({"proxy": {"name": "p"}, "browser_telemetry": null, "browser": {}}),
        json!({"browser": {"proxy": {"mode": "direct"}, "region": "eu-west", "stealth": false, "telemetry": null}}),
        json!({"browser_telemetry": {
            "enabled": true,
            "browser": {
                "console": {"enabled": true}, "platform": {},
                "control": {"enabled": true, "cdp": {"excluded_methods": ["Page.enable"]}},
            },
            "export": {"otlp": {"enabled": true, "destination": {"name": "d"}}},
            "storage": {"enabled": false},
        }}),
    ] {
        let answer = login(simulator.address(), "ma_login", &body.to_string());
        assert_eq!(answer.status, 200, "{body}: {}", answer.json());
    }
}

#[test]
fn bodies_that_are_wrong() {
    let simulator = start();
    for (body, complaint) in [
        ("not json", "not JSON"),
        ("{\"record_session\":", "not JSON"),
        ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        (
            r#"{"recordSession":true}"#,
            "recordSession is not a known field",
        ),
        (
            r#"{"record_session":"yes"}"#,
            "record_session must be a boolean",
        ),
        (
            r#"{"record_session":null}"#,
            "record_session must be a boolean",
        ),
        (
            r#"{"skill_mode":"on"}"#,
            "skill_mode must be one of enabled, disabled",
        ),
        (r#"{"skill_mode":1}"#, "skill_mode must be a string"),
        (r#"{"proxy":{}}"#, "proxy needs exactly one of id, name"),
        (
            r#"{"proxy":{"id":"a","name":"b"}}"#,
            "proxy needs exactly one of id, name",
        ),
        (r#"{"proxy":{"id":7}}"#, "proxy.id must be a string"),
        (r#"{"proxy":"p"}"#, "proxy must be an object"),
        (
            r#"{"browser":{"region":"mars"}}"#,
            "browser.region must be one of",
        ),
        (
            r#"{"browser":{"stealth":1}}"#,
            "browser.stealth must be a boolean",
        ),
        (
            r#"{"browser":{"proxy":{"mode":"tor"}}}"#,
            "browser.proxy.mode must be one of direct, default",
        ),
        (
            r#"{"browser":{"proxy":{"mode":"direct","id":"a"}}}"#,
            "browser.proxy needs exactly one of mode, id, name",
        ),
        (
            r#"{"browser":{"window":{}}}"#,
            "browser.window is not a known field",
        ),
        (
            r#"{"browser_telemetry":true}"#,
            "browser_telemetry must be an object or null",
        ),
        (
            r#"{"browser_telemetry":{"browser":{"control":{"cdp":{"excluded_methods":["a",1]}}}}}"#,
            "browser_telemetry.browser.control.cdp.excluded_methods[1] must be a string",
        ),
    ] {
        let answer = login(simulator.address(), "ma_login", body);
        assert_eq!(refusal(&answer), (400, json!("bad_request")), "{body}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(complaint), "{body}: {message}");
    }
}

#[test]
fn every_finding_is_a_detail() {
    let simulator = start();
    let answer = login(
        simulator.address(),
        "ma_login",
        r#"{"a":1,"record_session":1,"skill_mode":"x"}"#,
    )
    .json();
    let codes: Vec<_> = answer["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| &detail["code"])
        .collect();
    assert_eq!(codes, ["unknown_field", "invalid_type", "invalid_input"]);
}

#[test]
fn a_body_needs_its_content_type() {
    let simulator = start();
    let status = |headers: &[&str]| call(simulator.address(), "POST", LOGIN, headers, b"{}").status;
    assert_eq!(status(&[KEY]), 400);
    assert_eq!(status(&[KEY, "content-type: text/plain"]), 400);
    assert_eq!(
        status(&[KEY, "content-type: Application/JSON; charset=utf-8"]),
        200
    );
}

#[test]
fn a_world_has_its_own_keys_and_connections() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({
            "api_keys": ["sk_mine"],
            "connections": [
                {"id": "a/b ü", "login": "REAUTH", "domain": "example.com", "profile_name": "p"},
                {"id": "plain", "answer": {"flow_type": "MAGIC", "handoff_code": null, "new": [1]}},
            ],
        }),
    );
    let login = |id: &str, key: &str| {
        call(
            &world.base_url,
            "POST",
            &format!("/auth/connections/{id}/login"),
            &[key],
            b"",
        )
    };
    let mine = "authorization: bearer sk_mine";
    assert_eq!(login("plain", KEY).status, 401);
    assert_eq!(login("ma_login", mine).status, 404);
    assert_eq!(login("a%2Fb%20%C3%BC", mine).json()["id"], "a/b ü");
    assert_eq!(login("%FF", mine).status, 404);
    let body = login("plain", mine).json();
    assert_eq!(
        (&body["flow_type"], &body["new"]),
        (&json!("MAGIC"), &json!([1]))
    );
    assert_eq!(body.get("handoff_code"), None);
}

#[test]
fn a_login_that_runs_is_in_the_way_of_the_next_one() {
    let simulator = start();
    let endless = json!({"connections": [{"id": "ma_login", "script": "endless"}]});
    let world = World::open(&simulator, &endless);
    assert_eq!(world.login().status, 200);
    assert_eq!(world.login().status, 409);
    assert_eq!(world.state("")["connections"][0]["flow"], "running");

    let forgetful = World::open(&simulator, &json!({}));
    assert_eq!(forgetful.login().status, 200);
    assert_eq!(forgetful.login().status, 200);
}

#[test]
fn a_lenient_world_lets_unknown_fields_through() {
    let simulator = start();
    let world = World::open(&simulator, &json!({"allow_unknown_fields": true}));
    assert_eq!(
        login(
            &world.base_url,
            "ma_login",
            r#"{"new":1,"browser":{"newer":2}}"#
        )
        .status,
        200
    );
    assert_eq!(
        login(&world.base_url, "ma_login", r#"{"record_session":1}"#).status,
        400
    );
}
