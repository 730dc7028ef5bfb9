//! Work for the thread of the runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use kernel_client::host;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::unconstrained;

use crate::NativeError;

/// So much is worked on at most before sockets and timers are looked at again.
const AT_ONCE: usize = 32;

/// What is worked on on the thread of the runtime, one after another.
pub(crate) struct Queue<T> {
    work: fn(T),
    sender: OnceLock<UnboundedSender<T>>,
}

impl<T: Send + 'static> Queue<T> {
    pub(crate) const fn new(work: fn(T)) -> Self {
        Self {
            work,
            sender: OnceLock::new(),
        }
    }

    /// Nothing is woken when this is called on that thread.
    pub(crate) fn put(&self, item: T) -> Result<(), NativeError> {
        let sent = self.sender()?.send(item);
        sent.map_err(|_| host::panicked().into())
    }

    fn sender(&self) -> Result<&UnboundedSender<T>, NativeError> {
        if let Some(sender) = self.sender.get() {
            return Ok(sender);
        }
        let runtime = host::runtime().map_err(|error| NativeError::no_runtime(&error))?;
        Ok(self.sender.get_or_init(|| {
            let (sender, receiver) = unbounded_channel();
            let work = self.work;
            let turns = host::in_turns(receiver, AT_ONCE, move |item| {
                // There is nobody to tell, and others wait for their turn.
                drop(catch_unwind(AssertUnwindSafe(|| work(item))));
            });
            // It is not one task's: what it may do is not counted.
            runtime.spawn(unconstrained(turns));
            sender
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::*;

    /// Tells the number, unless it is none.
    static TOLD: Queue<(Option<u32>, Sender<u32>)> = Queue::new(|(number, told)| {
        let _ = told.send(number.unwrap());
    });

    #[test]
    fn what_panics_takes_no_other_along() {
        let (sender, told) = channel();
        for number in [Some(1), None, Some(2)] {
            TOLD.put((number, sender.clone())).unwrap();
        }
        for number in [1, 2] {
            assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(number));
        }
    }
}
