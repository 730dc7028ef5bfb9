//! What is asked for one step after another, and can be ended at any time.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use kernel_client::{Error, host};

use crate::NativeError;
use crate::waiting::Waiting;

/// A source of steps. Each step is made while it is waited for; ending the source drops it, and with it whatever it
/// holds open, before the call that ends it returns.
pub(crate) struct Pulled<T> {
    state: Mutex<State<T>>,
    waiting: Arc<Waiting>,
}

struct State<T> {
    /// Gone when it is over, or while a step is being made.
    source: Option<Box<T>>,
    /// Whether whoever asks next has to hear that it was cancelled.
    is_cancelled: bool,
    /// Whether it is over for good.
    is_over: bool,
}

impl<T> Pulled<T> {
    pub(crate) fn new(source: T) -> Self {
        let state = State {
            source: Some(Box::new(source)),
            is_cancelled: false,
            is_over: false,
        };
        Self {
            state: Mutex::new(state),
            waiting: Arc::default(),
        }
    }

    /// The next step; nothing once it is over. `step` has to lose nothing when it is asked again.
    pub(crate) async fn next<S>(
        &self,
        step: impl Fn(&mut T, &mut Context<'_>) -> Poll<Option<Result<S, Error>>>,
    ) -> Result<Option<S>, NativeError> {
        let runtime = host::runtime().map_err(|error| NativeError::no_runtime(&error))?;
        poll_fn(|context| {
            // Its timers and sockets are of this runtime.
            let _entered = runtime.enter();
            let mut state = self.state();
            if std::mem::take(&mut state.is_cancelled) {
                return Poll::Ready(Err(NativeError::Cancelled));
            }
            // A step that panics takes the source along.
            let Some(mut source) = state.source.take() else {
                let ended = if state.is_over {
                    Ok(None)
                } else {
                    Err(host::panicked().into())
                };
                state.is_over = true;
                return Poll::Ready(ended);
            };
            match self
                .waiting
                .poll(context, |context| step(&mut source, context))
            {
                Poll::Pending => {
                    state.source = Some(source);
                    Poll::Pending
                }
                Poll::Ready(Some(Ok(step))) => {
                    state.source = Some(source);
                    Poll::Ready(Ok(Some(step)))
                }
                Poll::Ready(Some(Err(error))) => {
                    state.is_over = true;
                    Poll::Ready(Err(error.into()))
                }
                Poll::Ready(None) => {
                    state.is_over = true;
                    Poll::Ready(Ok(None))
                }
            }
        })
        .await
    }

    /// Ends it: whoever asks, now or next, hears that it was cancelled, once.
    pub(crate) fn cancel(&self) {
        self.end(true);
    }

    /// Ends it: nothing comes any more.
    pub(crate) fn close(&self) {
        self.end(false);
    }

    fn end(&self, is_cancelled: bool) {
        let source = {
            let mut state = self.state();
            state.is_cancelled |= is_cancelled && !state.is_over;
            state.is_over = true;
            state.source.take()
        };
        drop_on_runtime(source);
        self.waiting.wake_now();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Pulled<T> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop_on_runtime(state.source.take());
    }
}

/// A connection that goes back to its pool may start a timer there.
fn drop_on_runtime<T>(source: Option<Box<T>>) {
    if source.is_some() {
        let _entered = host::runtime().map(tokio::runtime::Handle::enter);
        drop(source);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::mpsc;
    use std::task::{Wake, Waker};
    use std::thread::{self, ThreadId};
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    /// Counts down, then waits for ever; says when it goes, and needs the runtime for that.
    struct Countdown(u32, Arc<AtomicU32>);

    impl Drop for Countdown {
        fn drop(&mut self) {
            let _runtime = tokio::runtime::Handle::current();
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn countdown(from: u32) -> (Pulled<Countdown>, Arc<AtomicU32>) {
        let gone = Arc::new(AtomicU32::new(0));
        (Pulled::new(Countdown(from, gone.clone())), gone)
    }

    fn down(
        source: &mut Countdown,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<u32, Error>>> {
        match source.0.checked_sub(1) {
            Some(left) => {
                source.0 = left;
                Poll::Ready(Some(Ok(left)))
            }
            None => Poll::Pending,
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        host::runtime().unwrap().block_on(future)
    }

    #[test]
    fn what_is_cancelled_is_gone_and_says_so_once() {
        let (pulled, gone) = countdown(1);
        assert_eq!(block_on(pulled.next(down)).unwrap(), Some(0));
        let waiting = async {
            let cancel = async {
                pulled.cancel();
                assert_eq!(gone.load(Ordering::SeqCst), 1);
            };
            tokio::join!(pulled.next(down), cancel).0
        };
        assert!(matches!(block_on(waiting), Err(NativeError::Cancelled)));
        assert_eq!(block_on(pulled.next(down)).unwrap(), None);
    }

    #[test]
    fn what_is_cancelled_first_says_so_too() {
        let (pulled, gone) = countdown(1);
        pulled.cancel();
        assert_eq!(gone.load(Ordering::SeqCst), 1);
        let next = block_on(pulled.next(down));
        assert!(matches!(next, Err(NativeError::Cancelled)));
    }

    #[test]
    fn what_is_closed_ends_quietly() {
        let (pulled, gone) = countdown(1);
        let waiting = async {
            assert_eq!(pulled.next(down).await.unwrap(), Some(0));
            let close = async { pulled.close() };
            tokio::join!(pulled.next(down), close).0
        };
        assert_eq!(block_on(waiting).unwrap(), None);
        assert_eq!(gone.load(Ordering::SeqCst), 1);
        pulled.cancel();
        assert_eq!(block_on(pulled.next(down)).unwrap(), None);
    }

    /// To wake it takes until the cancelling is done, as with a task of Swift's; on the thread that does that it takes no time.
    struct Task {
        canceller: ThreadId,
        is_done: Mutex<mpsc::Receiver<()>>,
        is_stuck: Arc<AtomicBool>,
    }

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            if thread::current().id() != self.canceller {
                let waited = self.is_done.lock().unwrap().recv_timeout(LIMIT);
                self.is_stuck.store(waited.is_err(), Ordering::SeqCst);
            }
        }
    }

    /// A stream of a connection, whose lock it takes when it goes.
    struct Stream(Arc<Mutex<Option<Waker>>>);

    impl Drop for Stream {
        fn drop(&mut self) {
            drop(self.0.lock().unwrap());
        }
    }

    #[test]
    fn who_wakes_with_a_lock_held_does_not_wait_for_who_cancels() {
        let connection = Arc::new(Mutex::new(None));
        let pulled = Pulled::new(Stream(connection.clone()));
        let (done, is_done) = mpsc::channel();
        let is_stuck = Arc::new(AtomicBool::new(false));
        let task = Waker::from(Arc::new(Task {
            canceller: thread::current().id(),
            is_done: Mutex::new(is_done),
            is_stuck: is_stuck.clone(),
        }));
        let mut next = Box::pin(pulled.next(
            |stream: &mut Stream, context| -> Poll<Option<Result<(), Error>>> {
                *stream.0.lock().unwrap() = Some(context.waker().clone());
                Poll::Pending
            },
        ));
        let mut context = Context::from_waker(&task);
        assert!(next.as_mut().poll(&mut context).is_pending());

        let (is_locked, locked) = mpsc::channel();
        let waking = thread::spawn(move || {
            let mut waker = connection.lock().unwrap();
            is_locked.send(()).unwrap();
            waker.take().unwrap().wake();
        });
        locked.recv_timeout(LIMIT).unwrap();
        pulled.cancel();
        let _ = done.send(());
        waking.join().unwrap();
        assert!(!is_stuck.load(Ordering::SeqCst));
    }

    /// Tells that it was woken.
    struct Told(mpsc::Sender<()>);

    impl Wake for Told {
        fn wake(self: Arc<Self>) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn who_waits_is_woken_for_the_next_step() {
        let (first, is_first) = oneshot::channel();
        let pulled = Pulled::new(is_first);
        let mut next = Box::pin(pulled.next(|first: &mut oneshot::Receiver<u32>, context| {
            Pin::new(first)
                .poll(context)
                .map(|first| Some(Ok(first.unwrap())))
        }));
        let (told, is_told) = mpsc::channel();
        let waker = Waker::from(Arc::new(Told(told)));
        let mut context = Context::from_waker(&waker);
        assert!(next.as_mut().poll(&mut context).is_pending());
        first.send(7).unwrap();
        is_told.recv_timeout(LIMIT).unwrap();
        assert!(matches!(
            next.as_mut().poll(&mut context),
            Poll::Ready(Ok(Some(7)))
        ));
    }

    #[test]
    fn who_is_woken_while_it_asks_is_told_at_once() {
        let (pulled, _gone) = countdown(0);
        let mut next = Box::pin(pulled.next(
            |_: &mut Countdown, context| -> Poll<Option<Result<(), Error>>> {
                context.waker().wake_by_ref();
                Poll::Pending
            },
        ));
        let (told, is_told) = mpsc::channel();
        let waker = Waker::from(Arc::new(Told(told)));
        let mut context = Context::from_waker(&waker);
        assert!(next.as_mut().poll(&mut context).is_pending());
        is_told.try_recv().unwrap();
    }

    #[test]
    fn what_is_dropped_is_gone() {
        let (pulled, gone) = countdown(1);
        drop(pulled);
        assert_eq!(gone.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_panic_is_an_error_and_the_end() {
        let (pulled, gone) = countdown(1);
        let step = |_: &mut Countdown, _: &mut Context<'_>| -> Poll<Option<Result<u32, Error>>> {
            panic!("surprise")
        };
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            block_on(pulled.next(step)).is_ok()
        }));
        assert!(caught.is_err());
        assert_eq!(gone.load(Ordering::SeqCst), 1);
        assert!(matches!(
            block_on(pulled.next(down)),
            Err(NativeError::Failure { .. })
        ));
        assert_eq!(block_on(pulled.next(down)).unwrap(), None);
    }
}
