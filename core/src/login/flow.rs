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
    AuthStatus, ConnectionLoginParams, ConnectionSubmitParams, FlowStatus, InputAnswer,
    InputRequest, LoginResponse, ManagedAuth, ManagedAuthEvent,
};
use crate::resources::Connections;
use crate::{CallOptions, Error, ErrorKind, Events, Timestamp};

/// The longest that a flow lasts.
const LIFETIME: Duration = Duration::from_secs(20 * 60);

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
    /// How it is started; nothing where it runs already.
    pub(super) start: Option<ConnectionLoginParams>,
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
            began: None,
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
    /// What the caller has answered last, and when that was submitted, if it was.
    answered: Option<(Prompt, Option<Instant>)>,
    /// When the login began, by the API's own clock.
    began: Option<SystemTime>,
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
        let Settings { options, limit, .. } = &self.settings;
        options.for_several()?;
        if self.settings.start.is_none() && !options.extra_body.0.is_empty() {
            return Err(Error::invalid_argument(
                "extra_body",
                "`extra_body` must not be given: it goes with the start of a login, and this one runs already.",
            ));
        }
        let end = limit.and_then(|limit| Some((started.checked_add(limit)?, limit)));
        let rest = match self.settings.start.take() {
            Some(params) => {
                let start = self.start(params);
                let Some(rest) = before(end.map(|(end, _)| end), start).await else {
                    return Err(out_of_time(end));
                };
                rest?
            }
            // A look at the connection will tell.
            None => LIFETIME,
        };
        let mut expiry = Instant::now() + rest + GRACE;
        loop {
            let first = end.map_or(expiry, |(end, _)| end.min(expiry));
            if let Some(outcome) = before(Some(first), self.follow()).await {
                return outcome;
            }
            if end.is_some_and(|(end, _)| end <= Instant::now()) {
                return Err(out_of_time(end));
            }
            let look = before(end.map(|(end, _)| end), self.look_once_more()).await;
            match look {
                None => return Err(out_of_time(end)),
                Some(Err(error)) => return Err(error),
                Some(Ok(Late::SignedIn(connection))) => return Ok(*connection),
                Some(Ok(Late::GoesOn(rest))) => expiry = Instant::now() + rest + GRACE,
            }
        }
    }

    /// Starts the flow; gives how long it lasts.
    async fn start(&mut self, params: ConnectionLoginParams) -> Result<Duration, Error> {
        let Settings {
            connections,
            id,
            options,
            ..
        } = &self.settings;
        let login = connections.login(id.as_str()).params(params);
        let (login, response) = login.options(options.clone()).send().await?.into_parts();
        self.began = date(response.headers());
        let rest = remaining(&login.flow_expires_at, response.headers()).unwrap_or(LIFETIME);
        self.say(FlowStep::Started(login));
        // The caller hears of it before anything else is sent.
        tokio::task::yield_now().await;
        Ok(rest)
    }

    /// Follows the flow to its end.
    async fn follow(&mut self) -> Result<ManagedAuth, Error> {
        let mut source = Source::Opening;
        loop {
            let sight = {
                let mut seeing = pin!(source.next(&self.settings));
                loop {
                    match either(seeing.as_mut(), pin!(self.answers.recv())).await {
                        // Nobody wants it any more, and the connection is not to be looked at twice for that.
                        Either::Right(Some((number, _)))
                            if self.asked.is_none() || number != self.number => {}
                        sight => break sight,
                    }
                }
            };
            match sight {
                Either::Left(sight) => {
                    if let Some(connection) = self.see(sight?, &mut source)? {
                        return Ok(connection);
                    }
                }
                Either::Right(Some((_, answer))) => {
                    if let Some(sight) = self.answer(answer).await?
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
            Sight::Connection(connection) if self.is_of_the_past(&connection) => return Ok(None),
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

    /// Whether the connection tells of a flow that was over before this one began: not every look is at the newest.
    fn is_of_the_past(&self, connection: &ManagedAuth) -> bool {
        let end = connection
            .flow_expires_at
            .as_ref()
            .map(Timestamp::to_system_time);
        end.zip(self.began).is_some_and(|(end, began)| end < began)
    }

    /// Asks the caller for input, unless that is done already; with nothing, takes back what was asked.
    fn ask(&mut self, prompt: Option<Prompt>) {
        if !self.settings.is_answered {
            return;
        }
        let Some(prompt) = prompt else {
            self.take_back();
            // What is not named counts as new once something else has come in between.
            self.answered.take_if(|(answered, _)| !answered.is_named());
            return;
        };
        if self
            .asked
            .as_ref()
            .is_some_and(|asked| asked.is_same(&prompt))
        {
            return;
        }
        // The same words a good while later are a new question, unless a name says that they are not.
        let repeats = |(answered, at): &(Prompt, Option<Instant>)| {
            let is_recent = at.is_none_or(|at| at.elapsed() < SELDOM);
            answered.is_same(&prompt) && (answered.is_named() || is_recent)
        };
        if self.answered.as_ref().is_some_and(repeats) {
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

    /// Submits an answer. Gives the end of the flow if that is why nobody wants it any more.
    async fn answer(&mut self, answer: Option<InputAnswer>) -> Result<Option<Sight>, Error> {
        let Some(prompt) = self.asked.take() else {
            return Ok(None);
        };
        // Noted first: whatever happens to the submission, it is not asked for again.
        let (prompt, at) = self.answered.insert((prompt, None));
        let Some(answer) = answer else {
            return Ok(None);
        };
        let seen = self
            .settings
            .submit(prompt, prompt.submission(answer)?)
            .await?;
        *at = Some(Instant::now());
        // Everything but the end comes by itself, and in its order.
        let end = seen.filter(|seen| {
            seen.flow_status
                .as_ref()
                .is_none_or(FlowStatus::is_terminal)
        });
        Ok(end.map(|connection| Sight::Connection(Box::new(connection))))
    }

    /// The time of the flow is over, as far as is known: it has ended, unless the API says otherwise.
    async fn look_once_more(&self) -> Result<Late, Error> {
        let look = self
            .settings
            .connections
            .retrieve(self.settings.id.as_str());
        let looked = look.options(self.settings.call_options()).send().await;
        let (connection, response) = match looked {
            Ok(looked) => looked.into_parts(),
            Err(error) if self.settings.is_final(&error) => return Err(error),
            Err(_) => return Err(failed(FlowStatus::Expired, View::default())),
        };
        if self.is_of_the_past(&connection) {
            return Err(failed(FlowStatus::Expired, View::default()));
        }
        if is_signed_in(&connection) {
            return Ok(Late::SignedIn(Box::new(connection)));
        }
        let expiry = connection.flow_expires_at.clone();
        let view = View::from(connection);
        if let Some(status) = view.flow_status.clone().filter(FlowStatus::is_terminal) {
            return Err(failed(status, view));
        }
        let rest = expiry.and_then(|expiry| remaining(&expiry, response.headers()));
        rest.map(Late::GoesOn)
            .ok_or_else(|| failed(FlowStatus::Expired, view))
    }

    fn say(&self, step: FlowStep) {
        // Whoever holds the flow holds the other end.
        let _ = self.steps.send(step);
    }
}

/// What a last look at a flow finds.
enum Late {
    SignedIn(Box<ManagedAuth>),
    /// It goes on, for so long.
    GoesOn(Duration),
}

impl Settings {
    /// Submits what answers a prompt. Gives the connection when that was not wanted any more.
    async fn submit(
        &self,
        prompt: &Prompt,
        params: ConnectionSubmitParams,
    ) -> Result<Option<ManagedAuth>, Error> {
        let mut pause = OFTEN;
        loop {
            let call = self
                .connections
                .submit(self.id.as_str())
                .params(params.clone());
            let Err(refused) = call.options(self.call_options()).await else {
                return Ok(None);
            };
            let kind = refused.kind();
            if is_success(kind) {
                // It was taken; only the answer is not as it should be.
                return Ok(None);
            }
            let outage = is_outage(&refused) && !self.connections.client.is_closed();
            if !outage && !may_be_late(kind) {
                return Err(refused);
            }
            // Somebody may have answered at the hosted page, or this very answer has arrived after all.
            match self.look().await {
                Ok(connection) => {
                    let now = View::from(connection.clone()).prompt(&self.id);
                    if !now.is_some_and(|now| now.is_same(prompt)) {
                        return Ok(Some(connection));
                    }
                    if !outage {
                        return Err(refused);
                    }
                }
                Err(error) if self.is_final(&error) => return Err(error),
                Err(_) => {}
            }
            // A login outlives an outage; its own end is the limit.
            tokio::time::sleep(pause).await;
            pause = longer(pause);
        }
    }

    /// Whether asking again, or otherwise, would come to the same.
    fn is_final(&self, error: &Error) -> bool {
        self.connections.client.is_closed() || !(is_outage(error) || is_success(error.kind()))
    }

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
                        Err(error) => self.fall_back(error, settings)?,
                    }
                }
                Self::Events(events) => match events.next().await {
                    Some(Ok(ManagedAuthEvent::State(state))) => {
                        return Ok(Sight::Event(Box::new(state.into())));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => self.fall_back(error, settings)?,
                    None => *self = Self::Connection(Instant::now(), OFTEN),
                },
                Self::Connection(at, pause) => {
                    sleep_until(*at).await;
                    let seen = settings.look().await;
                    *at = Instant::now() + *pause;
                    *pause = longer(*pause);
                    match seen {
                        Ok(connection) => return Ok(Sight::Connection(Box::new(connection))),
                        Err(error) if settings.is_final(&error) => return Err(error),
                        Err(_) => {}
                    }
                }
            }
        }
    }

    /// Looks at the connection instead, unless that would fail just as well.
    fn fall_back(&mut self, error: Error, settings: &Settings) -> Result<(), Error> {
        // Where there are no events, there may be a connection.
        if settings.is_final(&error) && error.kind() != ErrorKind::NotFound {
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

/// Whether the API cannot be reached, or cannot answer, for now.
fn is_outage(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Connection
            | ErrorKind::Timeout
            | ErrorKind::RateLimit
            | ErrorKind::InternalServer
    ) || error.status_code() == Some(408)
}

/// Whether the login that failed so may still be brought to its end by another wait: the API was away, or it still waits
/// for an answer that it takes.
#[must_use]
pub fn may_go_on(error: &Error) -> bool {
    let kind = error.kind();
    let is_refused = kind == ErrorKind::InvalidArgument || may_be_late(kind);
    is_outage(error) || (is_refused && kind != ErrorKind::NotFound)
}

/// Whether the API did as asked, and only its answer cannot be read.
fn is_success(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ResponseValidation | ErrorKind::ResponseTooLarge
    )
}

/// Whether an answer is refused so when it is not wanted any more.
fn may_be_late(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BadRequest
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::UnprocessableEntity
    )
}

/// The pause after this one.
fn longer(pause: Duration) -> Duration {
    pause.mul_f64(1.5).min(SELDOM)
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

/// How long it is until `expiry` by the API's own clock, if that is told and can be right.
fn remaining(expiry: &Timestamp, headers: &HeaderMap) -> Option<Duration> {
    let rest = expiry
        .to_system_time()
        .duration_since(date(headers)?)
        .ok()?;
    (!rest.is_zero() && rest <= LIFETIME).then_some(rest)
}

/// The API's own clock.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
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
