//! The API as the document of July 2026 has it.

use serde_json::{Value, json};

use crate::client::{World, start};

/// Fields that the document does not have.
const NEWER: [&str; 11] = [
    "interaction_id",
    "browser",
    "browser_telemetry",
    "reason",
    "input_mode",
    "context",
    "display_text",
    "masked_destination",
    "mfa_type",
    "completed_at",
    "telemetry_captured",
];

fn newer(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let known = NEWER.contains(&name.as_str()).then_some(name.as_str());
                known.into_iter().chain(newer(value))
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(newer).collect(),
        _ => Vec::new(),
    }
}

fn world(simulator: &kernel_simulator::Simulator, api: &str) -> World {
    let settings = json!({"browser": {"stealth": true}, "browser_telemetry": {"enabled": true}});
    let connection = json!({"id": "ma_1", "script": "mfa_choice", "settings": settings});
    World::open(simulator, &json!({"api": api, "connections": [connection]}))
}

/// Everything that one login shows.
fn everything(world: &World) -> Value {
    world.start_login("ma_1");
    let mut stream = world.follow("ma_1");
    let mut seen = vec![world.retrieve("ma_1"), stream.next()];
    for body in [
        json!({"fields": {"email": "user@example.com", "password": "secret"}}),
        json!({"mfa_option_id": "sms"}),
        json!({"fields": {"code": "123456"}}),
    ] {
        assert_eq!(world.submit("ma_1", body).status, 202);
        seen.push(world.retrieve("ma_1"));
    }
    seen.extend(stream.rest());
    seen.push(world.get("/auth/connections/ma_1/timeline").json());
    json!(seen)
}

#[test]
fn it_shows_nothing_newer() {
    let simulator = start();
    assert_eq!(
        newer(&everything(&world(&simulator, "2026-07"))),
        Vec::<&str>::new()
    );
    let newest = everything(&world(&simulator, "newest"));
    let mut found = newer(&newest);
    found.sort_unstable();
    found.dedup();
    assert!(found.len() >= 7, "{found:?}");
}

#[test]
fn it_asks_for_nothing_newer() {
    let simulator = start();
    let world = world(&simulator, "2026-07");
    world.start_login("ma_1");
    let submit = |body: &Value| world.post("/auth/connections/ma_1/submit", body).status;
    let values = json!({"field_email": "user@example.com", "field_password": "secret"});
    assert_eq!(
        submit(&json!({"field_values": values, "interaction_id": "x"})),
        400
    );
    assert_eq!(submit(&json!({"field_values": values})), 202);
    let login = |body: &Value| world.post("/auth/connections/ma_1/login", body).status;
    assert_eq!(login(&json!({"skill_mode": "enabled"})), 400);
    assert_eq!(login(&json!({"browser": {}})), 400);
}

#[test]
fn it_answers_every_list() {
    let simulator = start();
    let world = world(&simulator, "2026-07");
    for query in ["limit=101", "limit=0", "limit=x", "offset=-1", "offset=x"] {
        for path in ["/auth/connections", "/auth/connections/ma_1/timeline"] {
            assert_eq!(
                world.get(&format!("{path}?{query}")).status,
                200,
                "{path}?{query}"
            );
        }
    }
    assert_eq!(
        world
            .get("/auth/connections/ma_1/timeline?type=party")
            .json(),
        json!([])
    );
}

#[test]
fn it_has_no_context() {
    let simulator = start();
    assert_eq!(
        world(&simulator, "2026-07").get("/auth/context").status,
        404
    );
}
