//! A program's own HTTP client (`http_client=`) in place of the one built in.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use kernel_client::bytes::Bytes;
use kernel_client::futures_core::Stream;
use kernel_client::host;
use kernel_client::http::Request;
use kernel_client::{Transport, TransportBody, TransportError, TransportFuture};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tokio::runtime::Handle;

use crate::bridge::lock;
use crate::desk::{self, Answer, Desk, Place, report};
use crate::message::HTTPRequest;

/// An exception of the program's own, on its way through the core.
pub(crate) struct Raised(PyErr);

impl Raised {
    pub(crate) fn new(error: PyErr) -> Self {
        Self(error)
    }

    pub(crate) fn get(&self, py: Python<'_>) -> PyErr {
        self.0.clone_ref(py)
    }
}

// What it says is the program's: it may hold anything.
impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raised(..)")
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exception of the program")
    }
}

impl std::error::Error for Raised {}

/// Whether any client has an HTTP client of the program's.
static IN_USE: AtomicBool = AtomicBool::new(false);

/// The context of this task, where an HTTP client of the program's may need it.
pub(crate) fn context(py: Python<'_>) -> PyResult<Option<Arc<Py<PyAny>>>> {
    if !IN_USE.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let context = py
        .import(intern!(py, "contextvars"))?
        .call_method0(intern!(py, "copy_context"))?;
    Ok(Some(Arc::new(context.unbind())))
}

/// The program's HTTP client, as `kernel_client._http` has dressed it up: called with a request it gives status,
/// headers and body; for asyncio it is awaited.
pub(crate) struct Foreign {
    exchange: Arc<Py<PyAny>>,
    is_async: bool,
}

impl Foreign {
    /// `client` is what the program gave.
    pub(crate) fn new(client: &Bound<'_, PyAny>, is_async: bool) -> PyResult<Self> {
        static ADAPT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let adapt = ADAPT.import(client.py(), "kernel_client._http", "adapt")?;
        let exchange = adapt.call1((client, is_async))?;
        desk::begin(client.py())?;
        IN_USE.store(true, Ordering::Relaxed);
        Ok(Self {
            exchange: Arc::new(exchange.unbind()),
            is_async,
        })
    }
}

/// What `kernel_client._http` gives for an answer.
type Parts = (u16, Vec<(String, String)>, Py<PyAny>);

impl Transport for Foreign {
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        let (exchange, is_async) = (self.exchange.clone(), self.is_async);
        Box::pin(async move {
            let desk = Desk::current().ok_or_else(nobody)?;
            let under_way = UnderWay::new(&desk);
            let task = under_way.task.clone();
            let answer = desk.ask(move |py, place, answer| {
                match HTTPRequest::of(py, &request).and_then(|made| Bound::new(py, made)) {
                    Ok(made) => place.call(exchange.bind(py), &made, move |py, outcome, place| {
                        settle(py, outcome, place, &task, answer);
                        Ok(())
                    }),
                    Err(error) => {
                        settle(py, Err(error), place, &task, answer);
                        Ok(())
                    }
                }
            });
            let answer = answer.await.ok_or_else(nobody)?;
            under_way.end();
            let (status, headers, body): Parts = answer?;
            let headers = headers
                .into_iter()
                .map(|(name, value)| (name, host::latin1(&value)));
            let body = Pieces(Some(Arc::new(body))).into_body(is_async);
            host::answer("The HTTP client", status.into(), headers, body)
        })
    }
}

fn nobody() -> TransportError {
    TransportError::new("Nobody waits for the call any more.").permanent()
}

/// Gives the outcome of a call of Python's: now, or once what is to be awaited has been.
fn settle<T>(
    py: Python<'_>,
    outcome: PyResult<Bound<'_, PyAny>>,
    place: Place<'_, '_>,
    task: &Mutex<Option<Py<PyAny>>>,
    answer: Answer<Result<T, TransportError>>,
) where
    T: for<'py> FromPyObjectOwned<'py> + Send + 'static,
{
    let outcome = match (outcome, place.event_loop) {
        (Ok(awaitable), Some(event_loop)) => {
            match place.start(event_loop, &awaitable) {
                Ok(started) => {
                    *lock(task) = Some(started.clone().unbind());
                    let done = Done(Mutex::new(Some(Box::new(|py, outcome| {
                        answer.give(extract(py, outcome));
                    }))));
                    // Without it the answer is lost, and whoever waits is told so.
                    let _ = started.call_method1(intern!(py, "add_done_callback"), (done,));
                    return;
                }
                Err(error) => Err(error),
            }
        }
        (outcome, _) => outcome,
    };
    answer.give(extract(py, outcome));
}

fn extract<T>(py: Python<'_>, outcome: PyResult<Bound<'_, PyAny>>) -> Result<T, TransportError>
where
    T: for<'py> FromPyObjectOwned<'py>,
{
    let outcome = outcome.and_then(|object| object.extract::<T>().map_err(Into::into));
    outcome.map_err(|error| failed(py, error))
}

type Settle = Box<dyn FnOnce(Python<'_>, PyResult<Bound<'_, PyAny>>) + Send>;

/// Called by asyncio when a task is over.
#[pyclass(frozen, module = "kernel_client._native")]
struct Done(Mutex<Option<Settle>>);

#[pymethods]
impl Done {
    fn __call__(&self, task: &Bound<'_, PyAny>) {
        let py = task.py();
        let outcome = task.call_method0(intern!(py, "result"));
        if let Some(settle) = lock(&self.0).take() {
            settle(py, outcome);
        }
    }
}

/// What the program's HTTP client failed with.
fn failed(py: Python<'_>, error: PyErr) -> TransportError {
    static KIND: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let kind = KIND
        .import(py, "kernel_client._http", "kind_of")
        .and_then(|kind_of| kind_of.call1((error.value(py),))?.extract::<String>());
    let name = error.get_type(py).name().map(|name| name.to_string());
    let reason = name.unwrap_or_else(|_| "an exception".to_owned());
    let is_ordinary = error.is_instance_of::<PyException>(py);
    let failed = TransportError::new(format!("The HTTP client raised {reason}."));
    let failed = failed.caused_by(Raised(error));
    match kind.as_deref() {
        // Ctrl-C and its kin end the call.
        _ if !is_ordinary => failed.permanent(),
        // What is no answer would be none the next time.
        Ok("nonsense") => failed.permanent(),
        Ok("timeout") => failed.timed_out(),
        Ok("unsent") => failed.unsent(),
        Ok("unsent timeout") => failed.timed_out().unsent(),
        _ => failed,
    }
}

/// A body that the program's HTTP client gave: bytes, or an iterator over pieces.
struct Pieces(Option<Arc<Py<PyAny>>>);

impl Pieces {
    fn into_body(self, is_async: bool) -> TransportBody {
        Box::pin(Body {
            next: None,
            pieces: self,
            is_async,
        })
    }
}

/// Gives the body back to the program when it is not wanted any more.
impl Drop for Pieces {
    fn drop(&mut self) {
        let Some(pieces) = self.0.take() else {
            return;
        };
        if let Some(desk) = Desk::current() {
            desk.put(Box::new(move |py, place| {
                let close = close_body(py)?;
                place.call(&close, pieces.bind(py), |py, closed, _| {
                    closed.map_or_else(|error| report(py, error), |_| Ok(()))
                })
            }));
        } else if Handle::try_current().is_err() {
            // On a thread of Python's, which lets go of the answer.
            Python::try_attach(|py| {
                let closed = close_body(py).and_then(|close| close.call1((&*pieces,)));
                if let Err(error) = closed {
                    error.write_unraisable(py, None);
                }
            });
        }
    }
}

fn close_body(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import(intern!(py, "kernel_client._http"))?
        .getattr(intern!(py, "close_body"))
}

type Piece = Option<Result<Bytes, TransportError>>;

/// The body, piece by piece.
struct Body {
    /// Dropped before the pieces: what is under way ends before its body is closed.
    next: Option<Pin<Box<dyn Future<Output = Piece> + Send>>>,
    pieces: Pieces,
    is_async: bool,
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Piece> {
        let this = &mut *self;
        let next = match (&mut this.next, &this.pieces.0) {
            (Some(next), _) => next,
            (None, None) => return Poll::Ready(None),
            (none, Some(pieces)) => none.insert(Box::pin(next(pieces.clone(), this.is_async))),
        };
        let piece = ready!(next.as_mut().poll(context));
        this.next = None;
        if !matches!(piece, Some(Ok(_))) {
            this.pieces.0 = None;
        }
        Poll::Ready(piece)
    }
}

/// The next piece of a body.
async fn next(pieces: Arc<Py<PyAny>>, is_async: bool) -> Piece {
    let Some(desk) = Desk::current() else {
        return Some(Err(nobody()));
    };
    let under_way = UnderWay::new(&desk);
    let task = under_way.task.clone();
    let piece = desk.ask(move |py, place, answer| {
        let name = if is_async {
            "next_piece_async"
        } else {
            "next_piece"
        };
        let next = py
            .import(intern!(py, "kernel_client._http"))
            .and_then(|module| module.getattr(name));
        match next {
            Ok(next) => place.call(&next, pieces.bind(py), move |py, outcome, place| {
                settle(py, outcome, place, &task, answer);
                Ok(())
            }),
            Err(error) => {
                settle(py, Err(error), place, &task, answer);
                Ok(())
            }
        }
    });
    let piece: Option<Result<Option<Vec<u8>>, TransportError>> = piece.await;
    under_way.end();
    match piece {
        None => Some(Err(nobody())),
        Some(Ok(piece)) => piece.map(|piece| Ok(piece.into())),
        Some(Err(error)) => Some(Err(error)),
    }
}

/// A task of the program's HTTP client, cancelled when nobody wants its outcome any more.
struct UnderWay {
    desk: Option<Desk>,
    task: Arc<Mutex<Option<Py<PyAny>>>>,
}

impl UnderWay {
    fn new(desk: &Desk) -> Self {
        Self {
            desk: Some(desk.clone()),
            task: Arc::default(),
        }
    }

    fn end(mut self) {
        self.desk = None;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(desk) = self.desk.take() {
            let task = self.task.clone();
            desk.put(Box::new(move |py, _| {
                let task = lock(&task).take();
                if let Some(task) = task {
                    // A task that is over has nothing to say to it.
                    let _ = task.bind(py).call_method0(intern!(py, "cancel"));
                }
                Ok(())
            }));
        }
    }
}
