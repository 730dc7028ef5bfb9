//! How long a stream may be silent.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, Sleep};

/// How long a stream that was silent for too long is listened to after that: a program that was busy itself may not have
/// let what has arrived come in.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// The end of it moves with whatever comes.
pub(crate) struct Patience {
    pub(crate) limit: Duration,
    end: Instant,
    /// The end has come, and this is the last look.
    is_last_look: bool,
    timer: Option<Timer>,
}

/// Set when something is waited for, on the runtime that waits.
struct Timer {
    runtime: Option<Id>,
    sleep: Pin<Box<Sleep>>,
}

impl Patience {
    pub(crate) fn new(limit: Duration) -> Self {
        let mut patience = Self {
            limit,
            end: Instant::now(),
            is_last_look: false,
            timer: None,
        };
        patience.renew();
        patience
    }

    /// Something has come.
    pub(crate) fn renew(&mut self) {
        self.is_last_look = false;
        // What is further off than the clock can hold never comes.
        let far = Duration::from_secs(u32::MAX.into());
        let now = Instant::now();
        self.end = now.checked_add(self.limit).unwrap_or_else(|| now + far);
    }

    /// Ready when there is none left.
    pub(crate) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end = self.end;
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        let timer = self.timer.take().filter(|timer| timer.runtime == runtime);
        let timer = self.timer.insert(timer.unwrap_or_else(|| Timer {
            runtime,
            sleep: Box::pin(tokio::time::sleep_until(end)),
        }));
        if timer.sleep.deadline() > self.end {
            timer.sleep.as_mut().reset(self.end);
        }
        loop {
            ready!(timer.sleep.as_mut().poll(context));
            let now = Instant::now();
            if now >= self.end {
                if std::mem::replace(&mut self.is_last_look, true) {
                    return Poll::Ready(());
                }
                self.end = now + LAST_LOOK;
            }
            timer.sleep.as_mut().reset(self.end);
        }
    }
}
