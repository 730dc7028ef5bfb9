//! Events of a flow, pulled as many at a time as there are.

use std::pin::pin;
use std::task::{Context, Poll};

use kernel_client::Error;
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
    held: Option<Option<std::result::Result<String, Error>>>,
}

impl Events {
    pub(crate) fn of(events: kernel_client::Events) -> Self {
        Self(Pulled::new(Source { events, held: None }))
    }
}

impl Source {
    /// The next event and those that are there already, as a JSON array; an empty text after the last one.
    fn poll_some(&mut self, context: &mut Context<'_>) -> Poll<std::result::Result<String, Error>> {
        let mut some = String::new();
        for _ in 0..MOST {
            let next = match self.held.take() {
                Some(held) => Poll::Ready(held),
                None => pin!(self.events.next_json()).poll(context),
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
                Poll::Pending => break,
                Poll::Ready(end) => {
                    self.held = Some(end);
                    break;
                }
            }
            if some.len() >= LARGEST {
                break;
            }
        }
        some.push(']');
        Poll::Ready(Ok(some))
    }
}

#[napi]
impl Events {
    /// The next events, an array of what the API wrote; an empty body after the last one.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, call: u32) -> Result<()> {
        let events = self.0.pull(Source::poll_some);
        calls::start(env, call, async move {
            // Once it is closed there are none.
            let events = events.await.unwrap_or_else(|| Ok(String::new()));
            Reply::A(reply::text(events.map(|events| reply::body(&events))))
        })
    }

    /// Closes the connection.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }
}
