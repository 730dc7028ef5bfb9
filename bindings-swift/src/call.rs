//! One call: begun when it is made, waited for, and cancelled; its answer, and what came with it.

use std::any::Any;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel_client::host::{self, Begun, Language};
use kernel_client::models::{AuthContext, LoginResponse, ManagedAuth, SubmitFieldsResponse};
use kernel_client::{CallOptions, Error, Response};

use crate::client::NativeSession;
use crate::crossing::{Crossing, Lowered};
use crate::function::NativeFunction;
use crate::page::{NativeConnectionsPage, NativeTimelinePage};
use crate::{NativeError, NativeEvents};

/// One call, which goes on by itself. It is waited for once, and gives its answer once.
#[derive(uniffi::Object)]
pub(crate) struct NativeCall {
    begun: Begun,
    outcome: Arc<dyn Awaited>,
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
    /// Has `resume` called with `waiter` once the call is over, which may be before this returns.
    pub(crate) fn wait(&self, waiter: u64, resume: NativeFunction) -> Result<(), NativeError> {
        self.outcome.wait(Waiter { waiter, resume });
        Ok(())
    }

    /// Drops the request, unless its answer has come: at once, or as soon as the client's thread gets to it.
    pub(crate) fn cancel(&self) -> Result<(), NativeError> {
        let waiter = self.outcome.cancel();
        self.begun.abort();
        if let Some(waiter) = waiter {
            waiter.resume();
        }
        Ok(())
    }

    /// What came with the answer, once that was taken; its body only where that was asked for.
    pub(crate) fn response(&self) -> Result<NativeResponse, NativeError> {
        let response = self.outcome.response();
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

/// The answers that calls have: uniffi knows no generic types. To ask for another one than the call has is an error.
macro_rules! answers {
    ($($name:ident: $answer:ty;)*) => {
        #[uniffi::export]
        impl NativeCall {
            $(
                /// The answer, once the call is over.
                pub(crate) fn $name(&self) -> Result<$answer, NativeError> {
                    self.answer()
                }
            )*
        }
    };
}

answers! {
    nothing: ();
    managed_auth: Lowered<ManagedAuth>;
    login_response: Lowered<LoginResponse>;
    submit_fields_response: Lowered<SubmitFieldsResponse>;
    auth_context: Lowered<AuthContext>;
    connections_page: NativeConnectionsPage;
    timeline_page: NativeTimelinePage;
    events: NativeEvents;
    session: NativeSession;
}

impl NativeCall {
    /// Begins the call that `send` makes of its options, which are JSON, or empty as most are: until it first waits, on the
    /// thread that makes it, from then on on the client's. Where it `keeps_response` the body that came is kept as well.
    pub(crate) fn begin<T, A, F>(
        options: &str,
        keeps_response: bool,
        send: impl FnOnce(CallOptions) -> F,
    ) -> Result<Self, NativeError>
    where
        A: Crossing<T>,
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        let outcome = Arc::new(Outcome::default());
        let settles = Settles(Some(outcome.clone()));
        let room = A::room();
        let begun = Begun::here(send(call_options(options)?), move |answer| {
            let settled = answer.map(|answer| {
                let (value, response) = answer.into_parts();
                // Its body lies where the connection reads the next answer to.
                let response = match keeps_response {
                    true => response,
                    false => host::without_body(response),
                };
                (A::of(value, room), response)
            });
            settles.with(settled.map_err(NativeError::from));
        });
        let begun = begun.map_err(|error| NativeError::no_runtime(&error))?;
        Ok(Self { begun, outcome })
    }

    fn answer<A: Send + 'static>(&self) -> Result<A, NativeError> {
        let outcome: &dyn Any = &*self.outcome;
        let outcome = outcome.downcast_ref::<Outcome<A>>();
        outcome.ok_or_else(host::panicked)?.take()
    }
}

impl Drop for NativeCall {
    fn drop(&mut self) {
        self.begun.abort();
    }
}

/// Options of a call, as JSON; nothing has to be written and read where there are none.
pub(crate) fn call_options(options: &str) -> Result<CallOptions, NativeError> {
    if options.is_empty() {
        return Ok(CallOptions::default());
    }
    Ok(host::decode_call_options(
        Language::Swift,
        &mut serde_json::Deserializer::from_str(options),
    )?)
}

/// Who waits: a task of Swift's.
struct Waiter {
    waiter: u64,
    resume: NativeFunction,
}

impl Waiter {
    fn resume(self) {
        self.resume.call(self.waiter);
    }
}

/// What comes of a call, whatever its answer is.
trait Awaited: Any + Send + Sync {
    fn wait(&self, waiter: Waiter);

    /// Gives who is to be resumed.
    fn cancel(&self) -> Option<Waiter>;

    fn response(&self) -> Option<Response<()>>;
}

struct Outcome<A>(Mutex<State<A>>);

/// What a call comes to.
type Settled<A> = Result<(A, Response<()>), NativeError>;

enum State<A> {
    Begun(Option<Waiter>),
    Settled(Settled<A>),
    /// Its answer was taken; what came with it was not.
    Taken(Option<Response<()>>),
}

impl<A> Default for Outcome<A> {
    fn default() -> Self {
        Self(Mutex::new(State::Begun(None)))
    }
}

impl<A> Outcome<A> {
    /// Resumes who waits, unless it was cancelled before.
    fn settle(&self, settled: Settled<A>) {
        let mut state = self.state();
        let State::Begun(waiter) = &mut *state else {
            drop(state);
            return;
        };
        let waiter = waiter.take();
        *state = State::Settled(settled);
        drop(state);
        if let Some(waiter) = waiter {
            waiter.resume();
        }
    }

    fn take(&self) -> Result<A, NativeError> {
        let mut state = self.state();
        match mem::replace(&mut *state, State::Taken(None)) {
            State::Settled(settled) => {
                let (answer, response) = settled?;
                *state = State::Taken(Some(response));
                Ok(answer)
            }
            other => {
                *state = other;
                Err(host::panicked().into())
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Send + 'static> Awaited for Outcome<A> {
    fn wait(&self, waiter: Waiter) {
        let is_told = match &mut *self.state() {
            // Of two that wait, one would never hear of it.
            State::Begun(waits) => waits.replace(waiter),
            _ => Some(waiter),
        };
        if let Some(waiter) = is_told {
            waiter.resume();
        }
    }

    fn cancel(&self) -> Option<Waiter> {
        let mut state = self.state();
        let State::Begun(waiter) = &mut *state else {
            return None;
        };
        let waiter = waiter.take();
        *state = State::Settled(Err(NativeError::Cancelled));
        waiter
    }

    fn response(&self) -> Option<Response<()>> {
        match &mut *self.state() {
            State::Taken(response) => response.take(),
            _ => None,
        }
    }
}

/// Settles a call, also one that panicked: whoever waits is told in any case.
struct Settles<A>(Option<Arc<Outcome<A>>>);

impl<A> Settles<A> {
    fn with(mut self, settled: Settled<A>) {
        if let Some(outcome) = self.0.take() {
            outcome.settle(settled);
        }
    }
}

impl<A> Drop for Settles<A> {
    fn drop(&mut self) {
        if let Some(outcome) = self.0.take() {
            // What it said stays inside.
            outcome.settle(Err(host::panicked().into()));
        }
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
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;

    /// Long enough for anything.
    const LIMIT: Duration = Duration::from_secs(20);

    fn begin<F>(future: F) -> NativeCall
    where
        F: Future<Output = Result<Response<()>, Error>> + Send + 'static,
    {
        NativeCall::begin::<(), (), _>("", false, |_| future).unwrap()
    }

    /// Is told whenever a task that waits is resumed.
    fn waited(call: &NativeCall) -> Receiver<()> {
        extern "C" fn resume(waiter: u64) {
            // SAFETY: it is what was made a number of below, and it stays.
            let sender =
                unsafe { &*std::ptr::with_exposed_provenance::<Sender<()>>(waiter as usize) };
            let _ = sender.send(());
        }
        let (sender, over) = channel();
        let waiter: &'static Sender<()> = Box::leak(Box::new(sender));
        let waiter = std::ptr::from_ref(waiter).expose_provenance() as u64;
        call.wait(waiter, NativeFunction(resume)).unwrap();
        over
    }

    /// Says that it is gone when it is, and takes its time to go.
    struct Slow(Sender<()>);

    impl Drop for Slow {
        fn drop(&mut self) {
            thread::sleep(Duration::from_millis(50));
            self.0.send(()).unwrap();
        }
    }

    /// A request that never ends, and when it is gone.
    fn endless() -> (
        impl Future<Output = Result<Response<()>, Error>> + Send + 'static,
        Receiver<()>,
    ) {
        let (gone, is_gone) = channel();
        let slow = Slow(gone);
        let request = async {
            let _slow = slow;
            pending().await
        };
        (request, is_gone)
    }

    /// A call that ends on the client's thread.
    fn begin_elsewhere() -> NativeCall {
        let (wake, is_woken) = oneshot::channel::<()>();
        let call = begin(async {
            is_woken.await.unwrap();
            Err(host::panicked())
        });
        wake.send(()).unwrap();
        call
    }

    fn is_cancelled(call: &NativeCall) -> bool {
        matches!(call.nothing(), Err(NativeError::Cancelled))
    }

    fn is_internal(outcome: Result<(), NativeError>) -> bool {
        let Err(NativeError::Failure { failure, .. }) = outcome else {
            return false;
        };
        assert!(!format!("{failure:?}").contains("surprise"));
        failure.kind == "internal"
    }

    #[test]
    fn a_panic_is_an_error() {
        let call = begin(async { panic!("surprise") });
        waited(&call).recv_timeout(LIMIT).unwrap();
        assert!(is_internal(call.nothing()));
    }

    #[test]
    fn a_panic_of_what_goes_on_by_itself_is_an_error_for_who_waits() {
        let (wake, is_woken) = oneshot::channel::<()>();
        let call = begin(async {
            is_woken.await.unwrap();
            panic!("surprise")
        });
        let over = waited(&call);
        wake.send(()).unwrap();
        over.recv_timeout(LIMIT).unwrap();
        assert!(is_internal(call.nothing()));
    }

    #[test]
    fn an_answer_of_another_kind_is_an_error() {
        let call = begin(async { Err(host::panicked()) });
        assert!(is_internal(call.events().map(drop)));
        assert!(is_internal(call.nothing()));
        assert!(is_internal(call.nothing()), "it was taken");
    }

    #[test]
    fn options_that_break_a_rule_are_an_error_before_anything_is_begun() {
        let options = r#"{"timeout": "infinite"}"#;
        let begun =
            NativeCall::begin::<(), (), _>(options, false, |_| async { panic!("it was begun") });
        let Err(NativeError::Failure { failure, .. }) = begun else {
            panic!("no error came");
        };
        assert_eq!(failure.argument.as_deref(), Some("timeout"));
    }

    #[test]
    fn a_cancelled_request_is_gone_when_that_returns() {
        let (request, is_gone) = endless();
        let call = begin(request);
        let over = waited(&call);
        assert!(over.try_recv().is_err());
        call.cancel().unwrap();
        is_gone.try_recv().unwrap();
        over.try_recv().unwrap();
        assert!(is_cancelled(&call));
    }

    #[test]
    fn what_is_cancelled_before_it_is_waited_for_is_over() {
        let (request, is_gone) = endless();
        let call = begin(request);
        call.cancel().unwrap();
        is_gone.try_recv().unwrap();
        waited(&call).try_recv().unwrap();
        assert!(is_cancelled(&call));
    }

    #[test]
    fn who_waits_is_resumed_once() {
        let (request, is_gone) = endless();
        let call = begin(request);
        let over = waited(&call);
        call.cancel().unwrap();
        call.cancel().unwrap();
        assert!(is_cancelled(&call));
        drop(call);
        is_gone.recv_timeout(LIMIT).unwrap();
        assert_eq!(over.try_iter().count(), 1);
    }

    #[test]
    fn of_two_that_wait_both_are_resumed() {
        let (request, _gone) = endless();
        let call = begin(request);
        let (first, second) = (waited(&call), waited(&call));
        first.try_recv().unwrap();
        assert!(second.try_recv().is_err());
        call.cancel().unwrap();
        second.try_recv().unwrap();
    }

    #[test]
    fn who_asks_too_early_gets_an_error_and_who_waits_goes_on_waiting() {
        let (request, _gone) = endless();
        let call = begin(request);
        let over = waited(&call);
        assert!(is_internal(call.nothing()));
        call.cancel().unwrap();
        over.try_recv().unwrap();
        assert!(is_cancelled(&call));
    }

    #[test]
    fn an_answer_that_has_come_is_not_cancelled() {
        let call = begin(async { Err(host::panicked()) });
        call.cancel().unwrap();
        waited(&call).try_recv().unwrap();
        assert!(is_internal(call.nothing()));
    }

    #[test]
    fn an_answer_that_comes_while_it_is_cancelled_is_not_given() {
        let (wake, is_woken) = oneshot::channel::<()>();
        let (polled, is_polled) = channel();
        let (cancelled, is_cancelled_now) = channel::<()>();
        let call = begin(async move {
            is_woken.await.unwrap();
            polled.send(()).unwrap();
            // It cannot be dropped here, and gives what it gives.
            is_cancelled_now.recv_timeout(LIMIT).unwrap();
            Err(host::panicked())
        });
        let over = waited(&call);
        wake.send(()).unwrap();
        is_polled.recv_timeout(LIMIT).unwrap();
        call.cancel().unwrap();
        over.try_recv().unwrap();
        cancelled.send(()).unwrap();
        assert!(is_cancelled(&call));
        // What comes after it has had its turn by then.
        waited(&begin_elsewhere()).recv_timeout(LIMIT).unwrap();
        assert!(over.try_recv().is_err());
    }

    #[test]
    fn a_request_that_has_gone_on_by_itself_is_gone_as_well() {
        let (request, is_gone) = endless();
        let (wake, is_woken) = oneshot::channel::<()>();
        let (goes_on, has_gone_on) = channel();
        let call = begin(async move {
            is_woken.await.unwrap();
            goes_on.send(()).unwrap();
            request.await
        });
        // By now it has been begun; from here on it is the client's thread that polls it.
        wake.send(()).unwrap();
        has_gone_on.recv_timeout(LIMIT).unwrap();
        call.cancel().unwrap();
        is_gone.recv_timeout(LIMIT).unwrap();
        assert!(is_cancelled(&call));
    }

    #[test]
    fn a_request_is_gone_with_its_call() {
        let (request, is_gone) = endless();
        // What could wake it has it as well.
        let (_wake, is_woken) = oneshot::channel::<()>();
        drop(begin(async { tokio::join!(request, is_woken).0 }));
        is_gone.recv_timeout(LIMIT).unwrap();
    }
}
