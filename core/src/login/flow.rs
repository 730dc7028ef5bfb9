//! A login that is under way: followed, answered, and brought to its end.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::input::{Prompt, View};
use crate::error::FailedLogin;
use crate::models::{
    AuthStatus, ConnectionLoginParams, FlowStatus, InputAnswer, InputRequest, LoginResponse,
    ManagedAuth, ManagedAuthEvent,
};
use crate::resources::Connections;
use crate::{CallOptions, Error, ErrorKind, Events, Timestamp};

/// How long after its time a flow may still say by itself that it has expired.
const GRACE: Duration = Duration::from_secs(2);

/// How often a connection is looked at where there are no events: so often at first,
const OFTEN: Duration = Duration::from_secs(1);
/// and so seldom in the end.
const SELDOM: Duration = Duration::from_secs(5);

/// A login that is under way. It goes on while [`LoginFlow::next`] is awaited, and ends when it is dropped.
#[must_use = "a login does nothing until it is asked for its next step"]
pub struct LoginFlow {
    driver: Option<Driving>,
    steps: UnboundedReceiver<FlowStep>,
    answers: Answers,
}

type Driving = Pin<Box<dyn Future<Output = Result<ManagedAuth, Error>> + Send>>;

/// What a login comes to next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is moved once or twice")]
pub enum FlowStep {
    /// It has started: this is where the person signs in.
    Started(LoginResponse),
    /// Input is wanted; the answer goes by this number.
    Input(u64, InputRequest),
    /// The input of this number is not wanted any more.
    Withdrawn(u64),
    /// The profile is signed in.
    Done(ManagedAuth),
}

/// Where the answers to a login go.
#[derive(Clone)]
pub struct Answers(UnboundedSender<(u64, Option<InputAnswer>)>);

impl Answers {
    /// Answers the input of this number; with nothing, nothing is submitted. A late answer is passed over.
    pub fn give(&self, number: u64, answer: Option<InputAnswer>) {
        // A login that is over wants no answer.
        let _ = self.0.send((number, answer));
    }
}

/// What a login goes by.
pub(super) struct Settings {
    pub(super) connections: Connections,
    pub(super) id: String,
    pub(super) params: ConnectionLoginParams,
    pub(super) options: CallOptions,
    /// The end of the caller's patience.
    pub(super) limit: Option<Duration>,
    /// Whether somebody answers.
    pub(super) is_answered: bool,
}

impl LoginFlow {
    pub(super) fn new(settings: Settings) -> Self {
        let (steps, coming_steps) = unbounded_channel();
        let (answers, coming_answers) = unbounded_channel();
        let driver = Driver {
            settings,
            steps,
            answers: coming_answers,
            asked: None,
            answered: None,
            number: 0,
        };
        Self {
            driver: Some(Box::pin(driver.run())),
            steps: coming_steps,
            answers: Answers(answers),
        }
    }

    /// Where the answers go.
    #[must_use]
    pub fn answers(&self) -> Answers {
        self.answers.clone()
    }

    /// What the login comes to next. After [`FlowStep::Done`] or an error there is nothing more: it waits for ever.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LoginFailed`] when the login failed, [`ErrorKind::Timeout`] when the caller's time is up, and
    /// those of the calls that it is made of.
    pub async fn next(&mut self) -> Result<FlowStep, Error> {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<FlowStep, Error>> {
        if let Poll::Ready(Some(step)) = self.steps.poll_recv(context) {
            return Poll::Ready(Ok(step));
        }
        let Some(driver) = &mut self.driver else {
            return Poll::Pending;
        };
        let outcome = driver.as_mut().poll(context);
        // What it said on the way comes first.
        if let Ok(step) = self.steps.try_recv() {
            if outcome.is_ready() {
                self.driver = match outcome {
                    Poll::Ready(outcome) => Some(Box::pin(std::future::ready(outcome))),
                    Poll::Pending => None,
                };
            }
            return Poll::Ready(Ok(step));
        }
        outcome.map(|outcome| {
            self.driver = None;
            outcome.map(FlowStep::Done)
        })
    }
}

struct Driver {
    settings: Settings,
    steps: UnboundedSender<FlowStep>,
    answers: UnboundedReceiver<(u64, Option<InputAnswer>)>,
    /// What the caller is asked for.
    asked: Option<Prompt>,
    /// What the caller has answered last.
    answered: Option<Prompt>,
    /// Of the latest input.
    number: u64,
}

/// Where a flow is seen.
enum Source {
    /// In its events, once there are any.
    Opening,
    Events(Box<Events>),
    /// In the connection, at this time and with this pause after it.
    Connection(Instant, Duration),
}

/// What is seen of a flow.
enum Sight {
    Event(Box<View>),
    Connection(Box<ManagedAuth>),
}

impl Driver {
    async fn run(mut self) -> Result<ManagedAuth, Error> {
        let started = Instant::now();
        let Settings {
            connections,
            id,
            params,
            options,
            limit,
            ..
        } = &self.settings;
        let end = limit.and_then(|limit| Some((started.checked_add(limit)?, limit)));
        let login = connections.login(id.as_str()).params(params.clone());
        let login = login.options(options.clone()).send();
        let Some(login) = before(end.map(|(end, _)| end), login).await else {
            return Err(out_of_time(end));
        };
        let (login, response) = login?.into_parts();
        let rest = remaining(&login.flow_expires_at, response.headers());
        let expiry = Instant::now().checked_add(rest.saturating_add(GRACE));
        self.say(FlowStep::Started(login));
        let first_end = expiry.into_iter().chain(end.map(|(end, _)| end)).min();
        if let Some(outcome) = before(first_end, self.follow()).await {
            return outcome;
        }
        if end.is_some_and(|(end, _)| Some(end) == first_end) {
            return Err(out_of_time(end));
        }
        self.expired().await
    }

    /// Follows the flow to its end.
    async fn follow(&mut self) -> Result<ManagedAuth, Error> {
        let mut source = Source::Opening;
        loop {
            let sight = {
                let seeing = pin!(source.next(&self.settings));
                either(seeing, pin!(self.answers.recv())).await
            };
            match sight {
                Either::Left(sight) => {
                    if let Some(connection) = self.see(sight?, &mut source)? {
                        return Ok(connection);
                    }
                }
                Either::Right(Some((number, answer))) => {
                    if let Some(sight) = self.answer(number, answer).await?
                        && let Some(connection) = self.see(sight, &mut source)?
                    {
                        return Ok(connection);
                    }
                }
                // The flow itself holds the other end.
                Either::Right(None) => {}
            }
        }
    }

    /// Takes in what is seen; gives the connection once it is signed in.
    fn see(&mut self, sight: Sight, source: &mut Source) -> Result<Option<ManagedAuth>, Error> {
        let view = match sight {
            Sight::Connection(connection) if is_signed_in(&connection) => {
                return Ok(Some(*connection));
            }
            Sight::Connection(connection) => View::from(*connection),
            Sight::Event(view) => *view,
        };
        match &view.flow_status {
            Some(FlowStatus::Success) => {
                // The event is not all that is known of the connection.
                *source = Source::Connection(Instant::now(), OFTEN);
                self.ask(None);
            }
            Some(status) if status.is_terminal() => return Err(failed(status.clone(), view)),
            _ => self.ask(view.prompt(&self.settings.id)),
        }
        Ok(None)
    }

    /// Asks the caller for input, unless that is done already; with nothing, takes back what was asked.
    fn ask(&mut self, prompt: Option<Prompt>) {
        if !self.settings.is_answered {
            return;
        }
        let Some(prompt) = prompt else {
            self.take_back();
            // What is not named counts as new once something else has come in between.
            if self
                .answered
                .as_ref()
                .is_some_and(|prompt| !prompt.is_named())
            {
                self.answered = None;
            }
            return;
        };
        let known = self.asked.iter().chain(&self.answered);
        if known.into_iter().any(|known| known.is_same(&prompt)) {
            return;
        }
        self.take_back();
        self.number += 1;
        self.say(FlowStep::Input(self.number, prompt.request.clone()));
        self.asked = Some(prompt);
    }

    fn take_back(&mut self) {
        if self.asked.take().is_some() {
            self.say(FlowStep::Withdrawn(self.number));
        }
    }

    /// Submits an answer. What is seen when it comes too late, is given.
    async fn answer(
        &mut self,
        number: u64,
        answer: Option<InputAnswer>,
    ) -> Result<Option<Sight>, Error> {
        if number != self.number {
            return Ok(None);
        }
        let Some(prompt) = self.asked.take() else {
            return Ok(None);
        };
        let Some(answer) = answer else {
            self.answered = Some(prompt);
            return Ok(None);
        };
        let Settings {
            connections, id, ..
        } = &self.settings;
        let submission = connections
            .submit(id.as_str())
            .params(prompt.submission(answer)?)
            .options(self.settings.call_options());
        let refused = match submission.await {
            Ok(_) => {
                self.answered = Some(prompt);
                return Ok(None);
            }
            Err(error) if may_be_late(error.kind()) => error,
            Err(error) => return Err(error),
        };
        // Somebody may have answered at the hosted page, or this very answer arrived before it was sent again.
        let connection = self.settings.look().await?;
        let still_asked = View::from(connection.clone())
            .prompt(id)
            .is_some_and(|now| now.is_same(&prompt));
        if still_asked {
            return Err(refused);
        }
        self.answered = Some(prompt);
        Ok(Some(Sight::Connection(Box::new(connection))))
    }

    /// The time of the flow is over: whether it has noticed or not, it goes no further.
    async fn expired(&mut self) -> Result<ManagedAuth, Error> {
        let connection = self.settings.look().await?;
        if is_signed_in(&connection) {
            return Ok(connection);
        }
        let view = View::from(connection);
        let status = view.flow_status.clone().filter(FlowStatus::is_terminal);
        Err(failed(status.unwrap_or(FlowStatus::Expired), view))
    }

    fn say(&self, step: FlowStep) {
        // Whoever holds the flow holds the other end.
        let _ = self.steps.send(step);
    }
}

impl Settings {
    async fn look(&self) -> Result<ManagedAuth, Error> {
        let connection = self.connections.retrieve(self.id.as_str());
        connection.options(self.call_options()).await
    }

    /// The options of the calls after the login.
    fn call_options(&self) -> CallOptions {
        CallOptions {
            extra_body: crate::Fields::default(),
            ..self.options.clone()
        }
    }
}

impl Source {
    /// The next sight of the flow. Dropping the future loses nothing.
    async fn next(&mut self, settings: &Settings) -> Result<Sight, Error> {
        loop {
            match self {
                Self::Opening => {
                    let events = settings.connections.follow(settings.id.as_str());
                    match events.options(settings.call_options()).await {
                        Ok(events) => *self = Self::Events(Box::new(events)),
                        Err(error) => self.fall_back(error)?,
                    }
                }
                Self::Events(events) => match events.next().await {
                    Some(Ok(ManagedAuthEvent::State(state))) => {
                        return Ok(Sight::Event(Box::new(state.into())));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => self.fall_back(error)?,
                    None => *self = Self::Connection(Instant::now(), OFTEN),
                },
                Self::Connection(at, pause) => {
                    sleep_until(*at).await;
                    let seen = settings.look().await;
                    *at = Instant::now() + *pause;
                    *pause = pause.mul_f64(1.5).min(SELDOM);
                    match seen {
                        Ok(connection) => return Ok(Sight::Connection(Box::new(connection))),
                        Err(error) if is_final(error.kind()) => return Err(error),
                        // A login outlives an outage; its own end is the limit.
                        Err(_) => {}
                    }
                }
            }
        }
    }

    /// Looks at the connection instead, unless that would fail just as well.
    fn fall_back(&mut self, error: Error) -> Result<(), Error> {
        // Where there are no events, there may be a connection.
        if is_final(error.kind()) && error.kind() != ErrorKind::NotFound {
            return Err(error);
        }
        *self = Self::Connection(Instant::now(), OFTEN);
        Ok(())
    }
}

fn is_signed_in(connection: &ManagedAuth) -> bool {
    match &connection.flow_status {
        Some(status) => *status == FlowStatus::Success,
        // There was nothing to do.
        None => connection.status == AuthStatus::Authenticated,
    }
}

/// Whether asking again, or otherwise, would come to the same.
fn is_final(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::Connection
            | ErrorKind::Timeout
            | ErrorKind::RateLimit
            | ErrorKind::InternalServer
            | ErrorKind::ApiStatus
            | ErrorKind::ResponseValidation
            | ErrorKind::ResponseTooLarge
    )
}

/// Whether an answer is refused so when it is not wanted any more.
fn may_be_late(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BadRequest | ErrorKind::Conflict | ErrorKind::UnprocessableEntity
    )
}

fn failed(status: FlowStatus, view: View) -> Error {
    let what = match status {
        FlowStatus::Expired => "The login was not finished in time",
        FlowStatus::Canceled => "The login was called off",
        _ => "The login failed",
    };
    let why = view.error_message.or_else(|| view.website_error.clone());
    let message = match why {
        Some(why) => format!("{what}: {why}"),
        None => format!("{what}."),
    };
    let login = FailedLogin {
        status,
        code: view.error_code,
        website_error: view.website_error,
    };
    Error::login_failed(login, message)
}

fn out_of_time(end: Option<(Instant, Duration)>) -> Error {
    let limit = end.map(|(_, limit)| limit).unwrap_or_default();
    Error::timeout(format!("The login was not over within {limit:.1?}."))
}

/// How long it is until `expiry`, by the API's own clock where it tells the time.
fn remaining(expiry: &Timestamp, headers: &HeaderMap) -> Duration {
    let date = headers.get(http::header::DATE);
    let date = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let now = date.unwrap_or_else(SystemTime::now);
    expiry
        .to_system_time()
        .duration_since(now)
        .unwrap_or_default()
}

/// What comes of `future` before `end`.
async fn before<T>(end: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match end {
        Some(end) => tokio::time::timeout_at(end, future).await.ok(),
        None => Some(future.await),
    }
}

enum Either<A, B> {
    Left(A),
    Right(B),
}

/// Whichever comes first.
async fn either<A, B>(
    mut left: Pin<&mut impl Future<Output = A>>,
    mut right: Pin<&mut impl Future<Output = B>>,
) -> Either<A, B> {
    poll_fn(|context| {
        if let Poll::Ready(left) = left.as_mut().poll(context) {
            return Poll::Ready(Either::Left(left));
        }
        right.as_mut().poll(context).map(Either::Right)
    })
    .await
}
