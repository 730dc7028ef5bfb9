//! The events of a flow: `Stream` and `AsyncStream`.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use kernel_client::futures_core::Stream as _;
use kernel_client::host::Process;
use kernel_client::models::ManagedAuthEvent;
use kernel_client::{Error, Events};
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::bridge::{Begun, Coroutine, lock};
use crate::error;
use crate::event;
use crate::message::HTTPResponse;
use crate::runtime;
use crate::working::work;

/// How many events are read at once, where that many have arrived. To hand one over from thread to thread costs more
/// than to read it.
const BATCH: usize = 32;

type Outcome = Result<ManagedAuthEvent, Error>;

/// The events, and who waits for them. They are polled under a lock that nobody holds for long, so that closing
/// them never has to wait for an event.
struct Shared {
    /// Read and not given yet.
    at_hand: VecDeque<Outcome>,
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
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        if let Some(event) = self.at_hand.pop_front() {
            return Poll::Ready(Some(event));
        }
        let polled = self.read(|events| Pin::new(events).poll_next(context));
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
            Poll::Ready(_) => self.wake(),
        }
        polled
    }

    /// Reads events that have arrived as well; gives whether there were any.
    fn read_ahead(&mut self, context: &mut Context<'_>) -> bool {
        let before = self.at_hand.len();
        // Who waits must stay the one that is woken.
        while self.at_hand.len() < BATCH
            && self.waiting.is_empty()
            && let Poll::Ready(Some(event)) = self.read(|events| events.poll_more(context))
        {
            self.at_hand.push_back(event);
        }
        self.at_hand.len() > before
    }

    fn read(
        &mut self,
        poll: impl FnOnce(&mut Events) -> Poll<Option<Outcome>>,
    ) -> Poll<Option<Outcome>> {
        let State::Open(events) = &mut self.state else {
            return Poll::Ready(None);
        };
        let polled = poll(events);
        if matches!(polled, Poll::Ready(None)) {
            self.state = State::Over;
        }
        polled
    }

    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    /// Gives what is left, to be dropped where no lock is held: that can run Python code.
    fn close(&mut self, state: State) -> Option<State> {
        self.at_hand.clear();
        if !matches!(self.state, State::Open(_)) {
            return None;
        }
        let left = std::mem::replace(&mut self.state, state);
        self.wake();
        Some(left)
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
            let left = lock(&shared).close(State::Abandoned);
            drop(left);
        }
    }
}

/// The next event on its way.
struct Next(Wait);

impl Next {
    /// The event, where it has been read already.
    fn at_hand(&self) -> Option<Outcome> {
        let shared = self.0.0.as_ref()?;
        lock(shared).at_hand.pop_front()
    }

    async fn wait(self) -> Result<Option<ManagedAuthEvent>, Error> {
        let Some(shared) = self.0.0.clone() else {
            return Ok(None);
        };
        let event = poll_fn(|context| lock(&shared).poll(context)).await;
        if let Some(Ok(_)) = &event {
            read_along(&shared).await;
        }
        self.0.end();
        event.transpose()
    }
}

/// Reads what follows close behind an event. The connection gives one piece at a time, and has to have its turn in
/// between.
async fn read_along(shared: &Mutex<Shared>) {
    let mut is_first = true;
    poll_fn(|context| {
        let has_read = lock(shared).read_ahead(context);
        if has_read || std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// Where the events come from; gone, it closes the connection.
pub(crate) struct Source {
    /// The process it was opened in: a forked child has a copy of this, and none of the threads behind it.
    process: Process,
    shared: Arc<Mutex<Shared>>,
}

impl Source {
    pub(crate) fn new(events: Events) -> Self {
        let shared = Shared {
            at_hand: VecDeque::new(),
            state: State::Open(Box::new(events)),
            waiting: Vec::new(),
        };
        Self {
            process: Process::current(),
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }

    /// Whether events may be asked for.
    fn check(&self) -> PyResult<()> {
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
        Ok(())
    }

    /// The next event on its way; None when the stream is over.
    fn next(&self) -> Next {
        // From now on: it may be given up before it is polled for the first time.
        Next(Wait(Some(self.shared.clone())))
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

/// Closes what may be a stream.
pub(crate) fn close(object: &Bound<'_, PyAny>) {
    if let Ok(stream) = object.cast::<Stream>() {
        stream.get().source.close();
    } else if let Ok(stream) = object.cast::<AsyncStream>() {
        stream.get().source.close();
    }
}

/// What is left of an answer whose events are read elsewhere.
pub(crate) struct Rest {
    process: Process,
    shared: Arc<Mutex<Shared>>,
}

impl Rest {
    pub(crate) fn close(&self) {
        if self.process.is_current() {
            let left = lock(&self.shared).close(State::Over);
            drop(left);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        !self.process.is_current() || !matches!(lock(&self.shared).state, State::Open(_))
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
        self.source.check()?;
        let next = self.source.next();
        let event = match next.at_hand() {
            Some(event) => {
                next.0.end();
                Some(event.map_err(|failure| error::to_python(py, &failure))?)
            }
            None => runtime::wait(py, next.wait())?,
        };
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
        self.source.check()?;
        let next = self.source.next();
        Ok(Coroutine::near("AsyncStream.__anext__", |py| {
            match next.at_hand() {
                Some(event) => {
                    next.0.end();
                    let event = event.map_err(|failure| error::to_python(py, &failure))?;
                    Ok(Begun::Over(event::show(py, event)?))
                }
                None => {
                    let (work, expected) = work(Box::pin(next.wait()), |py, event| {
                        event.map_or_else(
                            || Err(PyStopAsyncIteration::new_err(())),
                            |event| event::show(py, event),
                        )
                    });
                    Ok(Begun::Underway(work, expected))
                }
            }
        }))
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
