//! The events of a flow: `Stream` and `AsyncStream`.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use kernel_client::futures_core::Stream as _;
use kernel_client::models::ManagedAuthEvent;
use kernel_client::{Error, Events};
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::bridge::{Coroutine, lock};
use crate::event;
use crate::message::HTTPResponse;
use crate::runtime;

/// The events, and who waits for them. They are polled under a lock that nobody holds for long, so that closing
/// them never has to wait for an event.
struct Shared {
    state: State,
    waiting: Vec<Waker>,
}

enum State {
    Open(Box<Events>),
    /// At its end, or closed by its user.
    Over,
    /// Closed since nobody waited for the next event any more.
    Abandoned,
}

impl Shared {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ManagedAuthEvent, Error>>> {
        let State::Open(events) = &mut self.state else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(&mut **events).poll_next(context);
        match &polled {
            Poll::Pending => {
                // The events wake only who polled last.
                if !self
                    .waiting
                    .iter()
                    .any(|waker| waker.will_wake(context.waker()))
                {
                    self.waiting.push(context.waker().clone());
                }
            }
            Poll::Ready(event) => {
                if event.is_none() {
                    self.state = State::Over;
                }
                self.wake();
            }
        }
        polled
    }

    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    fn close(&mut self, state: State) {
        if matches!(self.state, State::Open(_)) {
            self.state = state;
            self.wake();
        }
    }
}

/// Closes the connection when the wait for an event ends early.
struct Wait(Option<Arc<Mutex<Shared>>>);

impl Wait {
    fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            lock(&shared).close(State::Abandoned);
        }
    }
}

/// Where the events come from; gone, it closes the connection.
pub(crate) struct Source {
    /// The process it was opened in: a forked child has a copy of this, and none of the threads behind it.
    process: u32,
    shared: Arc<Mutex<Shared>>,
}

impl Source {
    pub(crate) fn new(events: Events) -> Self {
        let shared = Shared {
            state: State::Open(Box::new(events)),
            waiting: Vec::new(),
        };
        Self {
            process: std::process::id(),
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }

    /// The next event on its way; None when the stream is over.
    fn next(
        &self,
    ) -> PyResult<impl Future<Output = Result<Option<ManagedAuthEvent>, Error>> + Send + use<>>
    {
        if !self.is_of_this_process() {
            return Err(PyRuntimeError::new_err(
                "the stream was opened in another process, before the fork: follow again in this one",
            ));
        }
        if matches!(lock(&self.shared).state, State::Abandoned) {
            return Err(PyRuntimeError::new_err(
                "the stream was closed when the wait for its next event was cancelled: follow again",
            ));
        }
        let shared = self.shared.clone();
        // From now on: it may be given up before it is polled for the first time.
        let wait = Wait(Some(shared.clone()));
        Ok(async move {
            let event = poll_fn(|context| lock(&shared).poll(context)).await;
            wait.end();
            event.transpose()
        })
    }

    fn close(&self) {
        self.rest().close();
    }

    pub(crate) fn rest(&self) -> Rest {
        Rest {
            process: self.process,
            shared: self.shared.clone(),
        }
    }
}

/// What is left of an answer whose events are read elsewhere.
pub(crate) struct Rest {
    process: u32,
    shared: Arc<Mutex<Shared>>,
}

impl Rest {
    pub(crate) fn close(&self) {
        if self.process == std::process::id() {
            lock(&self.shared).close(State::Over);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.process != std::process::id() || !matches!(lock(&self.shared).state, State::Open(_))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if self.is_of_this_process() {
            self.close();
        } else {
            // To let go of the connection could mean to wait for threads that are not there.
            std::mem::forget(self.shared.clone());
        }
    }
}

/// The events of a flow as they come. It ends after the event that ends the flow.
///
/// Leaving `with`, `close()` and losing the last reference close the connection.
#[pyclass(frozen, generic, weakref, module = "kernel_client")]
pub(crate) struct Stream {
    source: Source,
    /// The answer that it came with; its body is what is iterated over.
    #[pyo3(get)]
    response: Py<HTTPResponse>,
}

impl Stream {
    pub(crate) fn new(py: Python<'_>, events: Events) -> PyResult<Self> {
        let (status, headers) = (events.status_code(), events.headers().clone());
        let source = Source::new(events);
        let response = HTTPResponse::open(py, status, &headers, source.rest())?;
        Ok(Self {
            response: Py::new(py, response)?,
            source,
        })
    }
}

#[pymethods]
impl Stream {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let event = runtime::wait(py, self.source.next()?)?;
        event.map(|event| event::show(py, event)).transpose()
    }

    /// Closes the connection. There are no further events.
    fn close(&self) {
        self.source.close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) {
        self.close();
    }
}

/// The events of a flow as they come. It ends after the event that ends the flow.
///
/// Leaving `async with`, `close()` and losing the last reference close the connection, and so does cancelling a task
/// that waits for an event.
#[pyclass(frozen, generic, weakref, module = "kernel_client")]
pub(crate) struct AsyncStream {
    source: Source,
    /// The answer that it came with; its body is what is iterated over.
    #[pyo3(get)]
    response: Py<HTTPResponse>,
}

impl AsyncStream {
    pub(crate) fn new(py: Python<'_>, events: Events) -> PyResult<Self> {
        let (status, headers) = (events.status_code(), events.headers().clone());
        let source = Source::new(events);
        let response = HTTPResponse::open(py, status, &headers, source.rest())?;
        Ok(Self {
            response: Py::new(py, response)?,
            source,
        })
    }
}

#[pymethods]
impl AsyncStream {
    fn __aiter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __anext__(&self) -> PyResult<Coroutine> {
        let next = self.source.next()?;
        Ok(Coroutine::new(
            "AsyncStream.__anext__",
            next,
            |py, event| {
                event.map_or_else(
                    || Err(PyStopAsyncIteration::new_err(())),
                    |event| event::show(py, event),
                )
            },
        ))
    }

    /// Closes the connection. There are no further events.
    fn close(slf: Py<Self>) -> Coroutine {
        Coroutine::immediate("AsyncStream.close", move |py| {
            slf.get().source.close();
            Ok(py.None())
        })
    }

    fn __aenter__(slf: Py<Self>) -> Coroutine {
        Coroutine::immediate("AsyncStream.__aenter__", |_| Ok(slf.into_any()))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__(slf: Py<Self>, _exception: &Bound<'_, PyTuple>) -> Coroutine {
        Self::close(slf)
    }
}
