//! One call: its options, its cancellation, and what came with its answer.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use kernel_client::host::{self, Language};
use kernel_client::{CallOptions, Error, Response};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::NativeError;

/// One call. Used once.
#[derive(uniffi::Object)]
pub(crate) struct NativeCall {
    /// Until it is made.
    options: Mutex<CallOptions>,
    cancelled: Notify,
    response: OnceLock<Response<()>>,
}

/// What came with an answer.
#[derive(uniffi::Record)]
pub(crate) struct NativeResponse {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers, as they came.
    pub(crate) headers: Vec<NativeHeader>,
    /// The id the API gave the request.
    pub(crate) request_id: Option<String>,
    /// How often the request was sent again.
    pub(crate) retries_taken: u32,
    /// From the start of the call to its answer.
    pub(crate) elapsed: Duration,
    /// The body as it came.
    pub(crate) body: Vec<u8>,
}

/// A header of an answer.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct NativeHeader {
    /// Its name, in lower case.
    pub(crate) name: String,
    /// Its value; what is not text in it is replaced.
    pub(crate) value: String,
}

#[uniffi::export]
impl NativeCall {
    /// A call with these options, as JSON.
    #[uniffi::constructor]
    pub(crate) fn new(options: &str) -> Result<Self, NativeError> {
        let options = host::decode_call_options(
            Language::Swift,
            &mut serde_json::Deserializer::from_str(options),
        )?;
        Ok(options.into())
    }

    /// A call without any, as most are: nothing has to be written and read for it.
    #[uniffi::constructor]
    pub(crate) fn plain() -> Result<Self, NativeError> {
        Ok(CallOptions::default().into())
    }

    /// Drops the request, now or as soon as it would start.
    pub(crate) fn cancel(&self) -> Result<(), NativeError> {
        // Kept for a call that has not started to listen; there is never more than one listener.
        self.cancelled.notify_one();
        Ok(())
    }

    /// What came with the answer.
    pub(crate) fn response(&self) -> Result<NativeResponse, NativeError> {
        let response = self.response.get();
        let response = response.ok_or_else(host::panicked)?;
        Ok(NativeResponse {
            status: response.status_code(),
            headers: headers(response.headers()),
            request_id: response.request_id().map(str::to_owned),
            retries_taken: response.retries_taken(),
            elapsed: response.elapsed(),
            body: response.body().to_vec(),
        })
    }
}

impl From<CallOptions> for NativeCall {
    fn from(options: CallOptions) -> Self {
        Self {
            options: Mutex::new(options),
            cancelled: Notify::new(),
            response: OnceLock::new(),
        }
    }
}

impl NativeCall {
    /// The options of the call, once.
    pub(crate) fn options(&self) -> CallOptions {
        std::mem::take(&mut *self.options.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends the request that `send` makes, on the thread that asks for it; its timers and sockets are of the client's
    /// runtime. When the call is cancelled, the request is gone before this returns.
    pub(crate) async fn run<T, F>(
        &self,
        send: impl FnOnce(CallOptions) -> F,
    ) -> Result<T, NativeError>
    where
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        let runtime = host::runtime().map_err(|error| NativeError::no_runtime(&error))?;
        let mut request = Entered::new(runtime, send(self.options()));
        let mut cancelled = pin!(self.cancelled.notified());
        // What is large, an answer, is never part of what waits.
        poll_fn(|context| {
            if cancelled.as_mut().poll(context).is_ready() {
                request.end();
                return Poll::Ready(Err(NativeError::Cancelled));
            }
            // Where nothing came it panicked. What it said stays inside.
            let answer = ready!(request.poll(context)).ok_or_else(host::panicked)?;
            let (value, response) = answer?.into_parts();
            // Only a call that is used twice finds a response there.
            let _ = self.response.set(response);
            Poll::Ready(Ok(value))
        })
        .await
    }
}

/// What is polled, and let go of, as on a thread of the runtime. Gives nothing where it panics.
struct Entered<F> {
    runtime: &'static Handle,
    /// Gone once it is over.
    future: Option<Pin<Box<F>>>,
}

impl<F> Entered<F> {
    fn new(runtime: &'static Handle, future: F) -> Self {
        Self {
            runtime,
            future: Some(Box::pin(future)),
        }
    }

    fn end(&mut self) {
        if self.future.is_some() {
            let _entered = self.runtime.enter();
            self.future = None;
        }
    }
}

impl<F: Future> Entered<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let _entered = self.runtime.enter();
        let Some(future) = &mut self.future else {
            return Poll::Ready(None);
        };
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                self.end();
                Poll::Ready(Some(output))
            }
            Err(_) => {
                self.end();
                Poll::Ready(None)
            }
        }
    }
}

impl<F> Drop for Entered<F> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Headers as Swift gets them.
pub(crate) fn headers(headers: &http::HeaderMap) -> Vec<NativeHeader> {
    headers
        .iter()
        .map(|(name, value)| NativeHeader {
            name: name.as_str().to_owned(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, ThreadId};

    use tokio::sync::oneshot;

    use super::*;

    fn call() -> NativeCall {
        NativeCall::new("{}").unwrap()
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        host::runtime().unwrap().block_on(future)
    }

    /// Says that it is gone when it is, and takes its time to go.
    struct Slow(Option<oneshot::Sender<()>>);

    impl Drop for Slow {
        fn drop(&mut self) {
            thread::sleep(Duration::from_millis(50));
            self.0.take().unwrap().send(()).unwrap();
        }
    }

    /// A request that never ends: it says when it has started, and when it is gone.
    async fn endless(
        started: oneshot::Sender<()>,
        gone: oneshot::Sender<()>,
    ) -> Result<Response<()>, Error> {
        let _slow = Slow(Some(gone));
        started.send(()).unwrap();
        pending().await
    }

    #[test]
    fn a_panic_is_an_error() {
        let outcome: Result<(), _> = block_on(call().run(|_| async { panic!("surprise") }));
        let Err(NativeError::Failure { failure, .. }) = outcome else {
            panic!("no error came");
        };
        assert_eq!(failure.kind, "internal");
        assert!(!format!("{failure:?}").contains("surprise"));
    }

    /// Notes when it goes on another thread than the one it was made on.
    struct Stays(ThreadId, Arc<AtomicBool>);

    impl Drop for Stays {
        fn drop(&mut self) {
            if thread::current().id() != self.0 {
                self.1.store(true, Ordering::SeqCst);
            }
        }
    }

    #[test]
    fn a_call_that_is_cancelled_first_starts_nothing() {
        let left = Arc::new(AtomicBool::new(false));
        // Often enough for a choice by chance to show.
        for _ in 0..100 {
            let call = call();
            call.cancel().unwrap();
            let stays = Stays(thread::current().id(), left.clone());
            let outcome = block_on(call.run(|_| async {
                let _stays = stays;
                pending::<Result<Response<()>, Error>>().await
            }));
            assert!(matches!(outcome, Err(NativeError::Cancelled)));
        }
        assert!(!left.load(Ordering::SeqCst));
    }

    #[test]
    fn a_cancelled_request_is_gone_when_the_call_returns() {
        let call = call();
        let (started, has_started) = oneshot::channel();
        let (gone, mut is_gone) = oneshot::channel();
        let outcome = block_on(async {
            let cancel = async {
                has_started.await.unwrap();
                call.cancel().unwrap();
            };
            tokio::join!(call.run(|_| endless(started, gone)), cancel).0
        });
        assert!(matches!(outcome, Err(NativeError::Cancelled)));
        assert_eq!(is_gone.try_recv(), Ok(()));
    }

    #[test]
    fn a_dropped_call_drops_the_request() {
        let call = call();
        let (started, has_started) = oneshot::channel();
        let (gone, is_gone) = oneshot::channel();
        block_on(async {
            tokio::select! {
                _ = call.run(|_| endless(started, gone)) => panic!("it never ends"),
                _ = has_started => {}
            }
            is_gone.await.unwrap();
        });
    }
}
