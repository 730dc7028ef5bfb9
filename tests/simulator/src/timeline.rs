//! What has happened to a connection: logins, re-logins and health checks.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::flow::{Flow, FlowStatus};
use crate::script::FlowType;

/// A connection that lives for long keeps only this many entries.
const KEPT: usize = 1000;

/// The entries of one connection, newest first.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    entries: VecDeque<Entry>,
}

/// One entry as the API answers it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) fields: Map<String, Value>,
    /// The hand-off code of the flow behind it.
    handoff_code: Option<String>,
}

impl Entry {
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.text("type") == Some(kind)
    }
}

impl Timeline {
    /// A past that somebody made up, newest first.
    pub(crate) fn of(past: Vec<Map<String, Value>>) -> Self {
        let entries = past.into_iter().map(|fields| Entry {
            fields,
            handoff_code: None,
        });
        Self {
            entries: entries.collect(),
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Writes down a flow, or what has become of it.
    pub(crate) fn put(&mut self, flow: &Flow) {
        let entry = Entry {
            fields: of_flow(flow),
            handoff_code: Some(flow.links().handoff_code.clone()),
        };
        let known = self
            .entries
            .iter_mut()
            .find(|known| known.text("id") == Some(flow.id()));
        match known {
            Some(known) => *known = entry,
            None => self.push(entry),
        }
    }

    /// Writes down a health check.
    pub(crate) fn check(&mut self, id: &str, at: Timestamp, status: &str, before: &str) {
        let fields = [
            ("type", "health_check"),
            ("id", id),
            ("timestamp", &clock::text(at)),
            ("status", status),
            ("previous_status", before),
        ];
        let fields = fields.into_iter();
        self.push(Entry {
            fields: fields
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect(),
            handoff_code: None,
        });
    }

    /// Whether a flow had this hand-off code.
    pub(crate) fn knows(&self, handoff_code: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.handoff_code.as_deref() == Some(handoff_code))
    }

    fn push(&mut self, entry: Entry) {
        self.entries.truncate(KEPT - 1);
        self.entries.push_front(entry);
    }
}

fn of_flow(flow: &Flow) -> Map<String, Value> {
    let kind = match flow.kind() {
        FlowType::Login => "login",
        FlowType::Reauth => "reauth",
    };
    let step = match flow.status() {
        FlowStatus::Expired => "EXPIRED",
        _ => flow.step().name(),
    };
    let changed = clock::text(flow.changed());
    let completed = flow.is_over() && flow.edition().is_newest();
    let failure = flow.failure();
    let links = flow.links();
    [
        ("type", Some(kind)),
        ("id", Some(flow.id())),
        ("timestamp", Some(&*clock::text(flow.started()))),
        ("status", Some(flow.status().name())),
        ("step", Some(step)),
        ("updated_at", Some(&*changed)),
        ("completed_at", completed.then_some(&*changed)),
        ("error_code", failure.map(|failure| &*failure.code)),
        ("error_message", failure.map(|failure| &*failure.message)),
        ("website_error", flow.website_error()),
        ("browser_session_id", Some(&*links.browser_session_id)),
        ("replay_id", links.replay_id.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
    .collect()
}
