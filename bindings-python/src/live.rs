//! The body of an answer while it is being read, and the contexts in which it is (`with_streaming_response`).

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use kernel_client::bytes::Bytes;
use kernel_client::{Answer as CoreAnswer, Error, StreamingResponse};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyTuple};

use crate::bridge::{Coroutine, lock};
use crate::response::{APIResponse, Answer, AsyncAPIResponse, Head};
use crate::runtime;

/// Makes the Python object of an answer.
pub(crate) type Show = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Work<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// An answer of any kind, its body unread.
trait Unread: Send {
    fn chunk(self: Box<Self>) -> Work<(Box<dyn Unread>, Option<Bytes>)>;
    fn read(self: Box<Self>) -> Work<Bytes>;
    fn parse(self: Box<Self>) -> Work<(Bytes, Show)>;
}

struct Of<T, S> {
    response: StreamingResponse<T>,
    show: S,
}

impl<T, S> Unread for Of<T, S>
where
    T: CoreAnswer,
    S: FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
{
    fn chunk(mut self: Box<Self>) -> Work<(Box<dyn Unread>, Option<Bytes>)> {
        Box::pin(async move {
            let chunk = self.response.chunk().await?;
            Ok((self as Box<dyn Unread>, chunk))
        })
    }

    fn read(mut self: Box<Self>) -> Work<Bytes> {
        Box::pin(async move { self.response.read().await })
    }

    fn parse(mut self: Box<Self>) -> Work<(Bytes, Show)> {
        Box::pin(async move {
            let data = self.response.parse().await?;
            let body = if T::WHOLE {
                self.response.read().await?
            } else {
                Bytes::new()
            };
            let show = self.show;
            let show: Show = Box::new(move |py| show(data, py));
            Ok((body, show))
        })
    }
}

/// A body that is read as its caller likes.
#[derive(Clone)]
pub(crate) struct Live {
    process: u32,
    state: Arc<Mutex<State>>,
}

enum State {
    /// Nothing has been taken; or so much that there is no whole any more.
    Ready(Box<dyn Unread>, bool),
    /// A piece is on its way.
    Busy,
    Over,
}

impl Live {
    fn new(unread: Box<dyn Unread>) -> Self {
        Self {
            process: std::process::id(),
            state: Arc::new(Mutex::new(State::Ready(unread, false))),
        }
    }

    /// What is unread, and whether it is all of it.
    fn take(&self) -> PyResult<Option<(Box<dyn Unread>, bool)>> {
        if self.process != std::process::id() {
            return Err(PyRuntimeError::new_err(
                "the answer came in another process, before the fork",
            ));
        }
        let mut state = lock(&self.state);
        match std::mem::replace(&mut *state, State::Busy) {
            State::Ready(unread, is_begun) => Ok(Some((unread, is_begun))),
            State::Busy => Err(PyRuntimeError::new_err("the body is being read already")),
            State::Over => {
                *state = State::Over;
                Ok(None)
            }
        }
    }

    fn whole(&self) -> PyResult<Box<dyn Unread>> {
        match self.take()? {
            Some((unread, false)) => {
                *lock(&self.state) = State::Over;
                Ok(unread)
            }
            Some((unread, true)) => {
                *lock(&self.state) = State::Ready(unread, true);
                Err(consumed())
            }
            None => Err(consumed()),
        }
    }

    pub(crate) fn read(&self) -> PyResult<Work<Bytes>> {
        Ok(self.whole()?.read())
    }

    pub(crate) fn parse(&self) -> PyResult<Work<(Bytes, Show)>> {
        Ok(self.whole()?.parse())
    }

    /// The next piece; nothing at the end.
    fn chunk(&self) -> PyResult<Work<Option<Bytes>>> {
        let Some((unread, _)) = self.take()? else {
            return Ok(Box::pin(std::future::ready(Ok(None))));
        };
        let guard = Reading(self.clone());
        Ok(Box::pin(async move {
            let (unread, chunk) = unread.chunk().await?;
            let mut state = lock(&guard.0.state);
            if matches!(*state, State::Busy) && chunk.is_some() {
                *state = State::Ready(unread, true);
            }
            drop(state);
            Ok(chunk)
        }))
    }

    pub(crate) fn close(&self) {
        let state = std::mem::replace(&mut *lock(&self.state), State::Over);
        if self.process != std::process::id() {
            // To let go of the connection could mean to wait for threads that are not there.
            std::mem::forget(state);
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(*lock(&self.state), State::Over)
    }
}

/// A piece on its way: when it does not come, nothing more does.
struct Reading(Live);

impl Drop for Reading {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        if matches!(*state, State::Busy) {
            *state = State::Over;
        }
    }
}

fn consumed() -> PyErr {
    Python::attach(|py| {
        static CONSUMED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let error = CONSUMED
            .import(py, "kernel_client.errors", "StreamAlreadyConsumed")
            .and_then(PyAnyMethods::call0);
        error.map_or_else(|error| error, PyErr::from_value)
    })
}

/// The pieces of a body.
#[pyclass(frozen, module = "kernel_client._native")]
pub(crate) struct Chunks(Live);

impl Chunks {
    pub(crate) fn new(live: Live) -> PyResult<Self> {
        begin(&live)?;
        Ok(Self(live))
    }
}

/// A body can be gone over once.
fn begin(live: &Live) -> PyResult<()> {
    match live.take()? {
        Some((unread, false)) => {
            *lock(&live.state) = State::Ready(unread, true);
            Ok(())
        }
        Some((unread, true)) => {
            *lock(&live.state) = State::Ready(unread, true);
            Err(consumed())
        }
        None => Err(consumed()),
    }
}

#[pymethods]
impl Chunks {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let chunk = runtime::wait(py, self.0.chunk()?)?;
        Ok(chunk.map(|chunk| PyBytes::new(py, &chunk)))
    }
}

/// The pieces of a body, awaited.
#[pyclass(frozen, module = "kernel_client._native")]
pub(crate) struct AsyncChunks(Live);

impl AsyncChunks {
    pub(crate) fn new(live: Live) -> PyResult<Self> {
        begin(&live)?;
        Ok(Self(live))
    }
}

#[pymethods]
impl AsyncChunks {
    fn __aiter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __anext__(&self) -> PyResult<Coroutine> {
        let chunk = self.0.chunk()?;
        Ok(Coroutine::new(
            "iter_bytes",
            chunk,
            |py, chunk| match chunk {
                Some(chunk) => PyBytes::new(py, &chunk).into_py_any(py),
                None => Err(PyStopAsyncIteration::new_err(())),
            },
        ))
    }
}

/// A call whose answer is to be read in a context, and what has come of it.
struct Context {
    name: &'static str,
    call: Mutex<Option<Work<(Head, Live)>>>,
    live: Arc<Mutex<Option<Live>>>,
}

impl Context {
    fn new<T, S>(
        name: &'static str,
        call: impl Future<Output = Result<StreamingResponse<T>, Error>> + Send + 'static,
        show: S,
    ) -> Self
    where
        T: CoreAnswer,
        S: FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    {
        let call = Box::pin(call);
        Self {
            name,
            call: Mutex::new(Some(Box::pin(async move {
                let response = call.await?;
                let head = Head {
                    status: response.status_code(),
                    headers: response.headers().clone(),
                    request: response.request(),
                    request_id: response.request_id().map(str::to_owned),
                    retries_taken: response.retries_taken(),
                    elapsed: response.elapsed(),
                };
                Ok((head, Live::new(Box::new(Of { response, show }))))
            }))),
            live: Arc::default(),
        }
    }

    fn enter(&self) -> PyResult<Work<(Head, Live)>> {
        let call = lock(&self.call).take();
        call.ok_or_else(|| PyRuntimeError::new_err("the call has been made already"))
    }

    fn exit(&self) {
        if let Some(live) = lock(&self.live).take() {
            live.close();
        }
    }
}

/// A call whose answer is read inside of `with`, which sends it; leaving closes the connection.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct ResponseContextManager(Context);

impl ResponseContextManager {
    pub(crate) fn new<T: CoreAnswer>(
        name: &'static str,
        call: impl Future<Output = Result<StreamingResponse<T>, Error>> + Send + 'static,
        show: impl FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self {
        Self(Context::new(name, call, show))
    }
}

#[pymethods]
impl ResponseContextManager {
    fn __enter__(&self, py: Python<'_>) -> PyResult<APIResponse> {
        let (head, live) = runtime::wait(py, self.0.enter()?)?;
        *lock(&self.0.live) = Some(live.clone());
        Ok(APIResponse(Answer::live(py, head, live)?))
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) {
        self.0.exit();
    }
}

/// A call whose answer is read inside of `async with`, which sends it; leaving closes the connection.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct AsyncResponseContextManager(Context);

impl AsyncResponseContextManager {
    pub(crate) fn new<T: CoreAnswer>(
        name: &'static str,
        call: impl Future<Output = Result<StreamingResponse<T>, Error>> + Send + 'static,
        show: impl FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> Self {
        Self(Context::new(name, call, show))
    }
}

#[pymethods]
impl AsyncResponseContextManager {
    fn __aenter__(&self) -> PyResult<Coroutine> {
        let place = self.0.live.clone();
        Ok(Coroutine::new(
            self.0.name,
            self.0.enter()?,
            move |py, (head, live)| {
                *lock(&place) = Some(live.clone());
                AsyncAPIResponse(Answer::live(py, head, live)?).into_py_any(py)
            },
        ))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__(slf: Py<Self>, _exception: &Bound<'_, PyTuple>) -> Coroutine {
        Coroutine::immediate("AsyncResponseContextManager.__aexit__", move |py| {
            slf.get().0.exit();
            Ok(py.None())
        })
    }
}
