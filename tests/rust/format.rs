//! Checks the scenario files, and that comparing what was seen with what was expected can fail.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "tests stop at a surprise, and read better so"
)]

use std::collections::BTreeSet;
use std::path::Path;

use kernel_client_tests::{
    Expect, File, Outcome, Seen, after, check, differences, field, load, mutations,
};
use serde_json::{Value, json};

fn all() -> Vec<File> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")).unwrap()
}

#[test]
fn every_file_is_a_scenario_with_a_plain_name() {
    for file in all() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(file.name.chars().all(plain), "{}", file.name);
    }
}

#[test]
fn no_name_and_no_sentence_stands_twice() {
    let files = all();
    let names: BTreeSet<_> = files
        .iter()
        .map(|file| file.name.replace('-', "_"))
        .collect();
    assert_eq!(names.len(), files.len());
    let mut sentences = BTreeSet::new();
    for file in &files {
        assert!(
            sentences.insert(&file.parsed().about),
            "{} tells what another tells",
            file.name
        );
    }
}

#[test]
fn most_are_unhappy() {
    let files = all();
    let unhappy = files
        .iter()
        .filter(|file| file.parsed().is_unhappy())
        .count();
    assert!(unhappy * 2 > files.len(), "{unhappy} of {}", files.len());
    assert!(files.len() >= 200, "{}", files.len());
}

/// The operations, and the statuses that the API documents for their errors. Nothing is documented for the context
/// but that it needs a key.
const OPERATIONS: &[(&str, &[u64])] = &[
    ("create", &[400, 401, 403, 409, 500]),
    ("list", &[401, 500]),
    ("retrieve", &[401, 404, 500]),
    ("update", &[400, 401, 404, 500]),
    ("delete", &[401, 404, 500]),
    ("login", &[400, 401, 403, 404, 409, 500]),
    ("submit", &[400, 401, 404, 422, 500]),
    ("follow", &[401, 404, 500]),
    ("timeline", &[401, 404, 500]),
    ("exchange", &[400, 404, 410, 500]),
    ("context.retrieve", &[401]),
];

/// Which of them no scenario has: a success of each operation (status 0), and each of its errors.
fn not_shown(files: &[File]) -> Vec<(&'static str, u64)> {
    let shown: BTreeSet<(&str, u64)> = files
        .iter()
        .filter_map(|file| {
            let scenario = file.parsed();
            let call = scenario.call.as_ref()?;
            let operation = match call.method.as_str() {
                "auth.context.retrieve" => "context.retrieve",
                method => method.rsplit('.').next()?,
            };
            let status = match &scenario.expect.error {
                Some(error) => error.get("status")?.as_u64()?,
                None => 0,
            };
            Some((operation, status))
        })
        .collect();
    OPERATIONS
        .iter()
        .flat_map(|(operation, errors)| {
            let all = errors.iter().chain(&[0]);
            all.map(|status| (*operation, *status))
        })
        .filter(|outcome| !shown.contains(outcome))
        .collect()
}

#[test]
fn every_operation_and_every_documented_error_is_shown() {
    let files = all();
    assert_eq!(not_shown(&files), []);
    for (operation, status) in [("create", 409), ("exchange", 410), ("context.retrieve", 0)] {
        let mut fewer = files.clone();
        fewer.retain(|file| !shows(file, operation, status));
        assert_eq!(not_shown(&fewer), [(operation, status)]);
    }
}

/// Whether this file shows that outcome.
fn shows(file: &File, operation: &'static str, status: u64) -> bool {
    !not_shown(std::slice::from_ref(file)).contains(&(operation, status))
}

#[test]
fn every_part_of_an_expectation_is_changed_once() {
    let expect = json!({
        "error": {
            "kind": "conflict",
            "status": 409,
            "message_contains": ["a"],
            "text": { "node": "n", "rust": "r" },
        },
        "items": [{ "a": { "$absent": true } }, {}],
        "requests": [{ "body": {}, "query": { "$lang": { "rust": 1, "python": 2, "node": 3, "swift": 4 } } }],
        "never_printed": ["secret"],
    });
    let changed: BTreeSet<_> = mutations(&expect, "rust")
        .unwrap()
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    let places = [
        "/error/kind",
        "/error/message_contains/0",
        "/error/status",
        "/error/text/rust",
        "/items",
        "/items/0/a",
        "/items/1",
        "/requests",
        "/requests/0/body",
        "/requests/0/query/$lang/rust",
    ];
    assert_eq!(changed, places.map(str::to_owned).into());
}

#[test]
fn what_is_no_scenario_is_refused() {
    let right = json!({ "about": "A.", "call": { "method": "m" }, "expect": { "result": {} } });
    File::parse("right", &right.to_string()).unwrap();
    let wrong = [
        ("/surprise", json!(1)),
        ("/about", json!("no sentence")),
        ("/repeat", json!(0)),
        ("/cancel", json!("in_flight")),
        ("/static", json!("types")),
        ("/session", json!({ "method": "session.exchange" })),
        ("/before", json!([{ "surprise": 1 }])),
        ("/before", json!([{ "method": "m", "handler": [] }])),
        ("/call/surprise", json!(1)),
        ("/call/collect", json!("items")),
        ("/call/stop_after", json!(1)),
        ("/call/handler", json!([])),
        ("/call/on_login", json!({ "$raise": "x" })),
        ("/call/method", json!("auth.connections.follow")),
        ("/call/method", json!("session.retrieve")),
        ("/expect/items", json!([])),
        ("/expect/login", json!({})),
        ("/expect/inputs", json!([])),
        ("/expect/surprise", json!(1)),
        ("/expect/cancelled", json!(true)),
        ("/expect/error", json!({ "kind": "timeout" })),
        ("/expect/response", json!({ "surprise": 1 })),
        ("/expect/client", json!({ "surprise": 1 })),
        ("/expect/requests", json!([{ "surprise": 1 }])),
        ("/expect/result", json!({ "$surprise": 1 })),
        ("/expect/never_printed", json!([""])),
    ];
    for (place, value) in wrong {
        let mut scenario = right.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        scenario.pointer_mut(parent).unwrap()[key] = value;
        assert!(
            File::parse("wrong", &scenario.to_string()).is_err(),
            "{place} is accepted"
        );
    }
    let entry = |entry: Value| json!({ "about": "A.", "call": { "method": "login_and_wait", "handler": [entry] }, "expect": { "result": {} } });
    File::parse(
        "entry",
        &entry(json!({ "$wait": true, "$control": {} })).to_string(),
    )
    .unwrap();
    for wrong in [
        json!({ "$surprise": 1 }),
        json!({ "$wait": 1 }),
        json!({ "$raise": 1 }),
        json!({ "$control": 1 }),
    ] {
        let scenario = entry(wrong).to_string();
        assert!(File::parse("entry", &scenario).is_err(), "{scenario}");
    }
    let twice = r#"{ "about": "A.", "about": "B.", "call": { "method": "m" }, "expect": { "result": {} } }"#;
    assert!(File::parse("twice", twice).is_err());
    let neither = r#"{ "about": "A.", "call": { "method": "m" }, "expect": { "requests": [] } }"#;
    assert!(File::parse("neither", neither).is_err());
    let error = r#"{ "about": "A.", "call": { "method": "m" }, "expect": { "error": { "kind": "x", "mesage": "" } } }"#;
    assert!(File::parse("error", error).is_err());
}

#[test]
fn matchers_tell_apart() {
    let cases = [
        (json!(1), json!(1.0), json!(2)),
        (json!("a"), json!("a"), json!("b")),
        (json!(null), json!(null), json!(0)),
        (json!([1]), json!([1]), json!([1, 2])),
        (
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 2 }),
            json!({ "b": 2 }),
        ),
        (
            json!({ "a": { "$absent": true } }),
            json!({ "a": null }),
            json!({ "a": false }),
        ),
        (json!({ "$type": "string" }), json!(""), json!(1)),
        (json!({ "$type": "object" }), json!({}), json!([])),
        (json!({ "$contains": "b" }), json!("abc"), json!("ac")),
        (json!({ "$max": 3 }), json!(3), json!(4)),
        (json!({ "$matches": "^a+$" }), json!("aa"), json!("ab")),
        (
            json!({ "$instant": "2026-11-22T10:00:00Z" }),
            json!("2026-11-22T12:00:00+02:00"),
            json!("2026-11-22T10:00:00.001Z"),
        ),
        (
            json!({ "$lang": { "rust": 1, "python": 2, "node": 2, "swift": 2 } }),
            json!(1),
            json!(2),
        ),
    ];
    for (expected, right, wrong) in cases {
        check(&expected).unwrap();
        assert_eq!(
            differences("x", &expected, &right, "rust", false),
            [""; 0],
            "{expected}"
        );
        assert_ne!(
            differences("x", &expected, &wrong, "rust", false),
            [""; 0],
            "{expected}"
        );
    }
    let by_language = json!({ "$lang": { "python": 1, "python-asyncio": 2, "node": 3 } });
    for (language, value) in [("python", 1), ("python-asyncio", 2), ("node", 3)] {
        assert_eq!(
            differences("x", &by_language, &json!(value), language, false),
            [""; 0]
        );
    }
    assert_ne!(
        differences("x", &by_language, &json!(1), "swift", false),
        [""; 0]
    );
    assert_eq!(
        differences(
            "x",
            &json!({ "$lang": { "python": 1 } }),
            &json!(1),
            "python-asyncio",
            false
        ),
        [""; 0]
    );
    assert_ne!(
        differences(
            "x",
            &json!({ "a": 1 }),
            &json!({ "a": 1, "b": 2 }),
            "rust",
            true
        ),
        [""; 0]
    );
    assert_ne!(
        differences("x", &json!({ "a": null }), &json!({}), "rust", true),
        [""; 0]
    );
    for wrong in [
        json!({ "$type": "text" }),
        json!({ "$lang": { "rust": 1, "python": 2, "node": 2 } }),
        json!({ "$max": "3" }),
        json!({ "$matches": "(" }),
        json!({ "$absent": true, "$type": "null" }),
    ] {
        assert!(check(&wrong).is_err(), "{wrong}");
    }
}

fn record(requests: Value) -> Value {
    json!({ "requests": requests })
}

/// One expectation, what satisfies it, and what does not.
fn told_apart(expect: Value, right: (&Outcome, Value), wrong: &[(&Outcome, Value)]) {
    let mut scenario =
        json!({ "about": "A.", "call": { "method": "m" }, "expect": expect.clone() });
    if field(&expect, "cancelled") == true {
        scenario
            .as_object_mut()
            .unwrap()
            .insert("cancel".to_owned(), json!("in_flight"));
    }
    let expect = File::parse("x", &scenario.to_string())
        .unwrap()
        .parsed()
        .expect
        .clone();
    let seen = |outcome: &Outcome| Seen {
        client: json!({ "max_retries": 2 }),
        printed: vec!["Kernel(***)".to_owned(), format!("{outcome:?}")],
        ..Seen::of(outcome.clone())
    };
    assert_eq!(
        expect.differences(&seen(right.0), &right.1, "rust"),
        [""; 0],
        "{scenario}"
    );
    for (outcome, record) in wrong {
        assert_ne!(
            expect.differences(&seen(outcome), record, "rust"),
            [""; 0],
            "{scenario} {outcome:?} {record}"
        );
    }
}

#[test]
fn outcomes_tell_apart() {
    let answer = |id: &str| Outcome::Answer {
        result: json!({ "id": id, "more": 1 }),
        response: json!({ "status": 200, "headers": { "x-a": id } }),
    };
    let error = |kind: &str, message: &str| {
        Outcome::Error(
            json!({ "kind": kind, "message": message, "reason": "refused", "raw_body": "{}", "text": message }),
        )
    };
    let none = || record(json!([]));
    let all = [
        Outcome::Made,
        Outcome::Cancelled,
        answer("a"),
        answer("b"),
        error("timeout", "late"),
        error("conflict", "x"),
    ];
    let but = |right: usize| -> Vec<_> {
        let others = all.iter().enumerate().filter(|(place, _)| *place != right);
        others.map(|(_, outcome)| (outcome, none())).collect()
    };
    told_apart(
        json!({ "cancelled": true }),
        (&all[1], none()),
        &but(1)[..1],
    );
    told_apart(
        json!({ "result": { "id": "a" } }),
        (&all[2], none()),
        &but(2),
    );
    told_apart(
        json!({ "response": { "status": 200, "headers": { "X-A": "a" } } }),
        (&all[2], none()),
        &but(2),
    );
    told_apart(
        json!({ "error": { "kind": "timeout" } }),
        (&all[4], none()),
        &but(4),
    );
    told_apart(
        json!({ "error": { "kind": "timeout", "message_contains": ["at"] } }),
        (&all[4], none()),
        &but(4),
    );
    let twin = error("timeout", "other");
    told_apart(
        json!({ "error": { "kind": "timeout", "message_contains": ["late"] } }),
        (&all[4], none()),
        &[(&twin, none())],
    );
    told_apart(
        json!({ "error": { "kind": "timeout", "text": { "rust": "late" } } }),
        (&all[4], none()),
        &[(&twin, none())],
    );
    told_apart(
        json!({ "result": {}, "never_printed": ["\"b\""] }),
        (&all[2], none()),
        &[(&all[3], none())],
    );
    told_apart(
        json!({ "result": {}, "client": { "max_retries": 2 } }),
        (&all[2], none()),
        &[],
    );
    let seen = Seen {
        client: json!({ "max_retries": 3 }),
        ..Seen::of(all[2].clone())
    };
    let other = json!({ "about": "A.", "call": { "method": "m" }, "expect": { "result": {}, "client": { "max_retries": 2 } } });
    let other = File::parse("x", &other.to_string()).unwrap();
    assert_ne!(
        other.parsed().expect.differences(&seen, &none(), "rust"),
        [""; 0]
    );
    let reasoned = |part: &str| json!({ "error": { "kind": "timeout", "reason_contains": [part], "raw_body_contains": "{" } });
    told_apart(reasoned("refused"), (&all[4], none()), &[]);
    let unreasoned = Outcome::Error(json!({ "kind": "timeout", "reason": null, "raw_body": "[]" }));
    told_apart(
        reasoned("refused"),
        (&all[4], none()),
        &[(&unreasoned, none())],
    );
}

#[test]
fn what_was_delivered_tells_apart() {
    let ended = || Outcome::Ended {
        response: json!({ "status": 200 }),
    };
    let broken = || Outcome::Error(json!({ "kind": "connection" }));
    let seen = |outcome: Outcome, items: Value| Seen {
        items: items.as_array().unwrap().clone(),
        ..Seen::of(outcome)
    };
    let expect = |method: &str, expect: Value| {
        let scenario = json!({ "about": "A.", "call": { "method": method }, "expect": expect });
        let file = File::parse("x", &scenario.to_string()).unwrap();
        file.parsed().expect.clone()
    };
    let none = record(json!([]));
    let right = |expect: &Expect, seen: Seen| expect.differences(&seen, &none, "rust").is_empty();

    let whole = expect(
        "auth.connections.follow",
        json!({ "items": [{ "a": 1 }, null], "response": { "status": 200 } }),
    );
    assert!(right(
        &whole,
        seen(ended(), json!([{ "a": 1, "b": 2 }, null]))
    ));
    assert!(!right(&whole, seen(ended(), json!([{ "a": 1 }]))));
    assert!(!right(&whole, seen(broken(), json!([{ "a": 1 }, null]))));
    let other = Outcome::Ended {
        response: json!({ "status": 201 }),
    };
    assert!(!right(&whole, seen(other, json!([{ "a": 1 }, null]))));

    let part = expect(
        "auth.connections.follow",
        json!({ "items": [1], "error": { "kind": "connection" } }),
    );
    assert!(right(&part, seen(broken(), json!([1]))));
    assert!(!right(&part, seen(broken(), json!([]))));
    assert!(!right(&part, seen(ended(), json!([1]))));

    let asked = expect(
        "auth.connections.login_and_wait",
        json!({ "result": null, "inputs": [{ "id": 1 }], "login": { "id": 1 } }),
    );
    let answer = Seen::of(Outcome::Answer {
        result: Value::Null,
        response: Value::Null,
    });
    let told = |logins: Value, inputs: Value| Seen {
        logins: logins.as_array().unwrap().clone(),
        inputs: inputs.as_array().unwrap().clone(),
        ..answer.clone()
    };
    let id = json!([{ "id": 1 }]);
    assert!(right(&asked, told(id.clone(), id.clone())));
    for (logins, inputs) in [
        (json!([]), id.clone()),
        (json!([{ "id": 1 }, { "id": 1 }]), id.clone()),
        (id.clone(), json!([])),
        (id.clone(), json!([{ "id": 2 }])),
    ] {
        assert!(!right(&asked, told(logins, inputs)));
    }
}

#[test]
fn texts_take_from_the_answers_before() {
    let answers = [json!({ "id": "a", "list": [1, null] })];
    let text = |text: &str| after(&json!({ "x": [text] }), &answers).ok();
    let whole = |text: &str| Some(json!({ "x": [text] }));
    assert_eq!(text("${before.0.id}-${before.0.list.0}!"), whole("a-1!"));
    assert_eq!(text("${base_url}"), whole("${base_url}"));
    for missing in [
        "${before.1.id}",
        "${before.0.list.1}",
        "${before.0.x}",
        "${before.0.id",
    ] {
        assert_eq!(text(missing), None, "{missing}");
    }
}

#[test]
fn requests_tell_apart() {
    let answer = Outcome::Answer {
        result: json!({}),
        response: json!({}),
    };
    let request = |body: &str, headers: Value, connection: u64, aborted: bool| {
        json!({ "method": "POST", "path": "/a", "query": "", "headers": headers, "body": body,
                "connection": connection, "aborted": aborted })
    };
    let plain = request("{\"a\":1}", json!([["x-a", "1"]]), 0, false);
    let one = record(json!([plain]));
    let two = record(json!([plain, plain]));
    let none = record(json!([]));
    let expect = |requests: Value| json!({ "result": {}, "requests": requests });
    told_apart(
        expect(json!([])),
        (&answer, none.clone()),
        &[(&answer, one.clone())],
    );
    told_apart(
        expect(json!([{}])),
        (&answer, one.clone()),
        &[(&answer, none), (&answer, two)],
    );
    let other =
        |body: &str, headers: Value| (&answer, record(json!([request(body, headers, 0, false)])));
    told_apart(
        expect(json!([{ "path": "/a", "headers": { "x-a": "1" }, "body": { "a": 1 } }])),
        (&answer, one.clone()),
        &[
            other("{\"a\":1}", json!([["x-a", "1"], ["x-a", "1"]])),
            other("{\"a\":1}", json!([])),
            other("{\"a\":1,\"b\":2}", json!([["x-a", "1"]])),
            other("not json", json!([["x-a", "1"]])),
        ],
    );
    told_apart(
        expect(json!([{ "body_text": "{\"a\":1}" }])),
        (&answer, one.clone()),
        &[other("{ \"a\":1}", json!([]))],
    );
    let apart = record(json!([plain, request("", json!([]), 1, true)]));
    told_apart(
        json!({ "result": {}, "connections": 1 }),
        (&answer, one.clone()),
        &[(&answer, apart.clone())],
    );
    told_apart(
        json!({ "result": {}, "aborted": 1 }),
        (&answer, apart),
        &[(&answer, one)],
    );
}
