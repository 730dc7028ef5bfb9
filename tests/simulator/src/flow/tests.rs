//! What holds for every login, whatever its script and whatever people do.

// A surprise is a failed test.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const START: &str = "2026-11-22T10:00:00Z";

/// What people and time do.
#[derive(Clone, Debug)]
enum Deed {
    /// So many milliseconds pass.
    Wait(u64),
    /// The fields are filled in; the numbers say whether rightly.
    Fill(bool),
    /// A choice is made, if there are that many.
    Choose(usize),
    /// The fields are filled in by their old names.
    FillOld,
    /// Something that cannot be meant is submitted.
    Nonsense(usize),
    Act,
    See,
    Cancel,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => prop_oneof![Just(0), 1..2000u64, 300_000..700_000u64].prop_map(Deed::Wait),
        4 => prop::bool::weighted(0.8).prop_map(Deed::Fill),
        3 => (0..3usize).prop_map(Deed::Choose),
        1 => Just(Deed::FillOld),
        1 => (0..5usize).prop_map(Deed::Nonsense),
        1 => Just(Deed::Act),
        2 => Just(Deed::See),
        1 => prop::bool::weighted(0.1).prop_map(|cancels| if cancels { Deed::Cancel } else { Deed::See }),
    ]
}

/// Any script: steps of every kind that lead anywhere.
fn script() -> impl Strategy<Value = Script> {
    let step = (0..7usize, 0..6usize, 0..6usize, 0..3000u64, 1..3u32);
    let steps = vec(step, 1..6).prop_map(|steps| {
        let count = steps.len();
        let steps = steps.into_iter().enumerate().map(move |(place, (kind, then, other, ms, attempts))| {
            let name = |place: usize| format!("s{}", place % count);
            let fields = json!([
                {"id": "f1", "ref": "email", "type": "identifier", "accept": "right"},
                {"id": "f2", "ref": "password", "type": "password", "accept": "right", "required": false},
            ]);
            let code = json!([{"id": "f1", "ref": "email", "type": "code", "accept": "right"}]);
            let choices = json!([
                {"id": "c1", "type": "sso_provider", "label": "One", "then": name(other)},
                {"id": "c2", "type": "account", "label": "Two"},
            ]);
            let act = match kind {
                0 => json!({"discover": {"ms": ms}}),
                1 => json!({"input": {"fields": fields, "choices": choices, "attempts": attempts, "submitting_ms": ms}}),
                2 => json!({"input": {"choices": choices, "submitting_ms": ms}}),
                3 => json!({"input": {"fields": code, "reject_first": 1, "submitting_ms": ms}}),
                4 => json!({"external": {"message": "Do it.", "ms": ms, "choices": choices}}),
                5 => json!({"external": {"message": "Do it."}}),
                _ => json!({"fail": {"code": "bot_detected"}}),
            };
            let mut step = act;
            step["name"] = json!(name(place));
            if kind != 6 {
                step["then"] = json!(name(then));
            }
            step
        });
        steps.collect::<Vec<_>>()
    });
    (steps, any::<bool>()).prop_map(|(steps, expires)| {
        let script = json!({"steps": steps, "expires": expires});
        serde_json::from_value(script).unwrap()
    })
}

/// A login, and the time.
struct Login {
    flow: Flow,
    now: Timestamp,
}

impl Login {
    fn new(script: Script, kind: FlowType, pace: f64, hold: bool, signed_in: bool) -> Self {
        let now = START.parse().unwrap();
        let terms = Arc::new(Terms {
            base_url: "http://simulator".to_owned(),
            tickets: Arc::default(),
            edition: Edition::Newest,
            pace,
            hold,
            changed: Box::new(|_| {}),
        });
        let plan = Plan {
            connection: "ma_1",
            domain: "example.com",
            script: Arc::new(script),
            kind,
            signed_in,
            recorded: false,
        };
        let flow = Flow::start(&terms, plan, now);
        let mut login = Self { flow, now };
        login.settle();
        login
    }

    fn settle(&mut self) {
        while let Some(due) = self.flow.due().filter(|due| *due <= self.now) {
            self.flow.tick(due);
        }
    }

    fn wait(&mut self, ms: u64) {
        self.now = later(self.now, SignedDuration::from_millis(ms as i64));
        self.settle();
    }

    fn events(&self) -> Vec<Value> {
        let story = self.flow.story();
        let story = story.borrow();
        story.events.iter().map(|event| json!(**event)).collect()
    }

    fn submit(&mut self, mut body: Value) -> Result<(), Refusal> {
        if let Some(id) = self.flow.details()["interaction_id"].as_str() {
            body["interaction_id"] = json!(id);
        }
        self.submit_as_is(&body)
    }

    fn submit_as_is(&mut self, body: &Value) -> Result<(), Refusal> {
        let taken = self.flow.submit(body.as_object().unwrap(), self.now);
        self.settle();
        taken
    }

    fn fill(&mut self, key: &str, name: &str, old_name: &str, value: &str) -> Result<(), Refusal> {
        let name = if key == "fields" { old_name } else { name };
        self.submit(json!({ key: { name: value } }))
    }

    fn does(&mut self, deed: &Deed) {
        let before = self.events();
        let asked = !self.flow.details()["fields"].is_null();
        let choices = self.flow.details()["choices"]
            .as_array()
            .map_or(0, Vec::len);
        match deed {
            Deed::Wait(ms) => self.wait(*ms),
            Deed::Fill(right) => {
                let value = if *right { "right" } else { "wrong" };
                let taken = self.fill("field_values", "f1", "email", value);
                assert_eq!(taken.is_ok(), asked, "{taken:?}");
            }
            Deed::FillOld => {
                let taken = self.fill("fields", "f1", "email", "right");
                assert_eq!(taken.is_ok(), asked, "{taken:?}");
            }
            Deed::Choose(place) => {
                let id = format!("c{}", place + 1);
                let taken = self.submit(json!({ "selected_choice_id": id }));
                assert_eq!(taken.is_ok(), *place < choices, "{taken:?}");
            }
            Deed::Nonsense(which) => {
                let bodies = [
                    json!({}),
                    json!({"field_values": {}}),
                    json!({"field_values": {"f1": "right"}, "interaction_id": "int_of_yesterday"}),
                    json!({"field_values": {"f9": "right"}}),
                    json!({"sso_provider": "c1", "selected_choice_id": "c1"}),
                ];
                assert!(self.submit_as_is(&bodies[*which]).is_err());
                assert_eq!(
                    self.events(),
                    before,
                    "a refused submission changes nothing"
                );
            }
            Deed::Act => {
                let external = self.flow.step() == FlowStep::AwaitingExternalAction;
                assert_eq!(self.flow.act(self.now), external);
                self.settle();
            }
            Deed::See => {
                self.flow.seen_now(self.now);
                self.settle();
            }
            Deed::Cancel => self.flow.stop(FlowStatus::Canceled, self.now),
        }
        let after = self.events();
        assert_eq!(after[..before.len()], before, "the past does not change");
        let over = |event: &Value| event["flow_status"] != "IN_PROGRESS";
        if before.last().is_some_and(over) {
            assert_eq!(after, before, "the end is the end");
        }
    }
}

/// What must hold for all states of a flow up to now.
fn check(login: &Login) {
    let events = login.events();
    let mut interactions = HashSet::new();
    for (place, event) in events.iter().enumerate() {
        let step = event["flow_step"].as_str().unwrap();
        let asks = step.starts_with("AWAITING");
        let over = event["flow_status"] != "IN_PROGRESS";
        assert_eq!(over, step == "COMPLETED", "{event}");
        assert!(
            !over || place + 1 == events.len(),
            "{event} is not the last"
        );
        let interaction = event.get("interaction_id").map(|id| id.as_str().unwrap());
        assert_eq!(interaction.is_some(), asks, "{event}");
        if let Some(id) = interaction {
            assert!(interactions.insert(id.to_owned()), "{id} was there before");
        }
        assert_eq!(
            event.get("fields").is_some(),
            event.get("discovered_fields").is_some()
        );
        assert_eq!(
            event.get("external_action_message").is_some(),
            step == "AWAITING_EXTERNAL_ACTION",
        );
        let success = event["flow_status"] == "SUCCESS";
        assert_eq!(event.get("post_login_url").is_some(), success, "{event}");
        let failed = event["flow_status"] == "FAILED" || event["flow_status"] == "EXPIRED";
        assert_eq!(event.get("error_code").is_some(), failed, "{event}");
        assert!(
            event
                .as_object()
                .unwrap()
                .values()
                .all(|value| !value.is_null())
        );
    }
    for pair in events.windows(2) {
        assert_ne!(pair[0], pair[1]);
        let at = |event: &Value| {
            event["timestamp"]
                .as_str()
                .unwrap()
                .parse::<Timestamp>()
                .unwrap()
        };
        assert!(at(&pair[0]) <= at(&pair[1]), "{pair:?}");
        let step = |event: &Value| event["flow_step"].as_str().unwrap().to_owned();
        let (from, to) = (step(&pair[0]), step(&pair[1]));
        assert!(
            !(from == "DISCOVERING" && to == "SUBMITTING" && login.flow.kind() == FlowType::Login),
            "nobody submitted anything",
        );
    }
    assert!(events.len() <= MOST_STATES + 1);
    assert!(
        login.flow.due().is_none_or(|due| due > login.now),
        "something is overdue"
    );
    if login.flow.script().expires {
        assert!(login.flow.is_over() || login.now < login.flow.expires_at());
        let waited = login.now.duration_since(login.flow.changed());
        let asks = login.flow.details()["interaction_id"].is_string();
        assert!(!asks || waited < PATIENCE, "asked for {waited:#}");
    }
}

/// Ids made by chance are the same for the same deeds, so logins can be compared.
fn run(mut login: Login, deeds: &[Deed]) -> Login {
    check(&login);
    for deed in deeds {
        login.does(deed);
        check(&login);
    }
    login
}

fn kind() -> impl Strategy<Value = FlowType> {
    prop_oneof![3 => Just(FlowType::Login), 1 => Just(FlowType::Reauth)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_login_keeps_its_rules(
        script in script(),
        kind in kind(),
        paced in any::<bool>(),
        hold in any::<bool>(),
        signed_in in prop::bool::weighted(0.1),
        deeds in vec(deed(), 0..20),
    ) {
        let pace = if paced { 1.0 } else { 0.0 };
        run(Login::new(script, kind, pace, hold, signed_in), &deeds);
    }

    #[test]
    fn a_jump_of_the_clock_is_like_many_small_steps(
        steps in vec((0..4u64, 1..1500u64), 1..6),
        wait in 1..1_500_000u64,
    ) {
        let chain = || {
            let steps = steps.iter().map(|(kind, ms)| match kind {
                0 => json!({"discover": {"ms": ms}}),
                1 => json!({"external": {"message": "Do it.", "ms": ms * 500}}),
                2 => json!({"input": {"choices": [{"id": "c", "type": "other", "label": "C"}]}}),
                _ => json!({"external": {"message": "Do it."}}),
            });
            let script = json!({"steps": steps.collect::<Vec<_>>()});
            let script = serde_json::from_value(script).unwrap();
            Login::new(script, FlowType::Reauth, 1.0, false, false)
        };
        let (mut jumps, mut creeps) = (chain(), chain());
        jumps.wait(wait);
        for _ in 0..wait / 500 {
            creeps.wait(500);
        }
        creeps.wait(wait % 500);
        prop_assert_eq!(jumps.events(), creeps.events());
    }
}

fn parse(script: Value) -> Script {
    serde_json::from_value(script).unwrap()
}

#[test]
fn a_script_that_goes_in_circles_ends() {
    let circle = || parse(json!({"steps": [{"name": "a", "then": "a", "discover": {"ms": 1}}]}));
    let mut login = Login::new(circle(), FlowType::Login, 1.0, false, false);
    login.wait(10_000);
    let last = login.events().pop().unwrap();
    assert_eq!(last["error_code"], "max_steps_exceeded");
    assert_eq!(login.events().len(), MOST_STATES + 1);
    let at_once = Login::new(circle(), FlowType::Login, 0.0, false, false);
    assert_eq!(at_once.events().len(), 2, "what looks the same is the same");
}

#[test]
fn a_held_state_is_left_once_it_is_seen() {
    let script = parse(json!({"steps": [{"discover": {"ms": 5}}, {"discover": {"ms": 5}}]}));
    let mut login = Login::new(script, FlowType::Login, 1.0, true, false);
    login.wait(1000);
    assert_eq!(login.events().len(), 1);
    for seen in 2..4 {
        login.flow.seen_now(login.now);
        login.settle();
        assert_eq!(login.events().len(), seen);
        login.wait(1000);
        assert_eq!(login.events().len(), seen);
    }
    let at = |place: usize| login.events()[place]["timestamp"].clone();
    assert_eq!(at(1), "2026-11-22T10:00:01.000Z", "not before it was seen");
}

#[test]
fn a_held_login_expires_all_the_same() {
    let script = parse(json!({"steps": [{"discover": {"ms": 5}}]}));
    let mut login = Login::new(script, FlowType::Login, 1.0, true, false);
    login.wait(20 * 60_000 - 1);
    assert!(!login.flow.is_over());
    login.wait(1);
    assert_eq!(login.flow.status(), FlowStatus::Expired);
}
