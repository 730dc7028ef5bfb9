//! The events of a flow, as they come; the stream is opened again when it breaks off.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};

use crate::answer::{Answer, Success};
use crate::event_form::{Form, Gist};
use crate::log::Level;
use crate::models::ManagedAuthEvent;
use crate::patience::Patience;
use crate::plan::Plan;
use crate::sse::{self, Decoder, TooLarge};
use crate::transport::{Incoming, Unread};
use crate::{Error, Kernel, retry};

/// The events of a flow, as they come.
///
/// A stream that ends or breaks off before the flow is over is opened again, as often as a request is sent again,
/// counted anew with each new event; what has been given already is not given twice. With `reconnect` off, it just ends
/// where the API ends it. It is over after the event that ends the flow, or after an error.
///
/// Dropping it closes the connection.
#[must_use = "a stream does nothing until it is polled"]
pub struct Events {
    client: Kernel,
    plan: Plan,
    state: State,
    decoder: Decoder,
    /// What has arrived and is not read yet.
    piece: Bytes,
    status: StatusCode,
    headers: HeaderMap,
    /// How long it may be silent.
    patience: Option<Patience>,
    /// How often it broke off, or could not be opened, since the last event.
    failures: u32,
    given: Given,
}

enum State {
    Open(Unread),
    Opening(Opening),
    Over,
}

/// The stream, opened again with so many attempts.
type Opening = Pin<Box<dyn Future<Output = Result<(Incoming, u32), Error>> + Send>>;

/// How an event is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    /// By whoever waits for it.
    Waiting,
    /// By whoever has another one already.
    InPassing,
}

impl Answer for Events {
    const WHOLE: bool = false;

    fn of(success: &mut Success) -> Result<Self, Error> {
        let limit = success.client.settings().max_event_bytes;
        let state = success.unread.take().map_or(State::Over, State::Open);
        let plan = success.plan.clone().without_deadline();
        let patience = plan.idle_timeout.map(Patience::new);
        Ok(Self {
            client: success.client.clone(),
            plan,
            state,
            decoder: Decoder::new(limit),
            piece: Bytes::new(),
            status: success.status,
            headers: success.headers.clone(),
            patience,
            failures: 0,
            given: Given::default(),
        })
    }
}

impl Events {
    /// The HTTP status of the answer that the stream came with; of the newest one, once it was opened again.
    #[must_use]
    pub fn status_code(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers of that answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next event; `None` when the stream is over. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<ManagedAuthEvent, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next event as the API wrote it.
    #[cfg(feature = "host")]
    #[doc(hidden)]
    pub async fn next_json(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|context| self.poll_form(context, Asked::Waiting)).await
    }

    /// One more event, where that takes no waiting: for whoever has one. A program's own HTTP client is not asked for
    /// more than is waited for, and a stream is not opened again. Takes the place of whoever waits, so nobody may.
    #[cfg(feature = "host")]
    #[doc(hidden)]
    pub fn poll_more(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<ManagedAuthEvent, Error>>> {
        self.poll_form(context, Asked::InPassing)
    }

    /// The same as the API wrote it.
    #[cfg(feature = "host")]
    #[doc(hidden)]
    pub fn poll_more_json(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<String, Error>>> {
        self.poll_form(context, Asked::InPassing)
    }

    fn poll_form<F: Form>(
        &mut self,
        context: &mut Context<'_>,
        asked: Asked,
    ) -> Poll<Option<Result<F, Error>>> {
        loop {
            match &mut self.state {
                State::Over => return Poll::Ready(None),
                State::Opening(_) if asked == Asked::InPassing => return Poll::Pending,
                State::Opening(opening) => match opening.as_mut().poll(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(error)) => return self.fail(error),
                    Poll::Ready(Ok((answer, attempts))) => self.open(answer, attempts),
                },
                State::Open(unread) => {
                    let mut rest = &*self.piece;
                    let block = self.decoder.read(&mut rest);
                    let read = self.piece.len() - rest.len();
                    let _ = self.piece.split_to(read);
                    match block {
                        Err(TooLarge) => return self.too_large(),
                        Ok(Some(data)) => match self.event(data) {
                            Some(Err(error)) => return self.fail(error),
                            Some(Ok(block)) => return Poll::Ready(Some(Ok(block))),
                            None => continue,
                        },
                        Ok(None) => {}
                    }
                    if asked == Asked::InPassing && unread.is_foreign() {
                        return Poll::Pending;
                    }
                    match unread.poll_chunk(context) {
                        Poll::Ready(Some(Ok(piece))) => {
                            self.piece = piece;
                            self.be_patient();
                        }
                        Poll::Ready(None) => {
                            if !self.plan.reconnect {
                                self.state = State::Over;
                                return Poll::Ready(None);
                            }
                            let ended = "The stream ended before the flow did.";
                            if let Some(error) = self.reopen(Error::connection(ended)) {
                                return self.fail(error);
                            }
                        }
                        Poll::Ready(Some(Err(broken))) => {
                            let is_final = broken.is_permanent();
                            let broke = broken.into_error("The stream broke off");
                            if is_final {
                                return self.fail(broke.with_retries_taken(self.failures));
                            }
                            if let Some(error) = self.reopen(broke) {
                                return self.fail(error);
                            }
                        }
                        Poll::Pending => {
                            let Some(patience) = &mut self.patience else {
                                return Poll::Pending;
                            };
                            ready!(patience.poll_end(context));
                            let limit = patience.limit;
                            let silent = format!("The stream was silent for {limit:.1?}.");
                            if let Some(error) = self.reopen(Error::timeout(silent)) {
                                return self.fail(error);
                            }
                        }
                    }
                }
            }
        }
    }

    /// What the data of a block says, unless it was said before.
    fn event<F: Form>(&mut self, data: Vec<u8>) -> Option<Result<F, Error>> {
        let text = sse::text(data);
        let (read, gist) = match F::read(&text) {
            Ok(read) => read,
            Err(what) => {
                let (status, headers) = (self.status.as_u16(), self.headers.clone());
                let error = Error::response_validation(&what, status, headers, text.into());
                return Some(Err(error));
            }
        };
        if !self.given.is_new(gist, &text) {
            return None;
        }
        // An API that does nothing but fail, or repeat itself, must not be asked for ever.
        if !gist.is_error {
            self.failures = 0;
        }
        if gist.is_last {
            self.state = State::Over;
        }
        Some(Ok(F::of(read, text)))
    }

    fn open(&mut self, answer: Incoming, attempts: u32) {
        self.failures = attempts;
        self.status = answer.status;
        self.headers = answer.headers;
        self.decoder = Decoder::new(self.client.settings().max_event_bytes);
        self.piece = Bytes::new();
        self.given.begin_again();
        self.state = answer.unread.map_or(State::Over, State::Open);
        self.be_patient();
    }

    /// Opens the stream again after a while, or says why not.
    fn reopen(&mut self, broken: Error) -> Option<Error> {
        let attempts = self.failures + 1;
        if !self.plan.reconnect || attempts > self.plan.max_retries {
            return Some(broken.with_retries_taken(self.failures));
        }
        let wait = retry::delay(self.failures, None);
        self.client.settings().log.write(
            Level::Info,
            format_args!("{broken} Opening it again in {wait:.1?}."),
        );
        let (client, plan) = (self.client.clone(), self.plan.clone());
        self.state = State::Opening(Box::pin(async move {
            tokio::time::sleep(wait).await;
            let opened = plan.run(&client, false, attempts).await;
            opened.map_err(|failed| failed.error)
        }));
        None
    }

    fn be_patient(&mut self) {
        if let Some(patience) = &mut self.patience {
            patience.renew();
        }
    }

    fn too_large<F>(&mut self) -> Poll<Option<Result<F, Error>>> {
        let limit = self.client.settings().max_event_bytes;
        let headers = self.headers.clone();
        self.fail(Error::event_too_large(limit, self.status.as_u16(), headers))
    }

    fn fail<F>(&mut self, error: Error) -> Poll<Option<Result<F, Error>>> {
        self.state = State::Over;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for Events {
    type Item = Result<ManagedAuthEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_form(context, Asked::Waiting)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("status", &self.status)
            .field("is_over", &matches!(self.state, State::Over))
            .finish_non_exhaustive()
    }
}

/// What was given before the stream was opened anew: the API begins with how things stand, which may be known.
#[derive(Default)]
struct Given {
    seen: VecDeque<u64>,
    is_again: bool,
}

/// How far back an event is known again.
const MEMORY: usize = 1_024;

impl Given {
    fn begin_again(&mut self) {
        self.is_again = true;
    }

    fn is_new(&mut self, event: Gist, text: &str) -> bool {
        // Without a time, two that look the same may be two.
        if !event.is_timed {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let known = hasher.finish();
        if self.is_again && self.seen.contains(&known) {
            return false;
        }
        if self.seen.len() == MEMORY {
            self.seen.pop_front();
        }
        self.seen.push_back(known);
        true
    }
}
