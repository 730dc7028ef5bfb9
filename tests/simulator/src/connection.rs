//! An auth connection: what it is set to, its login, its session on the website, and the checks on that.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock::later;
use crate::flow::{Flow, FlowStatus, Plan, Terms};
use crate::script::{FlowType, Script};
use crate::timeline::Timeline;

/// No more checks than this are made up for when the clock jumps.
const MOST_CHECKS: i64 = 100;

/// What is known about a connection's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Authenticated,
    #[default]
    NeedsAuth,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authenticated => "AUTHENTICATED",
            Self::NeedsAuth => "NEEDS_AUTH",
        }
    }
}

/// What a connection begins with.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) id: String,
    pub(crate) domain: String,
    pub(crate) profile_name: String,
    pub(crate) script: Arc<Script>,
    /// The type of its logins, whatever is stored.
    pub(crate) login: Option<FlowType>,
    /// The rest of the body of `create`, checked.
    pub(crate) settings: Map<String, Value>,
    pub(crate) status: Status,
    /// How long the website keeps it signed in; for good, if it does not say.
    pub(crate) session: Option<SignedDuration>,
    pub(crate) timeline: Timeline,
    /// Fields over those of a `login` answer.
    pub(crate) answer: Option<Map<String, Value>>,
    /// Fields over those of every answer that shows the connection.
    pub(crate) overlay: Option<Map<String, Value>>,
}

/// An auth connection.
#[derive(Debug)]
pub(crate) struct Connection {
    seed: Seed,
    terms: Arc<Terms>,
    status: Status,
    flow: Option<Flow>,
    /// Until when the website knows the user; `None`: it never did.
    session_ends: Option<Timestamp>,
    /// Whether what the website asks for is stored.
    stored: bool,
    /// Where the last successful login ended up.
    post_login_url: Option<String>,
    last_check: Option<Timestamp>,
    next_check: Option<Timestamp>,
}

/// A login is running.
#[derive(Debug)]
pub(crate) struct Busy;

impl Connection {
    pub(crate) fn new(mut seed: Seed, terms: Arc<Terms>, now: Timestamp) -> Self {
        for (name, value) in [
            ("health_check_interval", json!(3600)),
            ("health_checks", json!(true)),
            ("auto_reauth", json!(true)),
            ("save_credentials", json!(true)),
            ("record_session", json!(false)),
        ] {
            seed.settings.entry(name).or_insert(value);
        }
        let status = seed.status;
        let mut connection = Self {
            seed,
            terms,
            status,
            flow: None,
            session_ends: None,
            stored: false,
            post_login_url: None,
            last_check: None,
            next_check: None,
        };
        if status == Status::Authenticated {
            connection.signed_in(now);
        }
        connection
    }

    // ---- what it tells ----

    pub(crate) fn seed(&self) -> &Seed {
        &self.seed
    }

    pub(crate) fn id(&self) -> &str {
        &self.seed.id
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// Its newest flow.
    pub(crate) fn flow(&self) -> Option<&Flow> {
        self.flow.as_ref()
    }

    pub(crate) fn post_login_url(&self) -> Option<&str> {
        self.post_login_url.as_deref()
    }

    pub(crate) fn last_check(&self) -> Option<Timestamp> {
        self.last_check
    }

    pub(crate) fn setting(&self, name: &str) -> Option<&Value> {
        self.seed.settings.get(name)
    }

    fn is_set(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|value| value == true)
    }

    /// Whether stored credentials can sign in by themselves, and why or why not, in the API's words.
    pub(crate) fn can_reauth(&self) -> (bool, &'static str) {
        let credential = self.setting("credential");
        if self.session_ends.is_none() {
            return (false, "no_prior_successful_login");
        }
        if !self.stored && credential.is_none() {
            return (false, "no_credential");
        }
        if let Some(reason) = self.seed.script.needs_person() {
            return (false, reason);
        }
        match credential.and_then(|credential| credential.get("provider")) {
            Some(_) => (true, "external_credential"),
            None => (true, "has_credential"),
        }
    }

    fn is_signed_in(&self, at: Timestamp) -> bool {
        self.session_ends.is_some_and(|ends| ends > at)
    }

    /// What a look at the website finds.
    fn found(&self, at: Timestamp) -> Status {
        if self.is_signed_in(at) {
            Status::Authenticated
        } else {
            Status::NeedsAuth
        }
    }

    // ---- what time does ----

    /// The next instant at which something happens by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let flow = self.flow.as_ref().and_then(Flow::due);
        [flow, self.next_check].into_iter().flatten().min()
    }

    /// Lets everything happen that is due by `now`, in its order.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(due) = self.due().filter(|due| *due <= now) {
            if self.flow.as_ref().and_then(Flow::due) == Some(due) {
                self.with_flow(due, |flow| flow.tick(due));
            } else {
                self.check(due, now);
            }
        }
    }

    /// A health check at `at`, made up for at `now`.
    fn check(&mut self, at: Timestamp, now: Timestamp) {
        self.next_check = self.next_check(at, now);
        self.last_check = Some(at);
        let (before, found) = (self.status, self.found(at));
        let id = format!("hc_{}", self.terms.tickets.next().short());
        self.seed
            .timeline
            .check(&id, at, found.name(), before.name());
        let lost = found == Status::NeedsAuth && before == Status::Authenticated;
        let busy = self.flow.as_ref().is_some_and(|flow| !flow.is_over());
        if lost && !busy && self.is_set("auto_reauth") && self.can_reauth().0 {
            // What the status becomes follows from how that ends.
            self.begin(FlowType::Reauth, self.is_set("record_session"), at);
        } else {
            self.status = found;
        }
    }

    /// When the check after one at `at` is. After a long jump of the clock not all of them are made up for.
    fn next_check(&self, at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if !self.is_set("health_checks") {
            return None;
        }
        let interval = self.setting("health_check_interval")?.as_f64()?;
        let interval = SignedDuration::try_from_secs_f64(interval).ok()?;
        // Where time itself ends there is no next one.
        let next = at.checked_add(interval).ok()?;
        let missed = now.duration_since(next).as_secs() / interval.as_secs().max(1);
        let skipped = i32::try_from(missed - MOST_CHECKS).unwrap_or(0).max(0);
        Some(later(next, interval.saturating_mul(skipped)))
    }

    // ---- what people do ----

    /// Changes the flow, and takes notice of what it has become. `None` without a flow.
    pub(crate) fn with_flow<T>(
        &mut self,
        at: Timestamp,
        change: impl FnOnce(&mut Flow) -> T,
    ) -> Option<T> {
        let mut flow = self.flow.take()?;
        let was_over = flow.is_over();
        let out = change(&mut flow);
        if !was_over {
            self.note(&flow, at);
        }
        self.flow = Some(flow);
        Some(out)
    }

    fn note(&mut self, flow: &Flow, at: Timestamp) {
        self.seed.timeline.put(flow);
        match flow.status() {
            FlowStatus::InProgress => {}
            FlowStatus::Success => {
                self.post_login_url = flow.post_login_url().map(str::to_owned);
                self.signed_in(at);
            }
            // A flow in vain changes nothing about a session that is still good.
            _ => self.status = self.found(at),
        }
    }

    fn signed_in(&mut self, at: Timestamp) {
        self.status = Status::Authenticated;
        if !self.is_signed_in(at) {
            let lasts = self.seed.session;
            self.session_ends = Some(lasts.map_or(Timestamp::MAX, |lasts| later(at, lasts)));
        }
        self.stored |= self.is_set("save_credentials");
        self.next_check = self.next_check(at, at);
    }

    /// Starts a login.
    pub(crate) fn login(&mut self, record: Option<bool>, now: Timestamp) -> Result<&Flow, Busy> {
        match &self.flow {
            Some(flow) if flow.is_stale(now) => {
                self.with_flow(now, |flow| flow.stop(FlowStatus::Expired, now));
            }
            Some(flow) if !flow.is_over() => return Err(Busy),
            _ => {}
        }
        let of_stored = if self.can_reauth().0 {
            FlowType::Reauth
        } else {
            FlowType::Login
        };
        let forced = self.seed.login.or(self.seed.script.login);
        let record = record.unwrap_or_else(|| self.is_set("record_session"));
        Ok(self.begin(forced.unwrap_or(of_stored), record, now))
    }

    fn begin(&mut self, kind: FlowType, recorded: bool, at: Timestamp) -> &Flow {
        let plan = Plan {
            connection: &self.seed.id,
            domain: &self.seed.domain,
            script: self.seed.script.clone(),
            kind,
            signed_in: self.is_signed_in(at),
            recorded,
        };
        let flow = Flow::start(&self.terms, plan, at);
        self.note(&flow, at);
        self.flow.insert(flow)
    }

    /// Somebody has the session checked.
    pub(crate) fn check_now(&mut self, now: Timestamp) {
        self.check(now, now);
    }

    /// The website forgets the user.
    pub(crate) fn expire_session(&mut self, now: Timestamp) {
        self.session_ends = self.session_ends.map(|ends| ends.min(now));
    }

    /// Changes settings; `null` puts one back to nothing.
    pub(crate) fn update(&mut self, changes: &Map<String, Value>, now: Timestamp) {
        for (name, value) in changes {
            change(&mut self.seed.settings, name, value);
        }
        let checks = ["health_checks", "health_check_interval"];
        if self.session_ends.is_some() && checks.iter().any(|name| changes.contains_key(*name)) {
            self.next_check = self.next_check(now, now);
        }
    }
}

/// Puts a setting over the one there is; the parts of `browser` one by one.
fn change(settings: &mut Map<String, Value>, name: &str, value: &Value) {
    let cleared = value.is_null() || (name == "login_url" && value == "");
    if cleared {
        settings.shift_remove(name);
        return;
    }
    if let (Some(Value::Object(browser)), "browser", Value::Object(parts)) =
        (settings.get_mut(name), name, value)
    {
        for (part, value) in parts {
            change(browser, part, value);
        }
        return;
    }
    settings.insert(name.to_owned(), value.clone());
}
