//! One call: its options, its cancellation, and what came with its answer.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use kernel_client::host::{self, Begun, Language};
use kernel_client::{CallOptions, Error, Response};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

use crate::NativeError;
use crate::crossing::Crossing;

/// One call. Used once.
#[derive(uniffi::Object)]
pub(crate) struct NativeCall {
    /// Until it is made.
    options: Mutex<CallOptions>,
    cancelled: Notify,
    /// Whether what comes with the answer is asked for.
    keeps_response: bool,
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
    /// A call with these options, as JSON. Only where that is said will what came with its answer be asked for.
    #[uniffi::constructor]
    pub(crate) fn new(options: &str, keeps_response: bool) -> Result<Self, NativeError> {
        let options = host::decode_call_options(
            Language::Swift,
            &mut serde_json::Deserializer::from_str(options),
        )?;
        Ok(Self::with(options, keeps_response))
    }

    /// A call without any, as most are: nothing has to be written and read for it.
    #[uniffi::constructor]
    pub(crate) fn plain(keeps_response: bool) -> Result<Self, NativeError> {
        Ok(Self::with(CallOptions::default(), keeps_response))
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

impl NativeCall {
    fn with(options: CallOptions, keeps_response: bool) -> Self {
        Self {
            options: Mutex::new(options),
            cancelled: Notify::new(),
            response: OnceLock::new(),
            keeps_response,
        }
    }

    /// The options of the call, once.
    pub(crate) fn options(&self) -> CallOptions {
        std::mem::take(&mut *self.options.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends the request that `send` makes: until it first waits on the thread that asks for it, from then on on the
    /// client's. When the call is cancelled, the request is gone before this returns, or as soon as the client's thread gets
    /// to it.
    pub(crate) async fn run<T, A, F>(
        &self,
        send: impl FnOnce(CallOptions) -> F,
    ) -> Result<A, NativeError>
    where
        A: Crossing<T>,
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        let mut cancelled = pin!(self.cancelled.notified());
        if cancelled.as_mut().enable() {
            return Err(NativeError::Cancelled);
        }
        let room = A::room();
        let keeps_response = self.keeps_response;
        let request = Request::begin(send(self.options()), move |answer| {
            let (value, mut response) = answer?.into_parts();
            if !keeps_response {
                // It lies where the connection reads the next answer to. The rest goes where it was made.
                response = host::without_body(response);
            }
            Ok::<_, NativeError>((A::of(value, room), response))
        });
        let mut request = request.map_err(|error| NativeError::no_runtime(&error))?;
        poll_fn(|context| {
            if cancelled.as_mut().poll(context).is_ready() {
                request.end();
                return Poll::Ready(Err(NativeError::Cancelled));
            }
            // Where nothing came it panicked. What it said stays inside.
            let answer = ready!(request.poll(context)).ok_or_else(host::panicked)?;
            let (value, response) = answer?;
            if keeps_response {
                // Only a call that is used twice finds a response there.
                let _ = self.response.set(response);
            }
            Poll::Ready(Ok(value))
        })
        .await
    }
}

/// A request that was begun, and goes on by itself.
struct Request<A> {
    begun: Begun,
    answer: oneshot::Receiver<A>,
}

impl<A: Send + 'static> Request<A> {
    /// `settle` makes of the answer what is given.
    fn begin<F>(future: F, settle: impl FnOnce(F::Output) -> A + Send + 'static) -> io::Result<Self>
    where
        F: Future + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let begun = Begun::here(future, |output| {
            // Whoever is gone wants no answer.
            let _ = sender.send(settle(output));
        })?;
        Ok(Self { begun, answer })
    }
}

impl<A> Request<A> {
    /// Gives nothing where it panicked.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<A>> {
        Pin::new(&mut self.answer).poll(context).map(Result::ok)
    }

    fn end(&mut self) {
        self.begun.abort();
        self.answer.close();
        // It may have come meanwhile.
        if let Ok(answer) = self.answer.try_recv() {
            let _entered = host::runtime().map(Handle::enter);
            drop(answer);
        }
    }
}

impl<A> Drop for Request<A> {
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
        NativeCall::new("{}", false).unwrap()
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

    #[test]
    fn a_panic_is_an_error() {
        let call = call();
        let outcome: Result<(), _> = block_on(call.run(|_| async { panic!("surprise") }));
        let Err(NativeError::Failure { failure, .. }) = outcome else {
            panic!("no error came");
        };
        assert_eq!(failure.kind, "internal");
        assert!(!format!("{failure:?}").contains("surprise"));
    }

    #[test]
    fn a_call_that_is_cancelled_first_starts_nothing() {
        let call = call();
        call.cancel().unwrap();
        let outcome: Result<(), _> = block_on(call.run(|_| async {
            panic!("it has started");
            #[expect(unreachable_code, reason = "says what it would be")]
            pending::<Result<Response<()>, Error>>().await
        }));
        assert!(matches!(outcome, Err(NativeError::Cancelled)));
    }

    #[test]
    fn a_cancelled_request_is_gone_when_the_call_returns() {
        let call = call();
        let (started, has_started) = oneshot::channel();
        let (gone, mut is_gone) = oneshot::channel();
        let outcome: Result<(), _> = block_on(async {
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
    fn a_request_that_has_gone_on_by_itself_is_gone_as_well() {
        let call = call();
        let (gone, is_gone) = oneshot::channel();
        let (wake, is_woken) = oneshot::channel::<()>();
        let (goes_on, has_gone_on) = oneshot::channel();
        let outcome: Result<(), _> = block_on(async {
            let request = async {
                let _slow = Slow(Some(gone));
                is_woken.await.unwrap();
                goes_on.send(()).unwrap();
                pending::<Result<Response<()>, Error>>().await
            };
            let cancel = async {
                // By now it has been begun; from here on it is the client's thread that polls it.
                wake.send(()).unwrap();
                has_gone_on.await.unwrap();
                call.cancel().unwrap();
            };
            tokio::join!(call.run(|_| request), cancel).0
        });
        assert!(matches!(outcome, Err(NativeError::Cancelled)));
        block_on(ended(is_gone));
    }

    #[test]
    fn a_dropped_call_drops_the_request() {
        let call = call();
        let (started, has_started) = oneshot::channel();
        let (gone, is_gone) = oneshot::channel();
        block_on(async {
            tokio::select! {
                _ = call.run::<(), (), _>(|_| endless(started, gone)) => panic!("it never ends"),
                _ = has_started => {}
            }
            ended(is_gone).await;
        });
    }
}
