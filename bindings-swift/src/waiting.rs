//! A task that waits for the next step of something, and how it is woken.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::queue::Queue;

/// A task of Swift's that waits. What wakes it may hold a lock: HTTP/2 has one for all streams of a connection. And to wake
/// a task takes a lock of Swift's, which whoever cancels the task holds meanwhile, who drops what it waited for, which may
/// take that other lock. So it is woken later, on the thread of the runtime, where nothing is locked.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Nobody,
    /// What it waits for is polled, and may have woken it meanwhile.
    Polled { is_woken: bool },
    /// Until it is woken.
    Waits(Waker),
    /// Until its turn comes.
    Woken(Waker),
}

static WOKEN: Queue<Arc<Waiting>> = Queue::new(|waiting| waiting.wake_now());

impl Waiting {
    /// Polls what the task of `context` waits for.
    pub(crate) fn poll<T>(
        self: &Arc<Self>,
        context: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.put(State::Polled { is_woken: false });
        let polled = poll(&mut Context::from_waker(&self.clone().into()));
        let state = match polled {
            Poll::Ready(_) => State::Nobody,
            Poll::Pending => State::Waits(context.waker().clone()),
        };
        if let State::Polled { is_woken: true } = self.put(state) {
            // Where it is polled nothing is locked.
            self.wake_now();
        }
        polled
    }

    /// Wakes it here, where nothing is locked.
    pub(crate) fn wake_now(&self) {
        let mut state = self.state();
        match mem::take(&mut *state) {
            State::Waits(waker) | State::Woken(waker) => {
                drop(state);
                waker.wake();
            }
            other => *state = other,
        }
    }

    /// Gives what was there before: nothing is dropped under the lock, which who wakes takes under others.
    fn put(&self, state: State) -> State {
        mem::replace(&mut *self.state(), state)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        match mem::take(&mut *state) {
            State::Polled { .. } => *state = State::Polled { is_woken: true },
            State::Waits(waker) => {
                *state = State::Woken(waker);
                drop(state);
                // Without that thread nothing comes that it could wait for.
                let _ = WOKEN.put(self);
            }
            other => *state = other,
        }
    }
}
