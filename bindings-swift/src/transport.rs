//! A program's own HTTP client in place of the one built in.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Request;
use kernel_client::bytes::Bytes;
use kernel_client::futures_core::Stream;
use kernel_client::host::{self, Plugins};
use kernel_client::{Error, Streamed, TimeLeft, Transport, TransportError, TransportFuture};
use tokio::sync::mpsc;

use crate::call::headers;
use crate::{NativeError, NativeHeader};

/// A program's own HTTP client.
#[uniffi::export(foreign)]
pub(crate) trait NativeTransport: Send + Sync {
    /// Starts a request, whose answer is given to `exchange`. It does not wait.
    fn send(
        &self,
        request: NativeRequest,
        exchange: Arc<NativeExchange>,
    ) -> Result<Arc<dyn NativeTask>, NativeError>;
}

/// What works on a request.
#[uniffi::export(foreign)]
pub(crate) trait NativeTask: Send + Sync {
    /// The answer is not wanted any more.
    fn cancel(&self) -> Result<(), NativeError>;
}

/// An error of the program's own, on its way through the core.
#[uniffi::export(foreign)]
pub(crate) trait NativeCause: Send + Sync {
    /// Which one it is. Nothing else of it is ever printed.
    fn name(&self) -> Result<String, NativeError>;
}

impl fmt::Debug for dyn NativeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NativeCause")
    }
}

/// A request, ready to go.
#[derive(uniffi::Record)]
pub(crate) struct NativeRequest {
    /// The method.
    pub(crate) method: String,
    /// Where it goes.
    pub(crate) url: String,
    /// Its headers.
    pub(crate) headers: Vec<NativeHeader>,
    /// Its body.
    pub(crate) body: Option<Vec<u8>>,
    /// Seconds until the client gives up by itself.
    pub(crate) time_left: Option<f64>,
}

impl From<Request<Bytes>> for NativeRequest {
    fn from(request: Request<Bytes>) -> Self {
        let (head, body) = request.into_parts();
        // A body that is read as it comes is not part of the attempt.
        let left = head.extensions.get::<TimeLeft>();
        let left = left.filter(|_| head.extensions.get::<Streamed>().is_none());
        Self {
            method: head.method.to_string(),
            url: head.uri.to_string(),
            headers: headers(&head.headers),
            body: (!body.is_empty()).then(|| body.into()),
            time_left: left.map(|left| left.0.as_secs_f64()),
        }
    }
}

/// What comes of a request.
#[derive(uniffi::Enum)]
pub(crate) enum NativePart {
    /// The head of an answer.
    Head {
        status: i64,
        headers: Vec<NativeHeader>,
    },
    /// A piece of its body.
    Piece { bytes: Vec<u8> },
    /// The end of its body.
    End,
    /// There is no answer, or no more of it.
    Failure {
        is_timeout: bool,
        is_unsent: bool,
        is_permanent: bool,
        cause: Arc<dyn NativeCause>,
    },
}

/// Where the answer to a request is given.
#[derive(uniffi::Object)]
pub(crate) struct NativeExchange(mpsc::Sender<NativePart>);

#[uniffi::export]
impl NativeExchange {
    /// Gives a part of the answer once there is room for it, and tells whether more is wanted.
    pub(crate) async fn give(&self, part: NativePart) -> Result<bool, NativeError> {
        Ok(self.0.send(part).await.is_ok())
    }
}

/// Which HTTP client a client has.
#[derive(uniffi::Enum)]
pub(crate) enum NativeChoice {
    /// The one built in or, of a copy, that of the client.
    Kept,
    /// The one built in.
    BuiltIn,
    /// The program's own.
    Own(Arc<dyn NativeTransport>),
    /// That of the platform.
    Platform(Arc<dyn NativeTransport>),
}

impl NativeChoice {
    /// What it is for core.
    pub(crate) fn plugins(self) -> Plugins {
        match self {
            Self::Kept => Plugins::default(),
            Self::BuiltIn => Plugins::default().built_in(),
            Self::Own(transport) => {
                Plugins::default().transport(Some(Arc::new(Foreign(transport))))
            }
            Self::Platform(transport) => Plugins::default().platform(Arc::new(Foreign(transport))),
        }
    }
}

/// The program's HTTP client as core has it.
struct Foreign(Arc<dyn NativeTransport>);

impl Transport for Foreign {
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        let transport = self.0.clone();
        Box::pin(async move {
            // One piece beside the one that is read: a body comes no faster than it is wanted.
            let (give, given) = mpsc::channel(1);
            let task = transport.send(request.into(), Arc::new(NativeExchange(give)));
            let task = task.map_err(|_| nonsense("no task"))?;
            let mut answer = Given(Some((task, given)));
            let part = poll_fn(|context| answer.poll_part(context)).await?;
            let NativePart::Head { status, headers } = part else {
                return Err(nonsense("a body before its head"));
            };
            let headers = headers
                .into_iter()
                .map(|NativeHeader { name, value }| (name, value.into_bytes()));
            host::answer(TRANSPORT, status, headers, Box::pin(answer))
        })
    }
}

fn nonsense(what: &str) -> TransportError {
    host::no_answer(TRANSPORT, what)
}

/// What messages call it.
const TRANSPORT: &str = "The transport";

/// What is given for a request, until it is over. When it goes before that, the request is given up.
struct Given(Option<(Arc<dyn NativeTask>, mpsc::Receiver<NativePart>)>);

impl Given {
    fn poll_part(&mut self, context: &mut Context<'_>) -> Poll<Result<NativePart, TransportError>> {
        let Some((_, given)) = &mut self.0 else {
            return Poll::Ready(Ok(NativePart::End));
        };
        let part = ready!(given.poll_recv(context));
        if !matches!(
            part,
            Some(NativePart::Head { .. } | NativePart::Piece { .. })
        ) {
            self.0 = None;
        }
        Poll::Ready(match part {
            Some(NativePart::Failure {
                is_timeout,
                is_unsent,
                is_permanent,
                cause,
            }) => {
                let name = cause.name();
                let name = name.unwrap_or_else(|_| "an error".to_owned());
                let mut error = TransportError::new(format!("The transport threw {name}."));
                error = error.caused_by(Cause(cause));
                if is_timeout {
                    error = error.timed_out();
                }
                if is_unsent {
                    error = error.unsent();
                }
                if is_permanent {
                    error = error.permanent();
                }
                Err(error)
            }
            Some(part) => Ok(part),
            None => Err(nonsense("no end")),
        })
    }
}

impl Stream for Given {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        Poll::Ready(match ready!(self.poll_part(context)) {
            Ok(NativePart::Piece { bytes }) => Some(Ok(bytes.into())),
            Ok(NativePart::Head { .. }) => Some(Err(nonsense("a second head"))),
            Ok(NativePart::End | NativePart::Failure { .. }) => None,
            Err(error) => Some(Err(error)),
        })
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        if let Some((task, given)) = self.0.take() {
            // Whoever waits for room is told so.
            drop(given);
            // It fails only when the library is broken.
            let _ = task.cancel();
        }
    }
}

/// The program's error beneath one of the client's.
#[derive(Debug)]
struct Cause(Arc<dyn NativeCause>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error of the program")
    }
}

impl StdError for Cause {}

/// What the program's transport threw, where that is what lies beneath.
pub(crate) fn cause(error: &Error) -> Option<Arc<dyn NativeCause>> {
    let cause = error.source()?.downcast_ref::<Cause>()?;
    Some(cause.0.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    use http::Response;
    use kernel_client::TransportBody;

    use super::*;

    /// Keeps what it is to answer to, and counts what is cancelled.
    #[derive(Default)]
    struct Fake {
        exchange: Mutex<Option<Arc<NativeExchange>>>,
        cancelled: Arc<AtomicU32>,
    }

    struct Task(Arc<AtomicU32>);

    impl NativeTask for Task {
        fn cancel(&self) -> Result<(), NativeError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    impl NativeTransport for Fake {
        fn send(
            &self,
            request: NativeRequest,
            exchange: Arc<NativeExchange>,
        ) -> Result<Arc<dyn NativeTask>, NativeError> {
            assert_eq!(request.body, Some(b"{}".to_vec()));
            *self.exchange.lock().unwrap() = Some(exchange);
            Ok(Arc::new(Task(self.cancelled.clone())))
        }
    }

    struct Thrown;

    impl NativeCause for Thrown {
        fn name(&self) -> Result<String, NativeError> {
            Ok("Mishap".to_owned())
        }
    }

    impl Fake {
        fn exchange(&self) -> Arc<NativeExchange> {
            self.exchange.lock().unwrap().take().unwrap()
        }

        fn cancelled(&self) -> u32 {
            self.cancelled.load(Ordering::SeqCst)
        }
    }

    fn head(status: i64) -> NativePart {
        NativePart::Head {
            status,
            headers: Vec::new(),
        }
    }

    fn piece() -> NativePart {
        NativePart::Piece {
            bytes: b"piece".to_vec(),
        }
    }

    fn failure() -> NativePart {
        NativePart::Failure {
            is_timeout: true,
            is_unsent: false,
            is_permanent: true,
            cause: Arc::new(Thrown),
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        host::runtime().unwrap().block_on(future)
    }

    /// What comes of a request that is given these parts, and how many of them were wanted.
    async fn exchanged(
        fake: &Arc<Fake>,
        parts: Vec<NativePart>,
    ) -> (Result<Response<TransportBody>, TransportError>, usize) {
        let answer = Foreign(fake.clone()).send(Request::new(Bytes::from_static(b"{}")));
        let give = async {
            tokio::task::yield_now().await;
            let exchange = fake.exchange();
            let mut wanted = 0;
            for part in parts {
                wanted += usize::from(exchange.give(part).await.unwrap());
            }
            wanted
        };
        tokio::join!(answer, give)
    }

    async fn next(body: &mut TransportBody) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| body.as_mut().poll_next(context)).await
    }

    #[test]
    fn what_is_whole_is_not_cancelled() {
        let fake = Arc::new(Fake::default());
        block_on(async {
            let (answer, _) = exchanged(&fake, vec![head(204), NativePart::End]).await;
            let mut answer = answer.unwrap();
            assert_eq!(answer.status(), 204);
            assert!(next(answer.body_mut()).await.is_none());
            assert!(next(answer.body_mut()).await.is_none());
        });
        assert_eq!(fake.cancelled(), 0);
    }

    #[test]
    fn what_is_not_wanted_is_cancelled_and_told_so() {
        let fake = Arc::new(Fake::default());
        block_on(async {
            let answer = Foreign(fake.clone()).send(Request::new(Bytes::from_static(b"{}")));
            let exchange = async {
                tokio::task::yield_now().await;
                fake.exchange()
            };
            let exchange = tokio::select! {
                biased;
                _ = answer => panic!("nothing was given"),
                exchange = exchange => exchange,
            };
            assert_eq!(fake.cancelled(), 1);
            assert!(!exchange.give(head(200)).await.unwrap());

            let (answer, wanted) = exchanged(&fake, vec![head(200), piece()]).await;
            assert_eq!(wanted, 2);
            drop(answer.unwrap());
            assert_eq!(fake.cancelled(), 2);
        });
    }

    #[test]
    fn what_is_no_answer_is_an_error_for_good() {
        for parts in [vec![], vec![piece()], vec![NativePart::End], vec![head(7)]] {
            let fake = Arc::new(Fake::default());
            let error = block_on(exchanged(&fake, parts)).0.err().unwrap();
            assert!(format!("{error:?}").contains("is_permanent: true"));
        }
    }

    #[test]
    fn a_body_that_is_let_go_of_has_not_ended() {
        let fake = Arc::new(Fake::default());
        block_on(async {
            let (answer, _) = exchanged(&fake, vec![head(200), piece()]).await;
            let mut answer = answer.unwrap();
            assert_eq!(next(answer.body_mut()).await.unwrap().unwrap(), "piece");
            assert!(next(answer.body_mut()).await.unwrap().is_err());
            assert!(next(answer.body_mut()).await.is_none());
        });
        assert_eq!(fake.cancelled(), 0);
    }

    #[test]
    fn a_failure_says_what_was_thrown() {
        let fake = Arc::new(Fake::default());
        let error = block_on(exchanged(&fake, vec![failure()])).0.err().unwrap();
        assert_eq!(error.to_string(), "The transport threw Mishap.");
        let text = format!("{error:?}");
        assert!(text.contains("is_timeout: true") && text.contains("is_unsent: false"));
        assert!(error.source().unwrap().is::<Cause>());
        assert_eq!(fake.cancelled(), 0);
    }
}
