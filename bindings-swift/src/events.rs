//! The events of a flow.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel_client::Events;
use kernel_client::models::ManagedAuthEvent;

use crate::NativeError;
use crate::pulled::Pulled;

/// The events of a flow. Used by one iteration.
#[derive(uniffi::Object)]
pub(crate) struct NativeEvents {
    events: Pulled<Events>,
    has_begun: AtomicBool,
}

impl From<Events> for NativeEvents {
    fn from(events: Events) -> Self {
        Self {
            events: Pulled::new(events),
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

    /// The next event; nothing when they are over.
    pub(crate) async fn next(&self) -> Result<Option<ManagedAuthEvent>, NativeError> {
        let next = self
            .events
            .next(|events, context| pin!(events.next()).poll(context));
        next.await
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
