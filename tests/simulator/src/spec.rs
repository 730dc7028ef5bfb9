//! What a world is made from.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::shapes;
use crate::chaos::Chaos;
use crate::connection::{Seed, Status};
use crate::edition::Edition;
use crate::fault::Fault;
use crate::schema::Check;
use crate::script::{self, FlowType, Library, Script, ScriptRef};
use crate::timeline::Timeline;
use crate::tls::Tls;

/// The body of `POST /_simulator/worlds`.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorldSpec {
    connections: Vec<ConnectionSpec>,
    /// What logins of connections made by `create` run.
    script: ScriptRef,
    scripts: HashMap<String, Script>,
    pace: Option<f64>,
    hold: bool,
    now: Option<String>,
    frozen: bool,
    date_skew_ms: i64,
    heartbeat_ms: u64,
    chaos: Option<Chaos>,
    api: Edition,
    api_keys: Vec<String>,
    faults: Vec<Fault>,
    tls: Option<Tls>,
    listen: bool,
    allow_unknown_fields: bool,
}

impl Default for WorldSpec {
    fn default() -> Self {
        let mut reauth = ConnectionSpec::new("ma_reauth", None);
        reauth.login = Some(FlowType::Reauth);
        let mut busy = ConnectionSpec::new("ma_busy", None);
        busy.flow = FlowSpec::Running;
        Self {
            connections: vec![ConnectionSpec::new("ma_login", None), reauth, busy],
            script: ScriptRef::named("password"),
            scripts: HashMap::new(),
            pace: None,
            hold: false,
            now: None,
            frozen: false,
            date_skew_ms: 0,
            heartbeat_ms: 15_000,
            chaos: None,
            api: Edition::default(),
            api_keys: vec!["sk_test".to_owned()],
            faults: Vec::new(),
            tls: None,
            listen: true,
            allow_unknown_fields: false,
        }
    }
}

/// A connection that exists from the start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionSpec {
    id: String,
    script: Option<ScriptRef>,
    #[serde(default)]
    flow: FlowSpec,
    login: Option<FlowType>,
    #[serde(default)]
    status: Status,
    domain: Option<String>,
    profile_name: Option<String>,
    #[serde(default)]
    settings: Map<String, Value>,
    session_ms: Option<u64>,
    #[serde(default)]
    timeline: Vec<Map<String, Value>>,
    answer: Option<Map<String, Value>>,
    managed_auth: Option<Map<String, Value>>,
}

/// Whether a connection has a login going on from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FlowSpec {
    #[default]
    None,
    Running,
}

impl ConnectionSpec {
    fn new(id: &str, script: Option<ScriptRef>) -> Self {
        Self {
            id: id.to_owned(),
            script,
            flow: FlowSpec::None,
            login: None,
            status: Status::NeedsAuth,
            domain: None,
            profile_name: None,
            settings: Map::new(),
            session_ms: None,
            timeline: Vec::new(),
            answer: None,
            managed_auth: None,
        }
    }

    fn resolve(self, library: &mut Library) -> Result<Start, String> {
        let running = self.flow == FlowSpec::Running;
        let script = self
            .script
            .unwrap_or_else(|| ScriptRef::named(if running { "endless" } else { "instant" }));
        let found = Check::new(false).object(&self.settings, shapes::UPDATE.of(Edition::Newest));
        if let Some(first) = found.first() {
            return Err(format!("settings: {}", first.message));
        }
        let session = self
            .session_ms
            .map(|ms| SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)));
        Ok(Start {
            running,
            seed: Seed {
                domain: self.domain.unwrap_or_else(|| "example.com".to_owned()),
                profile_name: self.profile_name.unwrap_or_else(|| self.id.clone()),
                id: self.id,
                script: library.find(&script)?,
                login: self.login,
                settings: self.settings,
                status: self.status,
                session,
                timeline: Timeline::of(self.timeline),
                answer: self.answer,
                overlay: self.managed_auth,
            },
        })
    }
}

/// A connection of a world that opens.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) seed: Seed,
    /// Whether a login is going on.
    pub(crate) running: bool,
}

/// A world that can be opened.
#[derive(Debug, Deserialize)]
#[serde(try_from = "WorldSpec")]
pub(crate) struct Blueprint {
    pub(crate) connections: Vec<Start>,
    pub(crate) script: Arc<Script>,
    /// `None`: what fits where the world is.
    pub(crate) pace: Option<f64>,
    pub(crate) hold: bool,
    pub(crate) now: Option<Timestamp>,
    pub(crate) frozen: bool,
    pub(crate) date_skew: SignedDuration,
    pub(crate) heartbeat_ms: u64,
    pub(crate) chaos: Option<Chaos>,
    pub(crate) edition: Edition,
    pub(crate) api_keys: Vec<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) tls: Option<Tls>,
    pub(crate) listen: bool,
    pub(crate) allow_unknown_fields: bool,
}

impl Blueprint {
    /// A world with the standard connections.
    pub(crate) fn standard() -> Result<Self, String> {
        WorldSpec::default().try_into()
    }

    /// The standard connections, and one for each script that comes along.
    pub(crate) fn showcase() -> Result<Self, String> {
        let mut spec = WorldSpec::default();
        let shown = script::shipped().iter().map(|(name, _)| {
            let mut connection =
                ConnectionSpec::new(&format!("ma_{name}"), Some(ScriptRef::named(name)));
            if name.starts_with("reauth") {
                connection.status = Status::Authenticated;
            }
            connection
        });
        let known: Vec<_> = spec.connections.iter().map(|one| one.id.clone()).collect();
        let shown = shown.filter(|connection| !known.contains(&connection.id));
        spec.connections.extend(shown);
        spec.try_into()
    }
}

impl TryFrom<WorldSpec> for Blueprint {
    type Error = String;

    fn try_from(spec: WorldSpec) -> Result<Self, String> {
        let own = spec.scripts.into_iter();
        let mut library =
            Library::new(own.map(|(name, script)| (name, Arc::new(script))).collect());
        let mut connections: Vec<Start> = Vec::with_capacity(spec.connections.len());
        for connection in spec.connections {
            let id = connection.id.clone();
            if connections.iter().any(|other| other.seed.id == id) {
                return Err(format!("two connections have the id {id:?}"));
            }
            let start = connection
                .resolve(&mut library)
                .map_err(|error| format!("connection {id}: {error}"))?;
            connections.push(start);
        }
        if spec
            .pace
            .is_some_and(|pace| !pace.is_finite() || pace < 0.0)
        {
            return Err("pace must be 0 or more".to_owned());
        }
        let now = spec.now.as_deref().map(str::parse).transpose();
        let now = now.map_err(|error| format!("now: {error}"))?;
        Ok(Self {
            connections,
            script: library.find(&spec.script)?,
            pace: spec.pace,
            hold: spec.hold || spec.chaos.is_some(),
            now,
            frozen: spec.frozen,
            date_skew: SignedDuration::from_millis(spec.date_skew_ms),
            heartbeat_ms: spec.heartbeat_ms.max(1),
            chaos: spec.chaos,
            edition: spec.api,
            api_keys: spec.api_keys,
            faults: spec.faults,
            tls: spec.tls,
            listen: spec.listen,
            allow_unknown_fields: spec.allow_unknown_fields,
        })
    }
}
