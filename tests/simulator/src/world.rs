//! One world: its connections, its keys, its faults and what it has received.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::fault::{Fault, Script};
use crate::login::FlowType;
use crate::record::Record;
use crate::ticket::Tickets;
use crate::tls::Tls;

/// What a world is made from; the body of `POST /_simulator/worlds`.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorldSpec {
    /// The auth connections that exist.
    pub(crate) connections: Vec<Connection>,
    /// What goes wrong, one entry for each request in turn.
    pub(crate) faults: Vec<Fault>,
    /// How the port speaks TLS, if it does.
    pub(crate) tls: Option<Tls>,
    /// `false` keeps the port taken but refuses connections.
    pub(crate) listen: bool,
    /// The keys that may do everything.
    pub(crate) api_keys: Vec<String>,
    /// Whether a login leaves its flow running, so that the next one is a conflict.
    pub(crate) stateful: bool,
    /// Whether body fields that the API does not know are let through.
    pub(crate) allow_unknown_fields: bool,
}

impl Default for WorldSpec {
    fn default() -> Self {
        let connection = |id: &str, flow, login| Connection {
            id: id.to_owned(),
            flow,
            login,
            domain: None,
            profile_name: None,
            answer: None,
        };
        Self {
            connections: vec![
                connection("ma_login", Flow::None, FlowType::Login),
                connection("ma_reauth", Flow::None, FlowType::Reauth),
                connection("ma_busy", Flow::Running, FlowType::Login),
            ],
            faults: Vec::new(),
            tls: None,
            listen: true,
            api_keys: vec!["sk_test".to_owned()],
            stateful: false,
            allow_unknown_fields: false,
        }
    }
}

/// An auth connection.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connection {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) flow: Flow,
    #[serde(default = "by_hand")]
    pub(crate) login: FlowType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile_name: Option<String>,
    /// Fields that replace those of a successful login answer; `null` removes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Map<String, Value>>,
}

/// Whether a connection has a login flow going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flow {
    #[default]
    None,
    Running,
}

fn by_hand() -> FlowType {
    FlowType::Login
}

/// A running world.
#[derive(Debug)]
pub(crate) struct World {
    id: String,
    base_url: String,
    api_keys: Vec<String>,
    stateful: bool,
    allow_unknown_fields: bool,
    state: Mutex<State>,
    record: Arc<Record>,
    tickets: Arc<Tickets>,
}

/// The part of a world that requests change.
#[derive(Debug)]
pub(crate) struct State {
    connections: Vec<Connection>,
    script: Script,
}

impl World {
    pub(crate) fn new(
        id: String,
        base_url: String,
        spec: WorldSpec,
        tickets: Arc<Tickets>,
    ) -> Self {
        Self {
            id,
            base_url,
            api_keys: spec.api_keys,
            stateful: spec.stateful,
            allow_unknown_fields: spec.allow_unknown_fields,
            state: Mutex::new(State {
                connections: spec.connections,
                script: Script::new(spec.faults),
            }),
            record: Arc::default(),
            tickets,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn accepts(&self, key: &str) -> bool {
        self.api_keys.iter().any(|known| known == key)
    }

    pub(crate) fn is_stateful(&self) -> bool {
        self.stateful
    }

    pub(crate) fn allows_unknown_fields(&self) -> bool {
        self.allow_unknown_fields
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self) -> &Arc<Record> {
        &self.record
    }

    pub(crate) fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// The fault of the next request.
    pub(crate) fn next_fault(&self) -> Option<Arc<Fault>> {
        self.state().script.next()
    }

    /// Whether the next request is to be cut before it is read; if so, that fault is used up.
    pub(crate) fn cuts_before_read(&self) -> bool {
        let cuts = self
            .state()
            .script
            .next_if(Fault::is_cut_before_read)
            .is_some();
        if cuts {
            self.record.cut_before_read();
        }
        cuts
    }

    /// The world as the control answers it.
    pub(crate) fn to_json(&self) -> Value {
        let mut world = self.record.to_json();
        if let Value::Object(world) = &mut world {
            world.insert("id".to_owned(), json!(self.id));
            world.insert("connections".to_owned(), json!(self.state().connections));
        }
        world
    }
}

impl State {
    pub(crate) fn connection(&mut self, id: &str) -> Option<&mut Connection> {
        self.connections
            .iter_mut()
            .find(|connection| connection.id == id)
    }
}
