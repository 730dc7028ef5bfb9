//! A future that is begun on the thread that wants it: what it does before it first waits needs no other thread, which would
//! have to be woken for it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

type Rest = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What was begun, and goes on by itself.
#[derive(Clone)]
pub struct Begun(Arc<Progress>);

struct Progress {
    runtime: &'static Handle,
    state: Mutex<State>,
}

enum State {
    /// Is polled for the first time, and may have been woken meanwhile.
    First {
        is_woken: bool,
    },
    /// Until it is woken.
    Waiting(Rest),
    /// From then on.
    Task(AbortHandle),
    Over,
}

impl Begun {
    /// Polls a future here, once. When it is woken, it becomes a task of the runtime. It may panic.
    pub fn here(
        runtime: &'static Handle,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let _entered = runtime.enter();
        let begun = Self::of(runtime, State::First { is_woken: false });
        let mut rest: Rest = Box::pin(future);
        let waker = Waker::from(begun.0.clone());
        let mut context = Context::from_waker(&waker);
        // What panicked is not looked at any more.
        let polled = catch_unwind(AssertUnwindSafe(|| rest.as_mut().poll(&mut context)));
        let mut state = begun.0.state();
        match &*state {
            _ if !matches!(polled, Ok(Poll::Pending)) => *state = State::Over,
            State::First { is_woken: false } => *state = State::Waiting(rest),
            State::First { is_woken: true } => *state = begun.0.spawned(rest),
            // It was stopped.
            _ => {}
        }
        drop(state);
        begun
    }

    /// A task of the runtime from the beginning.
    pub fn elsewhere(
        runtime: &'static Handle,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self::of(runtime, State::Task(runtime.spawn(future).abort_handle()))
    }

    fn of(runtime: &'static Handle, state: State) -> Self {
        let state = Mutex::new(state);
        Self(Arc::new(Progress { runtime, state }))
    }

    /// Drops the future: at once, or as soon as nobody polls it any more.
    pub fn abort(&self) {
        let before = std::mem::replace(&mut *self.0.state(), State::Over);
        // What goes with it may ask for the runtime.
        let _entered = self.0.runtime.enter();
        match before {
            State::Task(task) => task.abort(),
            // Who stops it is not to blame for what goes wrong then.
            State::Waiting(rest) => drop(catch_unwind(AssertUnwindSafe(|| drop(rest)))),
            State::First { .. } | State::Over => {}
        }
    }
}

impl Progress {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawned(&self, rest: Rest) -> State {
        State::Task(self.runtime.spawn(rest).abort_handle())
    }
}

impl Wake for Progress {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        *state = match std::mem::replace(&mut *state, State::Over) {
            State::First { .. } => State::First { is_woken: true },
            State::Waiting(rest) => self.spawned(rest),
            other => other,
        };
    }
}
