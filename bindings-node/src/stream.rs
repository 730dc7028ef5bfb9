//! Events of a flow, pulled as many at a time as there are. While JavaScript works on as many as cross at once, the next
//! ones are made ready, if they are there already.

use std::pin::pin;
use std::task::{Context, Poll};

use kernel_client::{Error, host};
use napi::{Env, Result};
use napi_derive::napi;

use crate::calls;
use crate::pulled::Pulled;
use crate::reply::{self, Reply};

/// So many events cross at once at most,
const MOST: usize = 64;
/// or so many bytes, and one event more.
const LARGEST: usize = 1 << 18;

/// The stream. Its connection is closed when it is closed, or collected.
#[napi]
pub struct Events(Pulled<Source>);

/// Where they come from.
struct Source {
    events: kernel_client::Events,
    /// What came after the events that were given last.
    held: Option<Option<Texts>>,
    /// Whether there may be more already than was given last.
    has_more: bool,
    /// What has been made ready.
    ahead: Option<Texts>,
}

/// Events, or what went wrong.
type Texts = std::result::Result<String, Error>;

impl Events {
    pub(crate) fn of(events: kernel_client::Events) -> Self {
        Self(Pulled::new(Source {
            events,
            held: None,
            has_more: false,
            ahead: None,
        }))
    }

    /// Has more made ready, if there is any.
    fn prepare(pulled: &Pulled<Source>) -> Result<()> {
        if pulled.with(|source| source.has_more && source.ahead.is_none()) == Some(true) {
            host::runtime()?.spawn(pulled.pull(Source::poll_ahead));
        }
        Ok(())
    }
}

impl Source {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Texts> {
        match self.ahead.take() {
            Some(ahead) => Poll::Ready(ahead),
            None => self.poll_some(context, true),
        }
    }

    /// Makes ready what is there. It does not wait: whoever asks next does.
    fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // Whoever asked meanwhile may wait already, and must be the one who is woken.
        if self.has_more
            && self.ahead.is_none()
            && let Poll::Ready(some) = self.poll_some(context, false)
        {
            self.ahead = Some(some);
        }
        Poll::Ready(())
    }

    /// The next event, if it is there or `is_waited_for`, and those that are there already, as a JSON array; an empty text
    /// after the last one.
    fn poll_some(&mut self, context: &mut Context<'_>, is_waited_for: bool) -> Poll<Texts> {
        self.has_more = false;
        let mut some = String::new();
        for _ in 0..MOST {
            let next = match self.held.take() {
                Some(held) => Poll::Ready(held),
                None if is_waited_for && some.is_empty() => {
                    pin!(self.events.next_json()).poll(context)
                }
                None => self.events.poll_more_json(context),
            };
            match next {
                Poll::Ready(Some(Ok(event))) => {
                    some.push(if some.is_empty() { '[' } else { ',' });
                    some.push_str(&event);
                }
                Poll::Pending if some.is_empty() => return Poll::Pending,
                Poll::Ready(end) if some.is_empty() => {
                    return Poll::Ready(end.transpose().map(Option::unwrap_or_default));
                }
                Poll::Pending => return Poll::Ready(Ok(some + "]")),
                Poll::Ready(end) => {
                    self.held = Some(end);
                    return Poll::Ready(Ok(some + "]"));
                }
            }
            if some.len() >= LARGEST {
                break;
            }
        }
        self.has_more = true;
        Poll::Ready(Ok(some + "]"))
    }
}

#[napi]
impl Events {
    /// The next events, an array of what the API wrote; an empty body after the last one.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, call: u32) -> Result<()> {
        let pulled = self.0.clone();
        calls::go_on(env, call, async move {
            let events = pulled.pull(Source::poll_next).await;
            // There is a runtime, as this runs on it.
            let _ = Self::prepare(&pulled);
            // Once it is closed there are none.
            let events = events.unwrap_or_else(|| Ok(String::new()));
            Reply::A(reply::text(events.map(|events| reply::body(&events))))
        })
    }

    /// The next events, if some have been made ready.
    #[napi(catch_unwind)]
    pub fn ready(&self) -> Result<Option<String>> {
        let ready = self.0.with(|source| match source.ahead.take() {
            Some(Ok(events)) if !events.is_empty() => Some(events),
            ahead => {
                source.ahead = ahead;
                None
            }
        });
        let ready = ready.flatten();
        if ready.is_some() {
            // Without it they come when they are asked for.
            let _ = Self::prepare(&self.0);
        }
        Ok(ready)
    }

    /// Closes the connection.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }
}
