//! Every script that comes along, from the first state to the last.

use serde_json::{Value, json};

use crate::client::{Stream, World, start, steps};

/// A world that shows every state, with one connection `ma_1`.
fn world(simulator: &kernel_simulator::Simulator, script: &Value) -> World {
    let connections = json!([{"id": "ma_1", "script": script}]);
    World::open(
        simulator,
        &json!({"hold": true, "connections": connections}),
    )
}

fn credentials(password: &str) -> Value {
    json!({"field_values": {"field_email": "user@example.com", "field_password": password}})
}

fn code(code: &str) -> Value {
    json!({"field_values": {"field_code": code}})
}

fn choice(id: &str) -> Value {
    json!({ "selected_choice_id": id })
}

/// What a login that is followed shows while these answers are given, one at each point that asks.
fn walk(world: &World, answers: &[Value]) -> Vec<Value> {
    world.start_login("ma_1");
    go_on(world, world.follow("ma_1"), answers)
}

fn go_on(world: &World, mut stream: Stream, answers: &[Value]) -> Vec<Value> {
    let mut answers = answers.iter();
    let mut events = Vec::new();
    while let Some(event) = stream.try_next().unwrap() {
        let asks = event
            .get("fields")
            .or(event.get("choices"))
            .or(event.get("discovered_fields"));
        if asks.or(event.get("mfa_options")).is_some() {
            let mut answer = answers
                .next()
                .expect("one more question than answers")
                .clone();
            if let Some(id) = event.get("interaction_id") {
                answer["interaction_id"] = id.clone();
            }
            let taken = world.post("/auth/connections/ma_1/submit", &answer);
            assert_eq!(taken.status, 202, "{}", taken.json());
            assert_eq!(taken.json(), json!({"accepted": true}));
        }
        events.push(event);
    }
    assert_eq!(answers.next(), None, "one more answer than questions");
    events
}

#[test]
fn every_script_leads_where_it_says() {
    let (right, email) = (
        credentials("secret"),
        json!({"field_values": {"field_email": "user@example.com"}}),
    );
    let password = json!({"field_values": {"field_password": "secret"}});
    let totp = json!({"field_values": {"field_totp": "123456"}});
    let secret = json!({"field_values": {"field_totp_secret": "JBSWY3DPEHPK3PXP"}});
    let pet = json!({"field_values": {"field_answer": "rex"}});
    let google = json!({"field_values": {"field_google": "secret"}});
    let legacy = json!({"fields": {"email": "user@example.com", "password": "secret"}});
    let sms = json!({"mfa_option_id": "sms"});
    let old_code = json!({"fields": {"code": "123456"}});
    for (script, answers, states) in [
        ("password", vec![right.clone()], "D I S"),
        (
            "password_wrong_once",
            vec![right.clone(), right.clone()],
            "D I S I S",
        ),
        ("two_pages", vec![email.clone(), password], "D I S I S"),
        ("mfa_code", vec![right.clone(), code("123456")], "D I S I S"),
        (
            "mfa_choice",
            vec![right.clone(), choice("sms"), code("123456")],
            "D I S I S I S",
        ),
        (
            "mfa_choice",
            vec![right.clone(), choice("push")],
            "D I S I S E",
        ),
        (
            "mfa_choice",
            vec![
                right.clone(),
                choice("switch"),
                choice("totp"),
                totp.clone(),
            ],
            "D I S I S I S I S",
        ),
        ("push", vec![right.clone()], "D I S E"),
        (
            "push_or_code",
            vec![right.clone(), choice("sms"), code("123456")],
            "D I S E S I S",
        ),
        ("email_link", vec![email], "D I S E"),
        ("totp", vec![right.clone(), totp.clone()], "D I S I S"),
        (
            "totp_secret",
            vec![right.clone(), secret, totp],
            "D I S I S I S",
        ),
        ("sso", vec![choice("google"), google], "D I S I S"),
        ("sso", vec![json!({"sso_provider": "github"})], "D I S"),
        ("sso", vec![right.clone()], "D I S"),
        (
            "account_picker",
            vec![right.clone(), choice("work")],
            "D I S I S",
        ),
        (
            "account_picker",
            vec![right.clone(), json!({"sign_in_option_id": "family"})],
            "D I S I S",
        ),
        ("security_question", vec![right.clone(), pet], "D I S I S"),
        (
            "legacy_only",
            vec![legacy.clone(), sms.clone(), old_code.clone()],
            "D I S I S I S",
        ),
        (
            "canonical_only",
            vec![right.clone(), choice("sms"), code("123456")],
            "D I S I S I S",
        ),
        ("mfa_choice", vec![legacy, sms, old_code], "D I S I S I S"),
        ("reauth", vec![right.clone()], "D I S"),
        ("reauth_refused", vec![right], "D I S"),
        ("instant", vec![], ""),
    ] {
        let simulator = start();
        let world = world(&simulator, &json!(script));
        let events = walk(&world, &answers);
        let names: Vec<_> = states
            .split_whitespace()
            .map(|state| match state {
                "D" => "DISCOVERING",
                "I" => "AWAITING_INPUT",
                "S" => "SUBMITTING",
                _ => "AWAITING_EXTERNAL_ACTION",
            })
            .chain(["SUCCESS"])
            .collect();
        assert_eq!(steps(&events), names, "{script}");
        let after = world.retrieve("ma_1");
        assert_eq!(after["status"], "AUTHENTICATED", "{script}");
        assert_eq!(after["post_login_url"], "https://example.com/");
        assert_eq!(after["hosted_url"], Value::Null);
    }
}

#[test]
fn every_script_that_comes_along_is_tried() {
    let source = include_str!("logins.rs");
    for (name, _) in kernel_simulator::scripts() {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn a_wrong_answer_is_asked_for_again() {
    let simulator = start();
    let world = world(&simulator, &json!("password"));
    let events = walk(&world, &[credentials("nope"), credentials("secret")]);
    let (first, again) = (&events[1], &events[3]);
    assert_eq!(again["website_error"], "Wrong email or password.");
    assert_ne!(first["interaction_id"], again["interaction_id"]);
    let reasons = |event: &Value| {
        [&event["fields"][0]["reason"], &event["fields"][1]["reason"]].map(Clone::clone)
    };
    assert_eq!(reasons(first), ["missing", "missing"]);
    assert_eq!(reasons(again), ["missing", "rejected"]);
    assert_eq!(first.get("website_error"), None);
    assert_eq!(events[4].get("website_error"), None);
}

#[test]
fn too_many_wrong_answers_end_the_login() {
    let simulator = start();
    let script = json!({"steps": [{"input": {
        "fields": [{"id": "f", "ref": "f", "type": "password", "accept": ["a", "b"]}],
        "rejected": "No.", "attempts": 3,
    }}]});
    let world = world(&simulator, &script);
    let answer = |value: &str| json!({"field_values": {"f": value}});
    let events = walk(
        &world,
        &[answer("c"), answer("d"), answer("")].map(|mut answer| {
            if answer["field_values"]["f"] == "" {
                answer["field_values"]["f"] = json!("e");
            }
            answer
        }),
    );
    assert_eq!(
        steps(&events),
        [
            "AWAITING_INPUT",
            "SUBMITTING",
            "AWAITING_INPUT",
            "SUBMITTING",
            "AWAITING_INPUT",
            "SUBMITTING",
            "FAILED"
        ],
    );
    let last = events.last().unwrap();
    assert_eq!(
        (&last["error_code"], &last["website_error"]),
        (&json!("credentials_invalid"), &json!("No."))
    );
    assert_eq!(world.retrieve("ma_1")["status"], "NEEDS_AUTH");
    assert_eq!(
        steps(&walk(&world, &[answer("b")])).last(),
        Some(&"SUCCESS"),
        "the next login counts anew"
    );
}

#[test]
fn both_forms_say_the_same() {
    let simulator = start();
    let world = world(&simulator, &json!("mfa_choice"));
    let events = walk(
        &world,
        &[credentials("secret"), choice("sms"), code("123456")],
    );
    let fields = &events[1];
    for (field, old) in fields["fields"]
        .as_array()
        .unwrap()
        .iter()
        .zip(fields["discovered_fields"].as_array().unwrap())
    {
        assert_eq!(
            (&field["ref"], &field["label"]),
            (&old["name"], &old["label"])
        );
    }
    assert_eq!(fields["discovered_fields"][0]["type"], "email");
    let choices = &events[3];
    assert_eq!(choices["choices"].as_array().unwrap().len(), 4);
    assert_eq!(
        choices["mfa_options"][0],
        json!({"type": "sms", "label": "Text me a code", "target": "***-***-**92", "description": null}),
    );
    for absent in ["fields", "sign_in_options", "pending_sso_buttons"] {
        assert_eq!(choices.get(absent), None);
    }
    assert_eq!(events[5]["discovered_fields"][0]["type"], "code");
}

#[test]
fn one_form_may_be_all_there_is() {
    let simulator = start();
    let legacy = world(&simulator, &json!("legacy_only"));
    legacy.start_login("ma_1");
    legacy.follow("ma_1").next();
    let asked = legacy.follow("ma_1").next();
    assert!(asked.get("discovered_fields").is_some(), "{asked}");
    assert!(
        asked
            .get("fields")
            .or(asked.get("interaction_id"))
            .is_none(),
        "{asked}"
    );
    let submit =
        |world: &World, body: &Value| world.post("/auth/connections/ma_1/submit", body).status;
    assert_eq!(submit(&legacy, &credentials("secret")), 400);

    let canonical = world(&simulator, &json!("canonical_only"));
    canonical.start_login("ma_1");
    canonical.follow("ma_1").next();
    let asked = canonical.follow("ma_1").next();
    assert!(
        asked.get("fields").is_some() && asked.get("discovered_fields").is_none(),
        "{asked}"
    );
    let old = json!({"fields": {"email": "user@example.com", "password": "secret"}});
    assert_eq!(submit(&canonical, &old), 400);
}

#[test]
fn a_provider_is_remembered_and_its_buttons_have_selectors() {
    let simulator = start();
    let world = world(&simulator, &json!("sso"));
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    let buttons = stream.next()["pending_sso_buttons"].clone();
    assert_eq!(buttons[2]["provider"], "microsoft");
    assert_eq!(world.retrieve("ma_1")["sso_provider"], Value::Null);
    let by_selector = json!({"sso_button_selector": buttons[2]["selector"]});
    assert_eq!(
        world
            .post("/auth/connections/ma_1/submit", &by_selector)
            .status,
        202
    );
    assert_eq!(world.retrieve("ma_1")["sso_provider"], "microsoft");
}

#[test]
fn what_is_stored_signs_in_by_itself() {
    let simulator = start();
    let world = world(&simulator, &json!("reauth"));
    walk(&world, &[credentials("secret")]);
    assert_eq!(world.retrieve("ma_1")["can_reauth"], true);
    let act = |deed: &str| {
        world
            .control("connections/ma_1", &json!({ "do": deed }))
            .status
    };
    assert_eq!(act("expire_session"), 200);
    let login = world.start_login("ma_1");
    assert_eq!(login["flow_type"], "REAUTH");
    assert_eq!(login.get("live_view_url"), None);
    let events = go_on(&world, world.follow("ma_1"), &[]);
    assert_eq!(steps(&events), ["DISCOVERING", "SUBMITTING", "SUCCESS"]);
    assert_eq!(events[0]["flow_type"], "REAUTH");

    let login = world.start_login("ma_1");
    assert_eq!(login["flow_type"], "REAUTH");
    let events = go_on(&world, world.follow("ma_1"), &[]);
    assert_eq!(
        steps(&events),
        ["DISCOVERING", "SUCCESS"],
        "it is still signed in"
    );
}

#[test]
fn where_the_last_login_ended_up_is_remembered() {
    let simulator = start();
    let connection = json!({"id": "ma_1", "script": "push_or_code", "status": "AUTHENTICATED"});
    let world = World::open(&simulator, &json!({ "connections": [connection] }));
    assert_eq!(world.retrieve("ma_1").get("post_login_url"), None);
    world.start_login("ma_1");
    let url = "https://example.com/";
    assert_eq!(world.retrieve("ma_1")["post_login_url"], url);
    world.control("connections/ma_1", &json!({"do": "expire_session"}));
    world.start_login("ma_1");
    let asked = world.retrieve("ma_1");
    assert_eq!(
        (&asked["flow_step"], &asked["post_login_url"]),
        (&json!("AWAITING_INPUT"), &json!(url))
    );
}

#[test]
fn what_is_stored_may_not_be_enough() {
    let simulator = start();
    for (script, settings, reason) in [
        ("mfa_code", json!({}), "requires_sms_code"),
        ("totp", json!({}), "requires_totp_without_secret"),
        ("push", json!({}), "requires_external_action"),
        (
            "password",
            json!({"save_credentials": false}),
            "no_credential",
        ),
    ] {
        let connection = json!({"id": "ma_1", "script": script, "status": "AUTHENTICATED", "settings": settings});
        let world = World::open(&simulator, &json!({"connections": [connection]}));
        let known = world.retrieve("ma_1");
        assert_eq!(
            (&known["can_reauth"], &known["can_reauth_reason"]),
            (&json!(false), &json!(reason))
        );
        world.control("connections/ma_1", &json!({"do": "expire_session"}));
        assert_eq!(world.start_login("ma_1")["flow_type"], "LOGIN", "{script}");
    }
    for (credential, reason) in [
        (
            json!({"provider": "1p", "auto": true}),
            "external_credential",
        ),
        (json!({"name": "mine"}), "has_credential"),
    ] {
        let settings = json!({"save_credentials": false, "credential": credential});
        let connection = json!({"id": "ma_1", "script": "totp_secret", "status": "AUTHENTICATED", "settings": settings});
        let world = World::open(&simulator, &json!({"connections": [connection]}));
        let known = world.retrieve("ma_1");
        assert_eq!(
            (&known["can_reauth"], &known["can_reauth_reason"]),
            (&json!(true), &json!(reason))
        );
    }
}

#[test]
fn what_is_stored_may_be_refused() {
    let simulator = start();
    let connection = json!({"id": "ma_1", "script": "reauth_refused", "status": "AUTHENTICATED"});
    let world = World::open(&simulator, &json!({"connections": [connection]}));
    world.control("connections/ma_1", &json!({"do": "expire_session"}));
    assert_eq!(world.start_login("ma_1")["flow_type"], "REAUTH");
    let after = world.retrieve("ma_1");
    assert_eq!(
        (&after["flow_status"], &after["error_code"]),
        (&json!("FAILED"), &json!("credentials_invalid"))
    );
    assert_eq!(after["status"], "NEEDS_AUTH");
}

#[test]
fn a_reauth_that_needs_a_code_asks_for_it() {
    let simulator = start();
    let connection = json!({"id": "ma_1", "script": "mfa_code", "login": "REAUTH"});
    let world = World::open(
        &simulator,
        &json!({"hold": true, "connections": [connection]}),
    );
    let events = walk(&world, &[code("123456")]);
    assert_eq!(
        steps(&events),
        [
            "DISCOVERING",
            "SUBMITTING",
            "AWAITING_INPUT",
            "SUBMITTING",
            "SUCCESS"
        ]
    );
}

#[test]
fn a_login_may_fail_with_any_code() {
    let simulator = start();
    for code in [
        "captcha_blocked",
        "bot_detected",
        "website_error",
        "something_new",
    ] {
        let world = world(&simulator, &json!(format!("fails:{code}")));
        let events = walk(&world, &[]);
        assert_eq!(steps(&events), ["DISCOVERING", "FAILED"]);
        assert_eq!(events[1]["error_code"], code);
        assert!(events[1]["error_message"].as_str().unwrap().ends_with('.'));
    }
    let world = world(&simulator, &json!("fails"));
    assert_eq!(
        walk(&world, &[])[1]["website_error"],
        "Wrong email or password."
    );
}

#[test]
fn the_person_can_do_what_is_asked_outside() {
    let simulator = start();
    let world = world(&simulator, &json!("push_or_code"));
    let act = || world.control("connections/ma_1", &json!({"do": "act"}));
    assert_eq!(act().status, 409);
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    stream.next();
    stream.next();
    assert_eq!(world.submit("ma_1", credentials("secret")).status, 202);
    stream.next();
    let asked = stream.next();
    assert_eq!(
        asked["external_action_message"],
        "Tap Yes on your phone to approve the sign-in."
    );
    assert_eq!(asked["choices"][0]["id"], "sms");
    let acted = act();
    assert_eq!(
        (acted.status, &acted.json()["flow_status"]),
        (200, &json!("SUCCESS"))
    );
    assert_eq!(steps(&stream.rest()), ["SUCCESS"]);
}

#[test]
fn scripts_that_make_no_sense_are_refused() {
    let simulator = start();
    let input = json!({"fields": [{"id": "f", "ref": "f", "type": "text"}]});
    for (script, complaint) in [
        (json!("nobody"), "there is no script \"nobody\""),
        (json!({"steps": [{}]}), "it must be one of discover"),
        (
            json!({"steps": [{"discover": {}, "fail": {"code": "a"}}]}),
            "it must be one of",
        ),
        (
            json!({"steps": [{"discover": {}, "then": "x"}]}),
            "there is no step \"x\"",
        ),
        (
            json!({"steps": [{"discover": {}, "name": "x"}, {"input": input, "name": "x"}]}),
            "two steps have the name",
        ),
        (
            json!({"steps": [{"input": {}}]}),
            "an input needs fields or choices",
        ),
        (
            json!({"steps": [{"input": {"fields": [], "wait": 1}}]}),
            "unknown field `wait`",
        ),
        (
            json!({"steps": [{"external": {"message": "m", "wait": 1}}]}),
            "unknown field `wait`",
        ),
        (
            json!({"steps": [{"external": {}}]}),
            "external needs a message",
        ),
        (
            json!({"steps": [{"input": {"fields": [{"id": "f", "ref": "f", "type": "colour"}]}}]}),
            "colour",
        ),
        (
            json!({"steps": [{"input": {"fields": [input["fields"][0], input["fields"][0]]}}]}),
            "two fields have the id",
        ),
        (
            json!({"steps": [{"input": {"choices": [{"id": "c", "type": "mfa_method", "label": "C"}]}}]}),
            "needs its mfa_type",
        ),
        (
            json!({"steps": [{"input": {"fields": input["fields"], "attempts": 0}}]}),
            "attempts must be at least 1",
        ),
        (
            json!({"steps": [{"input": {"fields": [{"id": "f", "ref": "f", "type": "text", "accept": 1}]}}]}),
            "accept must be a text",
        ),
        (
            json!({"steps": [{"name": "x", "then": "x", "succeed": {}}]}),
            "nothing comes after the end",
        ),
        (json!({"steps": [], "colour": 1}), "unknown field `colour`"),
        (json!(7), "this is no script"),
    ] {
        let answer = World::try_open(
            &simulator,
            &json!({"connections": [{"id": "ma_1", "script": script}]}),
        );
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{script}: {message}");
        assert!(message.contains(complaint), "{script}: {message}");
    }
}

#[test]
fn the_examples_of_the_readme_are_right() {
    let simulator = start();
    let readme = include_str!("../../README.md");
    let examples = readme.split("```json\n").skip(1);
    let examples: Vec<Value> = examples
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap()).unwrap())
        .collect();
    assert_eq!(examples.len(), 2);
    World::open(&simulator, &examples[0]);
    let world = world(&simulator, &examples[1]);
    let right = credentials("hunter2");
    let events = walk(&world, &[right, choice("sms"), code("123456")]);
    let last = events.last().unwrap();
    assert_eq!(last["post_login_url"], "https://example.com/home");
}

#[test]
fn every_script_is_in_the_readme() {
    let readme = include_str!("../../README.md");
    for (name, _) in kernel_simulator::scripts() {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn a_world_has_scripts_of_its_own() {
    let simulator = start();
    let world = World::open(
        &simulator,
        &json!({
            "scripts": {"mine": {"steps": [{"succeed": {"post_login_url": "https://a.test/in"}}]}, "password": {"steps": []}},
            "script": "mine",
            "connections": [{"id": "ma_1", "script": "password"}],
        }),
    );
    world.start_login("ma_1");
    assert_eq!(
        world.retrieve("ma_1")["flow_status"],
        "SUCCESS",
        "it hides the one that comes along"
    );
    let made = world
        .post(
            "/auth/connections",
            &json!({"domain": "a.test", "profile_name": "p"}),
        )
        .json();
    let id = made["id"].as_str().unwrap();
    world.start_login(id);
    assert_eq!(world.retrieve(id)["post_login_url"], "https://a.test/in");
}

#[test]
fn endless_and_stale_logins_do_not_end() {
    let simulator = start();
    let connections =
        json!([{"id": "ma_1", "script": "endless"}, {"id": "ma_2", "script": "stale"}]);
    let world = World::open(
        &simulator,
        &json!({"frozen": true, "connections": connections}),
    );
    for id in ["ma_1", "ma_2"] {
        world.start_login(id);
    }
    world.advance(20 * 60_000 - 1);
    let status = |id: &str| world.retrieve(id)["flow_status"].clone();
    assert_eq!(
        [status("ma_1"), status("ma_2")],
        ["IN_PROGRESS", "IN_PROGRESS"]
    );
    let again = |id: &str| {
        world
            .post(&format!("/auth/connections/{id}/login"), &json!({}))
            .status
    };
    assert_eq!([again("ma_1"), again("ma_2")], [409, 409]);
    world.advance(1);
    assert_eq!([status("ma_1"), status("ma_2")], ["EXPIRED", "IN_PROGRESS"]);
    let mut stream = world.follow("ma_2");
    stream.next();
    assert_eq!(again("ma_2"), 200, "a stale login is superseded");
    assert_eq!(steps(&stream.rest()), ["EXPIRED"]);
}
