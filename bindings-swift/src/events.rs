//! The events of a flow.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use kernel_client::models::ManagedAuthEvent;
use kernel_client::{Error, Events};

use crate::NativeError;
use crate::crossing::Crossing;
use crate::pulled::Pulled;

/// So many events cross at a time at most.
const AT_ONCE: usize = 64;

/// The events of a flow. Used by one iteration.
#[derive(uniffi::Object)]
pub(crate) struct NativeEvents {
    events: Pulled<Batches>,
    has_begun: AtomicBool,
}

/// Events, as many at a time as have come.
struct Batches {
    events: Events,
    /// How they end, where events come first.
    end: Option<Option<Error>>,
}

impl Batches {
    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<ManagedAuthEvent>, Error>>> {
        let mut batch = Vec::new();
        let end = loop {
            if let Some(end) = self.end.take() {
                break end;
            }
            let next = if batch.is_empty() {
                pin!(self.events.next()).poll(context)
            } else {
                self.events.poll_more(context)
            };
            match next {
                Poll::Ready(Some(Ok(event))) => batch.push(event),
                Poll::Ready(Some(Err(error))) => break Some(error),
                Poll::Ready(None) => break None,
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Some(Ok(batch))),
            }
            if batch.len() == AT_ONCE {
                return Poll::Ready(Some(Ok(batch)));
            }
        };
        if batch.is_empty() {
            return Poll::Ready(end.map(Err));
        }
        self.end = Some(end);
        Poll::Ready(Some(Ok(batch)))
    }
}

impl Crossing<Events> for NativeEvents {
    fn of(events: Events, _room: Vec<u8>) -> Self {
        Self {
            events: Pulled::new(Batches { events, end: None }),
            has_begun: AtomicBool::new(false),
        }
    }
}

#[uniffi::export]
impl NativeEvents {
    /// Whether this is the first iteration, and the events are its own.
    pub(crate) fn begin(&self) -> Result<bool, NativeError> {
        Ok(!self.has_begun.swap(true, Ordering::Relaxed))
    }

    /// The events that have come; none when they are over.
    pub(crate) async fn next(&self) -> Result<Vec<ManagedAuthEvent>, NativeError> {
        let next = self.events.next(Batches::poll_next);
        Ok(next.await?.unwrap_or_default())
    }

    /// Closes the connection; whoever waits is cancelled.
    pub(crate) fn cancel(&self) -> Result<(), NativeError> {
        self.events.cancel();
        Ok(())
    }

    /// Closes the connection.
    pub(crate) fn close(&self) -> Result<(), NativeError> {
        self.events.close();
        Ok(())
    }
}
