//! `login_and_wait` and `wait_for_login`: a login, or the rest of one, as one call.

use std::error::Error as StdError;
use std::future::{Future, IntoFuture, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::flow::{FlowStep, LoginFlow, Settings};
use crate::models::{
    ConnectionLoginParams, InputAnswer, InputRequest, LoginResponse, ManagedAuth, NoParams,
};
use crate::resources::Connections;
use crate::{CallOptions, Error};

/// A login that is brought to its end. Awaiting it gives the connection once it is signed in; dropping it ends
/// everything at once.
///
/// `P` are the parameters of the call that starts it; [`NoParams`] where it runs already.
#[must_use = "a login does nothing until it is awaited"]
pub struct LoginWait<P> {
    settings: Settings,
    on_login: Option<Teller>,
    on_input: Option<Handler>,
    start: PhantomData<P>,
}

/// A login from its start to its end.
pub type LoginAndWait = LoginWait<ConnectionLoginParams>;

/// A login that somebody else has started, to its end.
pub type WaitForLogin = LoginWait<NoParams>;

type Teller = Box<dyn FnOnce(&LoginResponse) + Send>;
type Handler = Box<dyn FnMut(InputRequest) -> Answering + Send>;
type Answering = Pin<Box<dyn Future<Output = Result<Option<InputAnswer>, BoxError>> + Send>>;
type BoxError = Box<dyn StdError + Send + Sync>;

impl LoginAndWait {
    pub(crate) fn new(connections: Connections, id: impl Into<String>) -> Self {
        Self::of(
            connections,
            id.into(),
            Some(ConnectionLoginParams::default()),
        )
    }

    /// What the login overrides.
    pub fn params(mut self, params: ConnectionLoginParams) -> Self {
        self.settings.start = Some(params);
        self
    }

    /// Is told where the person signs in, once, before anything is waited for.
    pub fn on_login(mut self, tell: impl FnOnce(&LoginResponse) + Send + 'static) -> Self {
        self.on_login = Some(Box::new(tell));
        self
    }
}

impl WaitForLogin {
    pub(crate) fn new(connections: Connections, id: impl Into<String>) -> Self {
        Self::of(connections, id.into(), None)
    }
}

impl<P> LoginWait<P> {
    fn of(connections: Connections, id: String, start: Option<ConnectionLoginParams>) -> Self {
        Self {
            settings: Settings {
                connections,
                id,
                start,
                options: CallOptions::default(),
                limit: None,
                is_answered: false,
            },
            on_login: None,
            on_input: None,
            start: PhantomData,
        }
    }

    /// Options of the calls that the login is made of.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.settings.options = options;
        self
    }

    /// Answers for the person: is asked whenever the login wants input, and what it gives is submitted. `None`
    /// submits nothing, for example while something must be done elsewhere. It is dropped when its answer is not
    /// wanted any more; its error ends the login.
    ///
    /// Without it, the person signs in at the hosted page.
    pub fn on_input<H, F, A, E>(mut self, mut handler: H) -> Self
    where
        H: FnMut(InputRequest) -> F + Send + 'static,
        F: Future<Output = Result<A, E>> + Send + 'static,
        A: Into<Option<InputAnswer>>,
        E: Into<BoxError>,
    {
        self.on_input = Some(Box::new(move |request| {
            let answer = handler(request);
            Box::pin(async move { answer.await.map(Into::into).map_err(Into::into) })
        }));
        self.settings.is_answered = true;
        self
    }

    /// The longest that the caller waits. Default: until the flow expires, 20 minutes after its start.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.settings.limit = Some(limit);
        self
    }

    /// The login step by step, for a program that answers in another way than by a handler.
    #[cfg(feature = "host")]
    pub(crate) fn into_flow(mut self, is_answered: bool) -> LoginFlow {
        self.settings.is_answered = is_answered;
        LoginFlow::new(self.settings)
    }

    async fn run(mut self) -> Result<ManagedAuth, Error> {
        let mut flow = LoginFlow::new(self.settings);
        let answers = flow.answers();
        let mut answering: Option<(u64, Answering)> = None;
        loop {
            let step = {
                let mut next = std::pin::pin!(flow.next());
                poll_fn(|context| {
                    if let Poll::Ready(step) = next.as_mut().poll(context) {
                        return Poll::Ready(step);
                    }
                    if let Some((number, answer)) = &mut answering
                        && let Poll::Ready(answer) = answer.as_mut().poll(context)
                    {
                        let number = *number;
                        answering = None;
                        match answer {
                            Ok(answer) => answers.give(number, answer),
                            Err(error) => {
                                return Poll::Ready(Err(Error::handler(
                                    "The handler of a login failed.",
                                    error.into(),
                                )));
                            }
                        }
                        // What waits for the answer must hear of it.
                        return next.as_mut().poll(context);
                    }
                    Poll::Pending
                })
                .await
            };
            match step? {
                FlowStep::Started(login) => {
                    if let Some(tell) = self.on_login.take() {
                        tell(&login);
                    }
                }
                FlowStep::Input(number, request) => {
                    answering = self
                        .on_input
                        .as_mut()
                        .map(|handler| (number, handler(request)));
                }
                FlowStep::Withdrawn(_) => answering = None,
                FlowStep::Done(connection) => return Ok(connection),
            }
        }
    }
}

impl<P> IntoFuture for LoginWait<P>
where
    P: Send + 'static,
{
    type Output = Result<ManagedAuth, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
