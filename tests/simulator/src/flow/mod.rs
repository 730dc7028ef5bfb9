//! A login going on: a script, how far it got, and what moves it.
//!
//! A flow knows no clock. Whoever holds it asks for what is `due` and lets it `tick` at that instant, so a clock that
//! jumps makes the same states as one that goes.

mod answer;
mod failure;
mod links;
mod log;
mod state;
#[cfg(test)]
mod tests;
mod verdict;
mod view;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tokio::sync::watch;

pub(crate) use answer::Refusal;
pub(crate) use failure::Failure;
pub(crate) use log::Story;
pub(crate) use state::{FlowStatus, FlowStep};

use crate::clock::later;
use crate::edition::Edition;
use crate::script::{Act, ChoiceType, FlowType, Reauth, Script};
use crate::ticket::Tickets;
use answer::Question;
use links::Links;
use log::Log;
use state::{Asked, State};
use verdict::Verdict;

/// How long a flow may take.
const LIFETIME: SignedDuration = SignedDuration::from_mins(20);

/// How long somebody may take to answer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// No login has more states than this.
const MOST_STATES: usize = 500;

/// What holds for every flow of a world.
pub(crate) struct Terms {
    pub(crate) base_url: String,
    pub(crate) tickets: Arc<Tickets>,
    pub(crate) edition: Edition,
    /// A factor for the times in scripts.
    pub(crate) pace: f64,
    /// Whether a state is left only once somebody has seen it.
    pub(crate) hold: bool,
    /// Is told of every new state.
    pub(crate) changed: Box<dyn Fn(&Flow) + Send + Sync>,
}

impl fmt::Debug for Terms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Terms").finish_non_exhaustive()
    }
}

/// What a flow is to be.
pub(crate) struct Plan<'a> {
    /// The id of its connection.
    pub(crate) connection: &'a str,
    pub(crate) domain: &'a str,
    pub(crate) script: Arc<Script>,
    pub(crate) kind: FlowType,
    /// Whether the website still knows the user.
    pub(crate) signed_in: bool,
    /// Whether the browser session is recorded.
    pub(crate) recorded: bool,
}

/// A login of a connection.
#[derive(Debug)]
pub(crate) struct Flow {
    id: String,
    connection: String,
    domain: String,
    terms: Arc<Terms>,
    script: Arc<Script>,
    kind: FlowType,
    links: Links,
    started: Timestamp,
    expires_at: Timestamp,
    /// Whether the hand-off code has been taken.
    exchanged: bool,
    sso_provider: Option<String>,
    /// What the website said last.
    website_error: Option<String>,
    /// Wrong answers by the places of their steps.
    wrong: HashMap<usize, u32>,
    state: State,
    /// The state in the API's words.
    details: Map<String, Value>,
    course: Course,
    /// How many states there have been.
    states: usize,
    /// How many of them somebody has seen, and when the last of them was.
    seen: (usize, Timestamp),
    log: Log,
}

/// How a state is left.
#[derive(Debug, Default)]
struct Course {
    /// When it is left by itself.
    until: Option<Timestamp>,
    then: Then,
    /// When nobody waits any longer.
    deadline: Option<Timestamp>,
}

#[derive(Debug, Default)]
enum Then {
    /// Nowhere.
    #[default]
    Stay,
    /// To the step at this place.
    Enter(usize),
    /// Back to a prompt.
    AskAgain { place: usize, rejected: Vec<usize> },
    /// To the end, in vain.
    Fail(Failure),
    /// To the end.
    Succeed,
}

impl Flow {
    pub(crate) fn start(terms: &Arc<Terms>, plan: Plan<'_>, at: Timestamp) -> Self {
        let ticket = terms.tickets.next();
        let links = Links::new(&terms.base_url, &plan, ticket);
        let mut flow = Self {
            id: format!("fl_{}", ticket.short()),
            connection: plan.connection.to_owned(),
            domain: plan.domain.to_owned(),
            terms: terms.clone(),
            script: plan.script,
            kind: plan.kind,
            links,
            started: at,
            expires_at: later(at, LIFETIME),
            exchanged: false,
            sso_provider: None,
            website_error: None,
            wrong: HashMap::new(),
            state: State::plain(FlowStep::Discovering, at),
            details: Map::new(),
            course: Course::default(),
            states: 0,
            seen: (0, at),
            log: Log::default(),
        };
        match flow.script.step(0).act {
            Act::Discover { ms } if plan.signed_in => {
                flow.busy(FlowStep::Discovering, ms, Then::Succeed, at);
            }
            _ if plan.signed_in => flow.succeed(None, at),
            _ => flow.enter(0, at),
        }
        flow
    }

    // ---- what it tells ----

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn connection(&self) -> &str {
        &self.connection
    }

    pub(crate) fn kind(&self) -> FlowType {
        self.kind
    }

    pub(crate) fn script(&self) -> &Script {
        &self.script
    }

    pub(crate) fn edition(&self) -> Edition {
        self.terms.edition
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.started
    }

    /// When the present state came to be.
    pub(crate) fn changed(&self) -> Timestamp {
        self.state.at
    }

    pub(crate) fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    pub(crate) fn status(&self) -> FlowStatus {
        self.state.status
    }

    pub(crate) fn step(&self) -> FlowStep {
        self.state.step
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state.status != FlowStatus::InProgress
    }

    /// Whether its time is over and it has not noticed.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        !self.is_over() && self.expires_at <= now
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.state.failure.as_ref()
    }

    /// What the website said last.
    pub(crate) fn website_error(&self) -> Option<&str> {
        self.website_error.as_deref()
    }

    pub(crate) fn sso_provider(&self) -> Option<&str> {
        self.sso_provider.as_deref()
    }

    pub(crate) fn post_login_url(&self) -> Option<&str> {
        self.state.post_login_url.as_deref()
    }

    /// The present state in the API's words; `null` where there is nothing to say.
    pub(crate) fn details(&self) -> &Map<String, Value> {
        &self.details
    }

    /// All states, from the first one on.
    pub(crate) fn story(&self) -> watch::Receiver<Story> {
        self.log.read()
    }

    /// What somebody is asked now.
    fn question(&self) -> Option<Question<'_>> {
        let asked = self.state.asked.as_ref()?;
        let prompt = match &self.script.step(asked.place).act {
            Act::Input(prompt) | Act::External { prompt, .. } if !prompt.is_empty() => prompt,
            _ => return None,
        };
        Some(Question {
            prompt,
            interaction_id: &asked.interaction_id,
            forms: self.script.forms,
            edition: self.terms.edition,
        })
    }

    // ---- what moves it ----

    /// The next instant at which it moves by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        if self.is_over() {
            return None;
        }
        let limits = [self.course.deadline, Some(self.expires_at)];
        let limits = limits.into_iter().flatten();
        limits
            .filter(|_| self.script.expires)
            .chain(self.leaves_at())
            .min()
    }

    /// When the present state is left by itself.
    fn leaves_at(&self) -> Option<Timestamp> {
        let until = self.course.until?;
        if !self.terms.hold {
            return Some(until);
        }
        let (seen, at) = self.seen;
        (seen >= self.log.len()).then_some(until.max(at))
    }

    /// Does what is due at `at`.
    pub(crate) fn tick(&mut self, at: Timestamp) {
        if self.due().is_none_or(|due| due > at) {
            return;
        }
        if self.leaves_at().is_some_and(|leaves| leaves <= at) {
            match std::mem::take(&mut self.course).then {
                Then::Stay => {}
                Then::Enter(place) => self.enter(place, at),
                Then::AskAgain { place, rejected } => self.ask(place, rejected, at),
                Then::Fail(failure) => self.end(FlowStatus::Failed, Some(failure), at),
                Then::Succeed => self.succeed(None, at),
            }
        } else {
            let code = match self.state.step {
                _ if self.expires_at <= at => "session_expired",
                FlowStep::AwaitingInput => "awaiting_input_timeout",
                _ => "external_action_timeout",
            };
            self.end(FlowStatus::Expired, Some(Failure::of(code)), at);
        }
    }

    /// Somebody has seen the first `count` states.
    pub(crate) fn seen(&mut self, count: usize, at: Timestamp) {
        if self.seen.0 < count {
            self.seen = (count, at);
        }
    }

    /// Somebody has seen the present state.
    pub(crate) fn seen_now(&mut self, at: Timestamp) {
        self.seen(self.log.len(), at);
    }

    /// Somebody answers what is asked.
    pub(crate) fn submit(
        &mut self,
        body: &Map<String, Value>,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let question = self.question().ok_or(Refusal::NotAsked)?;
        let answer = question.read(body)?;
        let prompt = question.prompt;
        let ms = prompt.submitting_ms;
        let place = self.state.asked.as_ref().map_or(0, |asked| asked.place);
        let wrong_before = self.wrong.get(&place).copied().unwrap_or_default();
        let mut provider = None;
        let then = match verdict::on(prompt, &answer, wrong_before) {
            Verdict::Chosen(choice) => {
                provider = (choice.kind == ChoiceType::SsoProvider).then(|| choice.id.clone());
                Then::Enter(choice.next)
            }
            Verdict::Right => Then::Enter(self.script.step(place).next),
            Verdict::Wrong(rejected) => Then::AskAgain { place, rejected },
            Verdict::WrongForTheLastTime => Then::Fail(verdict::refused(prompt)),
        };
        if provider.is_some() {
            self.sso_provider = provider;
        }
        if matches!(then, Then::AskAgain { .. } | Then::Fail(_)) {
            self.wrong.insert(place, wrong_before + 1);
        }
        self.busy(FlowStep::Submitting, Some(ms), then, at);
        Ok(())
    }

    /// Somebody did what was asked outside; `false` when nothing was.
    pub(crate) fn act(&mut self, at: Timestamp) -> bool {
        let place = match &self.state.asked {
            Some(asked) if self.state.step == FlowStep::AwaitingExternalAction => asked.place,
            _ => return false,
        };
        self.enter(self.script.step(place).next, at);
        true
    }

    /// Ends it from outside, unless it is over.
    pub(crate) fn stop(&mut self, status: FlowStatus, at: Timestamp) {
        if !self.is_over() {
            self.end(status, None, at);
        }
    }

    /// Takes the hand-off code; `false` when it was taken before.
    pub(crate) fn exchange(&mut self) -> bool {
        !std::mem::replace(&mut self.exchanged, true)
    }

    // ---- its states ----

    fn enter(&mut self, place: usize, at: Timestamp) {
        let script = self.script.clone();
        let step = script.step(place);
        match &step.act {
            Act::Discover { ms } => {
                self.busy(FlowStep::Discovering, *ms, Then::Enter(step.next), at);
            }
            Act::Input(prompt) => {
                let then = match (self.kind, script.reauth(prompt)) {
                    (FlowType::Login, _) | (_, Reauth::Ask) => {
                        return self.ask(place, Vec::new(), at);
                    }
                    (_, Reauth::Reject) => Then::Fail(verdict::refused(prompt)),
                    (_, Reauth::Pass) => {
                        let choice = prompt.choices.first().filter(|_| prompt.fields.is_empty());
                        Then::Enter(choice.map_or(step.next, |choice| choice.next))
                    }
                };
                self.busy(FlowStep::Submitting, Some(prompt.submitting_ms), then, at);
            }
            Act::External { .. } => self.ask(place, Vec::new(), at),
            Act::Succeed { post_login_url } => self.succeed(post_login_url.clone(), at),
            Act::Fail {
                code,
                message,
                website_error,
            } => {
                let failure = Failure::new(code, message.as_deref(), website_error.as_deref());
                self.end(FlowStatus::Failed, Some(failure), at);
            }
        }
    }

    /// Nobody is asked anything, for a time or for ever.
    fn busy(&mut self, step: FlowStep, ms: Option<u64>, then: Then, at: Timestamp) {
        let until = ms.map(|ms| later(at, self.paced(ms)));
        let course = Course {
            until,
            then,
            deadline: None,
        };
        self.go(State::plain(step, at), course);
    }

    /// Somebody is asked what the step at `place` says.
    fn ask(&mut self, place: usize, rejected: Vec<usize>, at: Timestamp) {
        let script = self.script.clone();
        let step = script.step(place);
        let (flow_step, prompt, ms) = match &step.act {
            Act::Input(prompt) => (FlowStep::AwaitingInput, prompt, None),
            Act::External { ms, prompt, .. } => (FlowStep::AwaitingExternalAction, prompt, *ms),
            // Only these two ask.
            _ => return,
        };
        let mut state = State::plain(flow_step, at);
        state.website_error = if rejected.is_empty() {
            prompt.website_error.clone()
        } else {
            Some(prompt.rejected.clone())
        };
        state.asked = Some(Asked {
            place,
            interaction_id: format!("int_{}", self.terms.tickets.next().short()),
            rejected,
        });
        let course = Course {
            until: ms.map(|ms| later(at, self.paced(ms))),
            then: Then::Enter(step.next),
            deadline: Some(later(at, PATIENCE)),
        };
        self.go(state, course);
    }

    fn succeed(&mut self, post_login_url: Option<String>, at: Timestamp) {
        let url = post_login_url
            .or_else(|| self.script.post_login_url().map(str::to_owned))
            .unwrap_or_else(|| format!("https://{}/", self.domain));
        let mut state = State::plain(FlowStep::Completed, at);
        state.status = FlowStatus::Success;
        state.post_login_url = Some(url);
        self.go(state, Course::default());
    }

    /// The end, in vain.
    fn end(&mut self, status: FlowStatus, failure: Option<Failure>, at: Timestamp) {
        let mut state = State::plain(FlowStep::Completed, at);
        state.status = status;
        state.website_error = failure
            .as_ref()
            .and_then(|failure| failure.website_error.clone());
        state.failure = failure;
        self.go(state, Course::default());
    }

    /// Every new state comes through here.
    fn go(&mut self, state: State, course: Course) {
        if state.status == FlowStatus::InProgress && self.states >= MOST_STATES {
            let failure = Failure::of("max_steps_exceeded");
            return self.end(FlowStatus::Failed, Some(failure), state.at);
        }
        self.states += 1;
        if state.website_error.is_some() {
            self.website_error.clone_from(&state.website_error);
        }
        self.state = state;
        self.course = course;
        self.details = view::details(self, &self.state);
        let event = view::event(&self.state, &self.details);
        self.log.push(event, self.is_over());
        (self.terms.changed)(self);
    }

    fn paced(&self, ms: u64) -> SignedDuration {
        let seconds = ms as f64 / 1000.0 * self.terms.pace;
        SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX)
    }
}
