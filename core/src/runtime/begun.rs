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

/// How often a future is polled where it is begun, at most: others wait for that thread.
const POLLS: u32 = 4;

/// What was begun, and goes on by itself.
#[derive(Clone)]
pub struct Begun(Arc<Progress>);

struct Progress {
    runtime: &'static Handle,
    state: Mutex<State>,
}

enum State {
    /// Is polled where it was begun, and may have been woken meanwhile.
    Here {
        is_woken: bool,
    },
    /// Until it is woken.
    Waiting(Rest),
    /// From then on.
    Task(AbortHandle),
    Over,
}

impl Begun {
    /// Polls a future here, and again where it was woken meanwhile. When it is woken later, it becomes a task of the
    /// runtime. It may panic.
    pub fn here(
        runtime: &'static Handle,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self::polled(runtime, Box::pin(future))
    }

    /// One copy of this for futures of all kinds.
    fn polled(runtime: &'static Handle, mut rest: Rest) -> Self {
        let _entered = runtime.enter();
        let begun = Self::of(runtime, State::Over);
        let waker = Waker::from(begun.0.clone());
        let mut context = Context::from_waker(&waker);
        for _ in 0..POLLS {
            *begun.0.state() = State::Here { is_woken: false };
            // What panicked is not looked at any more.
            let polled = catch_unwind(AssertUnwindSafe(|| rest.as_mut().poll(&mut context)));
            let mut state = begun.0.state();
            if !matches!(polled, Ok(Poll::Pending)) {
                *state = State::Over;
                drop(state);
                return begun;
            }
            if matches!(*state, State::Here { is_woken: false }) {
                *state = State::Waiting(rest);
                drop(state);
                return begun;
            }
        }
        *begun.0.state() = begun.0.spawned(rest);
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

    /// Drops the future, at once unless a thread of the runtime polls it. Until it is begun nobody has this.
    pub fn abort(&self) {
        let before = std::mem::replace(&mut *self.0.state(), State::Over);
        // What goes with it may ask for the runtime.
        let _entered = self.0.runtime.enter();
        match before {
            State::Task(task) => task.abort(),
            // Who stops it is not to blame for what goes wrong then.
            State::Waiting(rest) => drop(catch_unwind(AssertUnwindSafe(|| drop(rest)))),
            State::Here { .. } | State::Over => {}
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
            State::Here { .. } => State::Here { is_woken: true },
            State::Waiting(rest) => self.spawned(rest),
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::{self, ThreadId};
    use std::time::Duration;

    use super::super::runtime;
    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    fn here(future: impl Future<Output = ()> + Send + 'static) -> Begun {
        Begun::here(runtime().unwrap(), future)
    }

    /// Says on which thread it goes, and whether that is panicking.
    struct Guard(Sender<(ThreadId, bool)>);

    impl Guard {
        fn new() -> (Self, Receiver<(ThreadId, bool)>) {
            let (gone, told) = channel();
            (Self(gone), told)
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = self.0.send((thread::current().id(), thread::panicking()));
        }
    }

    #[test]
    fn what_is_ready_at_once_never_leaves_the_thread() {
        let (guard, gone) = Guard::new();
        here(async move { drop(guard) });
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), false)));
    }

    #[test]
    fn what_waits_goes_on_elsewhere() {
        let (guard, gone) = Guard::new();
        let begun = here(async move {
            let _guard = guard;
            // Twice, so that it waits as a task as well.
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        });
        let (thread, is_panicking) = gone.recv_timeout(LIMIT).unwrap();
        assert_ne!(thread, thread::current().id());
        assert!(!is_panicking);
        drop(begun);
    }

    /// Wakes itself so many times; the thread on which it is over.
    fn woken(times: u32) -> ThreadId {
        let (guard, gone) = Guard::new();
        let mut left = times;
        here(async move {
            let _guard = guard;
            poll_fn(move |context| {
                context.waker().wake_by_ref();
                left = left.saturating_sub(1);
                if left > 0 {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
        });
        gone.recv_timeout(LIMIT).unwrap().0
    }

    #[test]
    fn what_is_woken_before_it_waits_goes_on() {
        let this = thread::current().id();
        assert_eq!(woken(2), this);
        assert_eq!(woken(POLLS), this);
        // It has been here for long enough.
        assert_ne!(woken(POLLS + 1), this);
    }

    #[test]
    fn what_waits_is_gone_as_soon_as_it_is_stopped() {
        let (guard, gone) = Guard::new();
        let begun = here(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        assert!(gone.try_recv().is_err());
        begun.abort();
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), false)));
        begun.abort();
    }

    #[test]
    fn a_task_is_stopped() {
        let (guard, gone) = Guard::new();
        let begun = Begun::elsewhere(runtime().unwrap(), async move {
            let _guard = guard;
            pending::<()>().await;
        });
        begun.abort();
        assert!(gone.recv_timeout(LIMIT).is_ok());
    }

    #[test]
    fn a_panic_stays_inside() {
        let (guard, gone) = Guard::new();
        let begun = here(async move {
            let _guard = guard;
            panic!("at once");
        });
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), true)));
        begun.abort();

        let (guard, gone) = Guard::new();
        let begun = here(async move {
            let _guard = guard;
            struct Stopped;
            impl Drop for Stopped {
                fn drop(&mut self) {
                    panic!("when stopped");
                }
            }
            let _stopped = Stopped;
            pending::<()>().await;
        });
        begun.abort();
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), true)));
    }
}
