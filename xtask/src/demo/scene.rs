//! The site that the demo signs in to, and the person who does it.

use anyhow::Result;
use serde_json::{Value, json};

use crate::build::RustPrograms;
use crate::session::Session;
use crate::simulator::Simulator;

pub(super) const EMAIL: &str = "alice@example.com";
/// Unlike any other text, so that a log that has it shows itself.
pub(crate) const PASSWORD: &str = "swordfish-4815";
pub(super) const CODE: &str = "162342";

/// What the person enters, a line each.
pub(crate) const ANSWERS: &[&str] = &[EMAIL, PASSWORD, CODE];
pub(super) const WRONG_ANSWERS: &[&str] = &[EMAIL, "swordfish-0000"];

/// The simulator with that site: a wrong password fails the login, and nothing takes time.
pub(crate) fn simulator(session: &Session, programs: &RustPrograms) -> Result<Simulator> {
    Simulator::start_in(session, &programs.simulator, "demo", &world(0, 1))
}

/// The same site at a pace that a person can follow.
pub(super) fn simulator_for_people(
    session: &Session,
    programs: &RustPrograms,
) -> Result<Simulator> {
    Simulator::start_in(session, &programs.simulator, "browser", &world(1, 3))
}

fn world(pace: u32, attempts: u32) -> Value {
    json!({
        "pace": pace,
        "connections": [],
        "script": { "steps": [
            { "discover": { "ms": 1500 } },
            { "input": {
                "fields": [
                    field("field_email", "email", "identifier", "Email", EMAIL),
                    field("field_password", "password", "password", "Password", PASSWORD),
                ],
                "rejected": "Wrong email or password.",
                "attempts": attempts,
                "submitting_ms": 1000,
            } },
            { "input": {
                "fields": [field("field_code", "code", "code", "Code from the text message", CODE)],
                "rejected": "That is not the code.",
                "submitting_ms": 1000,
            } },
            { "succeed": { "post_login_url": "https://example.com/home" } },
        ] },
    })
}

fn field(id: &str, name: &str, kind: &str, label: &str, accept: &str) -> Value {
    json!({ "id": id, "ref": name, "type": kind, "label": label, "accept": accept })
}
