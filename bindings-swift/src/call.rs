//! One call: its options, its cancellation, and what came with its answer.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use kernel_client::host::{self, Begun, Language};
use kernel_client::{CallOptions, Error, Response};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

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
    /// runtime. When the call is cancelled, the request is gone before this returns, or as soon as the client's thread
    /// gets to it.
    pub(crate) fn run<T, F>(
        &self,
        send: impl FnOnce(CallOptions) -> F,
    ) -> impl Future<Output = Result<T, NativeError>>
    where
        T: Send + 'static,
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        self.run_as(UNDER_WAY.begin(), send)
    }

    async fn run_as<T, F>(
        &self,
        under_way: UnderWay<'_>,
        send: impl FnOnce(CallOptions) -> F,
    ) -> Result<T, NativeError>
    where
        T: Send + 'static,
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        let runtime = host::runtime().map_err(|error| NativeError::no_runtime(&error))?;
        let mut cancelled = pin!(self.cancelled.notified());
        if cancelled.as_mut().enable() {
            return Err(NativeError::Cancelled);
        }
        let mut request = Request::begin(runtime, send(self.options()), under_way.is_alone);
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

/// The calls of this process.
static UNDER_WAY: Calls = Calls(AtomicUsize::new(0));

/// How many calls there are.
struct Calls(AtomicUsize);

impl Calls {
    fn begin(&self) -> UnderWay<'_> {
        let is_alone = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        UnderWay {
            calls: self,
            is_alone,
        }
    }
}

/// A call that is one of them.
struct UnderWay<'a> {
    calls: &'a Calls,
    /// Whether there was no other when it began.
    is_alone: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.calls.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request that was begun.
enum Request<F: Future> {
    /// Is polled by whoever waits for it, whose thread has to be woken anyway.
    Polled(Entered<F>),
    /// Goes on by itself once it was sent: of many answers at once the client's thread reads several before it waits, and
    /// would be woken for each by threads that read them one by one.
    Going {
        begun: Begun,
        answer: oneshot::Receiver<F::Output>,
    },
}

impl<F> Request<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    fn begin(runtime: &'static Handle, future: F, is_alone: bool) -> Self {
        if is_alone {
            return Self::Polled(Entered::new(runtime, future));
        }
        let (sender, answer) = oneshot::channel();
        let begun = Begun::here(runtime, async move {
            // Whoever is gone wants no answer.
            let _ = sender.send(future.await);
        });
        Self::Going { begun, answer }
    }
}

impl<F: Future> Request<F> {
    /// Gives nothing where it panicked.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        match self {
            Self::Polled(entered) => entered.poll(context),
            Self::Going { answer, .. } => Pin::new(answer).poll(context).map(Result::ok),
        }
    }

    fn end(&mut self) {
        match self {
            Self::Polled(entered) => entered.end(),
            Self::Going { begun, answer } => {
                begun.abort();
                // It may have come meanwhile.
                if let Ok(answer) = answer.try_recv() {
                    let _entered = host::runtime().map(Handle::enter);
                    drop(answer);
                }
            }
        }
    }
}

impl<F: Future> Drop for Request<F> {
    fn drop(&mut self) {
        self.end();
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
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;

    fn call() -> NativeCall {
        NativeCall::new("{}").unwrap()
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        host::runtime().unwrap().block_on(future)
    }

    /// Waits until it is gone, which takes less than this.
    async fn ended(is_gone: oneshot::Receiver<()>) {
        let limit = Duration::from_secs(20);
        let gone = tokio::time::timeout(limit, is_gone).await;
        gone.expect("it is there still").unwrap();
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

    /// A call by itself, and one of many, whatever else is under way.
    fn each_way() -> [UnderWay<'static>; 2] {
        [true, false].map(|is_alone| {
            let mut under_way = UNDER_WAY.begin();
            under_way.is_alone = is_alone;
            under_way
        })
    }

    #[test]
    fn a_call_is_alone_while_there_is_no_other() {
        let calls = Calls(AtomicUsize::new(0));
        let first = calls.begin();
        let second = calls.begin();
        assert!(first.is_alone && !second.is_alone);
        drop(first);
        assert!(!calls.begin().is_alone);
        drop(second);
        assert!(calls.begin().is_alone);
    }

    #[test]
    fn a_panic_is_an_error() {
        for under_way in each_way() {
            let call = call();
            let outcome: Result<(), _> =
                block_on(call.run_as(under_way, |_| async { panic!("surprise") }));
            let Err(NativeError::Failure { failure, .. }) = outcome else {
                panic!("no error came");
            };
            assert_eq!(failure.kind, "internal");
            assert!(!format!("{failure:?}").contains("surprise"));
        }
    }

    #[test]
    fn a_call_that_is_cancelled_first_starts_nothing() {
        for under_way in each_way() {
            let call = call();
            call.cancel().unwrap();
            let outcome = block_on(call.run_as(under_way, |_| async {
                panic!("it has started");
                #[expect(unreachable_code, reason = "says what it would be")]
                pending::<Result<Response<()>, Error>>().await
            }));
            assert!(matches!(outcome, Err(NativeError::Cancelled)));
        }
    }

    #[test]
    fn a_cancelled_request_is_gone_when_the_call_returns() {
        for under_way in each_way() {
            let call = call();
            let (started, has_started) = oneshot::channel();
            let (gone, mut is_gone) = oneshot::channel();
            let outcome = block_on(async {
                let cancel = async {
                    has_started.await.unwrap();
                    call.cancel().unwrap();
                };
                tokio::join!(call.run_as(under_way, |_| endless(started, gone)), cancel).0
            });
            assert!(matches!(outcome, Err(NativeError::Cancelled)));
            assert_eq!(is_gone.try_recv(), Ok(()));
        }
    }

    #[test]
    fn a_request_that_goes_on_by_itself_is_gone_as_well() {
        let call = call();
        let [_, of_many] = each_way();
        let (gone, is_gone) = oneshot::channel();
        let (wake, is_woken) = oneshot::channel::<()>();
        let (goes_on, has_gone_on) = oneshot::channel();
        let outcome = block_on(async {
            let request = async {
                let _slow = Slow(Some(gone));
                is_woken.await.unwrap();
                goes_on.send(()).unwrap();
                pending::<Result<Response<()>, Error>>().await
            };
            let cancel = async {
                // By now it has been begun; from here on it is a task of the runtime.
                wake.send(()).unwrap();
                has_gone_on.await.unwrap();
                call.cancel().unwrap();
            };
            tokio::join!(call.run_as(of_many, |_| request), cancel).0
        });
        assert!(matches!(outcome, Err(NativeError::Cancelled)));
        block_on(ended(is_gone));
    }

    #[test]
    fn a_dropped_call_drops_the_request() {
        for under_way in each_way() {
            let call = call();
            let (started, has_started) = oneshot::channel();
            let (gone, is_gone) = oneshot::channel();
            block_on(async {
                tokio::select! {
                    _ = call.run_as(under_way, |_| endless(started, gone)) => panic!("it never ends"),
                    _ = has_started => {}
                }
                ended(is_gone).await;
            });
        }
    }
}
