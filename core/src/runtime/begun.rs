//! A future that is begun on the thread that wants it: what it does before it first waits needs no other thread, which would
//! have to be woken for it. What is left of it goes on where its sockets and timers are.

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use pin_project_lite::pin_project;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::ReusableBoxFuture;

use super::process::{Shared, shared};
use super::turns::in_turns;

type Rest = ReusableBoxFuture<'static, ()>;

/// Where futures were that are over: others of their size are put there. A call may be large, and threads wait for each
/// other when one gives memory back that another took.
#[derive(Default)]
pub(super) struct Spent(Mutex<Vec<Rest>>);

/// So many are kept.
const MOST_SPENT: usize = 64;

/// Takes what was woken to the thread of the runtime. It is no task of its own there: those are made and let go of at a
/// cost, mostly on two threads, which then wait for each other.
pub(super) type Woken = UnboundedSender<Arc<Progress>>;

/// How often a future is polled where it is begun, at most: others wait for that thread.
const POLLS: u32 = 4;

/// So many are polled before sockets and timers are looked at again.
const AT_ONCE: usize = 16;

/// What was begun, and goes on by itself.
#[derive(Clone)]
pub struct Begun(Arc<Progress>);

pub(super) struct Progress {
    runtime: &'static Shared,
    state: Mutex<State>,
}

enum State {
    /// Is polled, and may have been woken meanwhile.
    Polled {
        is_woken: bool,
    },
    /// Until it is woken.
    Waiting(Rest),
    /// Until its turn comes.
    Woken(Rest),
    Over,
}

impl Begun {
    /// Polls a future here, and again where it was woken meanwhile. When it is woken later, it goes on on the thread of the
    /// process's runtime. What comes of it goes to `then`, there or here. Both may panic.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn here<F>(future: F, then: impl FnOnce(F::Output) + Send + 'static) -> io::Result<Self>
    where
        F: Future + Send + 'static,
    {
        let runtime = shared()?;
        Ok(Self::polled(runtime, runtime.spent.put(future, then)))
    }

    /// One copy of this for futures of all kinds.
    fn polled(runtime: &'static Shared, mut rest: Rest) -> Self {
        let begun = Self::of(runtime);
        let _entered = runtime.handle.enter();
        for _ in 0..POLLS {
            match begun.0.poll(rest) {
                Some(woken) => rest = woken,
                None => return begun,
            }
        }
        begun.0.clone().wait_for_turn(rest);
        begun
    }

    /// Leaves it to the thread of the runtime from the beginning.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn elsewhere<F>(
        future: F,
        then: impl FnOnce(F::Output) + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future + Send + 'static,
    {
        let runtime = shared()?;
        let begun = Self::of(runtime);
        begun
            .0
            .clone()
            .wait_for_turn(runtime.spent.put(future, then));
        Ok(begun)
    }

    fn of(runtime: &'static Shared) -> Self {
        Self(Arc::new(Progress {
            runtime,
            state: Mutex::new(State::Polled { is_woken: false }),
        }))
    }

    /// Drops the future, at once unless it is polled just then: what comes of that poll still goes to `then`. Until it is
    /// begun nobody has this.
    pub fn abort(&self) {
        let before = std::mem::replace(&mut *self.0.state(), State::Over);
        self.0.let_go_of(before);
    }
}

impl Progress {
    fn let_go_of(&self, state: State) {
        if let State::Waiting(rest) | State::Woken(rest) = state {
            self.let_go(rest);
        }
    }

    fn let_go(&self, rest: Rest) {
        // What goes with it may ask for the runtime.
        let _entered = self.runtime.handle.enter();
        // Who stops it, or goes on with others, is not to blame for what goes wrong then.
        drop(catch_unwind(AssertUnwindSafe(|| drop(rest))));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls it; gives it back when it was woken meanwhile.
    fn poll(self: &Arc<Self>, mut rest: Rest) -> Option<Rest> {
        let waker = Waker::from(self.clone());
        let mut context = Context::from_waker(&waker);
        // What panicked is not looked at any more.
        let polled = catch_unwind(AssertUnwindSafe(|| rest.poll(&mut context)));
        let mut state = self.state();
        match &mut *state {
            State::Polled { is_woken } if matches!(polled, Ok(Poll::Pending)) => {
                if std::mem::take(is_woken) {
                    return Some(rest);
                }
                *state = State::Waiting(rest);
                return None;
            }
            over => *over = State::Over,
        }
        drop(state);
        if matches!(polled, Ok(Poll::Ready(()))) {
            self.runtime.spent.keep(rest);
        } else {
            self.let_go(rest);
        }
        None
    }

    /// Has it go on when those before it have.
    fn wait_for_turn(self: Arc<Self>, rest: Rest) {
        let mut state = self.state();
        if matches!(*state, State::Over) {
            drop(state);
            return self.let_go(rest);
        }
        *state = State::Woken(rest);
        drop(state);
        self.send();
    }

    /// To the thread of the runtime.
    fn send(self: Arc<Self>) {
        let runtime = self.runtime;
        let woken = runtime.woken.get_or_init(|| {
            let (woken, turns) = unbounded_channel();
            runtime.handle.spawn(in_turns(turns, AT_ONCE, Self::go_on));
            woken
        });
        if let Err(unsent) = woken.send(self) {
            // That thread is over, and nobody may wait for it.
            Begun(unsent.0).abort();
        }
    }

    /// Its turn has come.
    fn go_on(self: Arc<Self>) {
        let polled = State::Polled { is_woken: false };
        let mut state = self.state();
        let State::Woken(rest) = std::mem::replace(&mut *state, polled) else {
            // It was stopped.
            *state = State::Over;
            return;
        };
        drop(state);
        if let Some(rest) = self.poll(rest) {
            self.wait_for_turn(rest);
        }
    }
}

impl Spent {
    fn put<F>(&self, future: F, then: impl FnOnce(F::Output) + Send + 'static) -> Rest
    where
        F: Future + Send + 'static,
    {
        let whole = Whole {
            future: Some(future),
            then: Some(then),
        };
        let size = size_of_val(&whole);
        let mut kept = self.kept();
        let fits = kept
            .iter_mut()
            .rposition(|spent| size_of_val(&*spent.get_pin()) == size);
        let spent = fits.map(|at| kept.swap_remove(at));
        drop(kept);
        let Some(mut spent) = spent else {
            return Rest::new(whole);
        };
        spent.set(whole);
        spent
    }

    /// Nothing is left in it.
    fn keep(&self, rest: Rest) {
        let mut kept = self.kept();
        // Of what is called now and then there may be none; of what is called always there soon is.
        let oldest = (kept.len() >= MOST_SPENT).then(|| kept.swap_remove(0));
        kept.push(rest);
        drop(kept);
        drop(oldest);
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pin_project! {
    // An async block would have room for the future twice.
    /// A future and what becomes of its output. Nothing of either is left when it is over.
    struct Whole<F, T> {
        #[pin]
        future: Option<F>,
        then: Option<T>,
    }
}

impl<F, T> Future for Whole<F, T>
where
    F: Future,
    T: FnOnce(F::Output),
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        let output = ready!(future.poll(context));
        this.future.set(None);
        if let Some(then) = this.then.take() {
            then(output);
        }
        Poll::Ready(())
    }
}

impl Wake for Progress {
    /// Drops nothing: who wakes may hold a lock that what is dropped would take.
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Over) {
            State::Polled { .. } => *state = State::Polled { is_woken: true },
            State::Waiting(rest) => {
                *state = State::Woken(rest);
                drop(state);
                self.send();
            }
            other => *state = other,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut *self.state(), State::Over);
        self.let_go_of(state);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::sync::Barrier;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::{self, ThreadId};
    use std::time::Duration;

    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    fn here(future: impl Future<Output = ()> + Send + 'static) -> Begun {
        Begun::here(future, |()| {}).unwrap()
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
            // Twice, so that it waits there as well.
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

    /// Holds the thread of the runtime up until what it gives is dropped.
    fn held_up() -> Sender<()> {
        let (held, is_held) = channel();
        let (sender, receiver) = channel::<()>();
        shared().unwrap().handle.spawn(async move {
            held.send(()).unwrap();
            let _ = receiver.recv_timeout(LIMIT);
        });
        is_held.recv_timeout(LIMIT).unwrap();
        sender
    }

    #[test]
    fn what_has_not_had_its_turn_is_gone_as_soon_as_it_is_stopped() {
        let (guard, gone) = Guard::new();
        let held = held_up();
        let begun = Begun::elsewhere(
            async move {
                let _guard = guard;
                pending::<()>().await;
            },
            |()| {},
        );
        begun.unwrap().abort();
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), false)));
        drop(held);
    }

    #[test]
    fn what_is_stopped_while_it_is_polled_is_gone_after_that() {
        let (guard, gone) = Guard::new();
        let (polled, is_polled) = channel();
        let (stop, is_stopped) = channel::<()>();
        let begun = Begun::elsewhere(
            async move {
                let _guard = guard;
                polled.send(()).unwrap();
                is_stopped.recv_timeout(LIMIT).unwrap();
                pending::<()>().await;
            },
            |()| {},
        );
        is_polled.recv_timeout(LIMIT).unwrap();
        begun.unwrap().abort();
        assert!(gone.try_recv().is_err());
        stop.send(()).unwrap();
        let (thread, _) = gone.recv_timeout(LIMIT).unwrap();
        assert_ne!(thread, thread::current().id());
    }

    #[test]
    fn what_comes_of_it_is_given_on_where_it_comes() {
        let (sender, outputs) = channel();
        let then = |sender: Sender<_>| {
            move |output| sender.send((output, thread::current().id())).unwrap()
        };
        let this = thread::current().id();
        Begun::here(async { 1 }, then(sender.clone())).unwrap();
        assert_eq!(outputs.try_recv(), Ok((1, this)));
        let later = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            2
        };
        Begun::here(later, then(sender.clone())).unwrap();
        let (output, there) = outputs.recv_timeout(LIMIT).unwrap();
        assert_eq!(output, 2);
        assert_ne!(there, this);
        Begun::elsewhere(async { 3 }, then(sender)).unwrap();
        assert_eq!(outputs.recv_timeout(LIMIT), Ok((3, there)));
    }

    #[test]
    fn what_panics_does_not_stop_the_others() {
        Begun::elsewhere(async { panic!("in its turn") }, |()| {}).unwrap();
        Begun::elsewhere(async {}, |()| panic!("with its output")).unwrap();
        let (guard, gone) = Guard::new();
        Begun::elsewhere(async move { drop(guard) }, |()| {}).unwrap();
        assert!(gone.recv_timeout(LIMIT).is_ok());
    }

    #[test]
    fn what_never_waits_leaves_the_others_their_turn() {
        let busy: Vec<Begun> = (0..2 * AT_ONCE)
            .map(|_| {
                here(poll_fn(|context| {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }))
            })
            .collect();
        let (guard, gone) = Guard::new();
        here(async move {
            let _guard = guard;
            tokio::time::sleep(Duration::from_millis(1)).await;
        });
        let is_gone = gone.recv_timeout(LIMIT).is_ok();
        for begun in busy {
            begun.abort();
        }
        assert!(is_gone);
    }

    #[test]
    fn what_is_over_is_gone_but_for_its_memory() {
        let (guard, gone) = Guard::new();
        let (held, then_gone) = Guard::new();
        let begun = Begun::here(async move { drop(guard) }, move |()| drop(held)).unwrap();
        assert!(gone.try_recv().is_ok() && then_gone.try_recv().is_ok());
        drop(begun);
    }

    /// What takes so many bytes, and waits.
    fn sized<const BYTES: usize>(spent: &Spent) -> Rest {
        let held = [0_u8; BYTES];
        let future = async move {
            pending::<()>().await;
            std::hint::black_box(held);
        };
        spent.put(future, |()| {})
    }

    fn address(rest: &mut Rest) -> *const () {
        std::ptr::from_ref(&*rest.get_pin()).cast()
    }

    #[test]
    fn memory_is_used_again_for_what_has_its_size() {
        let spent = Spent::default();
        let (mut small, mut large) = (sized::<100>(&spent), sized::<5000>(&spent));
        let (small_was, large_was) = (address(&mut small), address(&mut large));
        spent.keep(large);
        spent.keep(small);
        assert_eq!(address(&mut sized::<5000>(&spent)), large_was);
        assert_eq!(address(&mut sized::<100>(&spent)), small_was);
        assert!(spent.kept().is_empty());
    }

    #[test]
    fn so_much_memory_is_kept_and_no_more() {
        let spent = Spent::default();
        let rests: Vec<Rest> = (0..MOST_SPENT + 2).map(|_| sized::<100>(&spent)).collect();
        for rest in rests {
            spent.keep(rest);
        }
        assert_eq!(spent.kept().len(), MOST_SPENT);
    }

    #[test]
    fn what_nobody_has_is_gone() {
        let (guard, gone) = Guard::new();
        let begun = here(async move {
            // Whoever goes may ask for the runtime.
            let _asks = AsksForRuntime(guard);
            pending::<()>().await;
        });
        drop(begun);
        assert_eq!(gone.try_recv(), Ok((thread::current().id(), false)));
    }

    struct AsksForRuntime(#[expect(dead_code, reason = "goes with it")] Guard);

    impl Drop for AsksForRuntime {
        fn drop(&mut self) {
            tokio::runtime::Handle::current();
        }
    }

    #[test]
    fn who_wakes_drops_nothing() {
        let lock = Arc::new(Mutex::new(()));
        let (wakers, to_wake) = channel::<Waker>();
        let (together, locked) = (Arc::new(Barrier::new(2)), lock.clone());
        let waking = thread::spawn({
            let together = together.clone();
            move || {
                for waker in to_wake {
                    together.wait();
                    let _locked = locked.lock().unwrap();
                    waker.wake();
                }
            }
        });
        for _ in 0..40_000 {
            let (sender, waker) = channel();
            let (guard, gone) = Guard::new();
            let held = TakesLock(lock.clone(), guard);
            let begun = here(poll_fn(move |context| {
                let _held = &held;
                let _ = sender.send(context.waker().clone());
                Poll::Pending
            }));
            wakers.send(waker.recv_timeout(LIMIT).unwrap()).unwrap();
            together.wait();
            begun.abort();
            gone.recv_timeout(LIMIT).unwrap();
        }
        drop(wakers);
        waking.join().unwrap();
    }

    /// Needs a lock to go.
    struct TakesLock(
        Arc<Mutex<()>>,
        #[expect(dead_code, reason = "goes with it")] Guard,
    );

    impl Drop for TakesLock {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
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
