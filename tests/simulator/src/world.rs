//! One world: its connections, its clock, its faults and what it has received.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::Log;
use crate::api::Operation;
use crate::chaos::{Chaos, Mischief, Trouble};
use crate::clock::{self, Clock};
use crate::connection::Connection;
use crate::edition::Edition;
use crate::fault::{Fault, Faults};
use crate::flow::{Flow, Terms};
use crate::jwt::Sessions;
use crate::record::Record;
use crate::script::Script;
use crate::spec::Blueprint;
use crate::ticket::Tickets;

/// A running world.
#[derive(Debug)]
pub(crate) struct World {
    id: String,
    api_keys: Vec<String>,
    allow_unknown_fields: bool,
    heartbeat: Duration,
    date_skew: SignedDuration,
    script: Arc<Script>,
    clock: Clock,
    terms: Arc<Terms>,
    sessions: Sessions,
    state: Mutex<State>,
    record: Arc<Record>,
    /// Something may be due earlier than before.
    stirred: Notify,
}

/// The part of a world that requests change.
#[derive(Debug)]
pub(crate) struct State {
    connections: Vec<Connection>,
    faults: Faults,
    chaos: Option<Chaos>,
    trouble: Trouble,
}

impl World {
    /// `pace` is that of scripts, unless the world says so itself.
    pub(crate) fn new(
        id: &str,
        base_url: String,
        plan: Blueprint,
        pace: f64,
        tickets: Arc<Tickets>,
        log: Option<Log>,
    ) -> Self {
        let record = Arc::<Record>::default();
        let terms = Arc::new(Terms {
            base_url,
            tickets,
            edition: plan.edition,
            pace: plan.pace.unwrap_or(pace),
            hold: plan.hold,
            changed: announcer(id.to_owned(), log, record.clone()),
        });
        let clock = Clock::new(plan.now, plan.frozen);
        let now = clock.now();
        let connections = plan.connections.into_iter().map(|start| {
            let mut connection = Connection::new(start.seed, terms.clone(), now);
            if start.running {
                // Nothing is running yet, so this one can.
                let _ = connection.login(None, now);
                connection.settle(now);
            }
            connection
        });
        Self {
            id: id.to_owned(),
            api_keys: plan.api_keys,
            allow_unknown_fields: plan.allow_unknown_fields,
            heartbeat: Duration::from_millis(plan.heartbeat_ms),
            date_skew: plan.date_skew,
            script: plan.script,
            state: Mutex::new(State {
                connections: connections.collect(),
                faults: Faults::new(plan.faults),
                chaos: plan.chaos,
                trouble: Trouble::default(),
            }),
            clock,
            terms,
            sessions: Sessions::new(id),
            record,
            stirred: Notify::new(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.terms.base_url
    }

    pub(crate) fn accepts(&self, key: &str) -> bool {
        self.api_keys.iter().any(|known| known == key)
    }

    pub(crate) fn allows_unknown_fields(&self) -> bool {
        self.allow_unknown_fields
    }

    pub(crate) fn edition(&self) -> Edition {
        self.terms.edition
    }

    pub(crate) fn heartbeat(&self) -> Duration {
        self.heartbeat
    }

    /// What logins of connections made by `create` run.
    pub(crate) fn script(&self) -> &Arc<Script> {
        &self.script
    }

    pub(crate) fn terms(&self) -> &Arc<Terms> {
        &self.terms
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn record(&self) -> &Arc<Record> {
        &self.record
    }

    pub(crate) fn tickets(&self) -> &Tickets {
        &self.terms.tickets
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- time ----

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The `Date` header of an answer.
    pub(crate) fn date(&self) -> String {
        clock::http_date(clock::later(self.now(), self.date_skew))
    }

    /// Moves the clock forward; everything that falls due has happened afterwards.
    pub(crate) fn advance(&self, ms: u64) -> Timestamp {
        self.clock.advance(ms);
        let now = self.now();
        self.state().settle(now);
        self.stir();
        now
    }

    /// Something may be due earlier than before.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// Lets time do what it does, for as long as the world exists.
    pub(crate) async fn live(&self) {
        loop {
            let due = {
                let mut state = self.state();
                state.settle(self.now());
                state.due()
            };
            let wait = due.and_then(|due| self.clock.until(due));
            tokio::select! {
                () = self.stirred.notified() => {}
                () = sleep(wait) => {}
            }
        }
    }

    // ---- what goes wrong ----

    /// The fault of the next request.
    pub(crate) fn next_fault(&self, operation: Option<Operation>) -> Option<Arc<Fault>> {
        self.state().faults.next(operation)
    }

    /// Whether the next request is to be cut before it is read; if so, that fault is used up.
    pub(crate) fn cuts_before_read(&self) -> bool {
        let cuts = self.state().faults.cuts_before_read();
        if cuts {
            self.record.cut_before_read();
        }
        cuts
    }

    /// What happens to a follow of the connection at its next event.
    pub(crate) fn mischief(&self, connection: &str) -> Option<Mischief> {
        let mut state = self.state();
        let chaos = state.chaos?;
        state.trouble.next(chaos, connection)
    }

    /// The first `count` states of a flow have gone out whole; `cut` tells whether the stream was cut right after.
    pub(crate) fn passed(&self, connection: &str, flow: &str, count: usize, cut: bool) {
        if !self.terms.hold {
            return;
        }
        let now = self.now();
        let mut state = self.state();
        state.trouble.passed(connection, flow, count, cut);
        if cut {
            return;
        }
        if let Some(connection) = state.connection(connection, now) {
            let same = connection.flow().is_some_and(|known| known.id() == flow);
            if same {
                connection.with_flow(now, |flow| flow.seen(count, now));
                connection.settle(now);
            }
        }
        drop(state);
        self.stir();
    }
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Tells the log and everybody who waits for a state.
fn announcer(
    world: String,
    log: Option<Log>,
    record: Arc<Record>,
) -> Box<dyn Fn(&Flow) + Send + Sync> {
    Box::new(move |flow| {
        if let Some(log) = &log {
            let mut line = format!("{world} {}: {}", flow.connection(), flow.status().name());
            if !flow.is_over() {
                line = format!("{world} {}: {}", flow.connection(), flow.step().name());
            }
            if let Some(failure) = flow.failure() {
                line.push_str(&format!(" ({})", failure.code));
            }
            log(&line);
        }
        record.touch();
    })
}

impl State {
    pub(crate) fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter()
    }

    /// A connection as it is at `now`.
    pub(crate) fn connection(&mut self, id: &str, now: Timestamp) -> Option<&mut Connection> {
        let mut connections = self.connections.iter_mut();
        let connection = connections.find(|connection| connection.id() == id)?;
        connection.settle(now);
        Some(connection)
    }

    pub(crate) fn add(&mut self, connection: Connection) {
        self.connections.push(connection);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.connections.retain(|connection| connection.id() != id);
    }

    /// Lets everything happen that is due by `now`.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        for connection in &mut self.connections {
            connection.settle(now);
        }
    }

    fn due(&self) -> Option<Timestamp> {
        self.connections.iter().filter_map(Connection::due).min()
    }

    /// Whether chaos turns a follow of the connection away.
    pub(crate) fn refuses_follow(&mut self, connection: &str) -> bool {
        self.chaos
            .is_some_and(|chaos| self.trouble.refuses(chaos, connection))
    }
}
