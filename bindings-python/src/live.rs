//! The body of an answer while it is being read, and the contexts in which it is (`with_streaming_response`).

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use kernel_client::bytes::Bytes;
use kernel_client::host::{self, Process};
use kernel_client::{Answer as CoreAnswer, Error, StreamingResponse};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyTuple};
use tokio::sync::Notify;

use crate::bridge::{Coroutine, lock};
use crate::response::{APIResponse, Answer, AsyncAPIResponse, Head};
use crate::runtime;

/// Makes the Python object of an answer.
pub(crate) type Show = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Work<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// An answer of any kind, its body unread.
trait Unread: Send {
    fn chunk(&mut self) -> Borrowed<'_, Option<Bytes>>;
    fn read(&mut self) -> Borrowed<'_, Bytes>;
    fn parse(&mut self) -> Borrowed<'_, Show>;
}

type Borrowed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

struct Of<T, S> {
    response: StreamingResponse<T>,
    show: S,
}

impl<T, S> Unread for Of<T, S>
where
    T: CoreAnswer,
    S: Fn(T, Python<'_>) -> PyResult<Py<PyAny>> + Clone + Send + Sync + 'static,
{
    fn chunk(&mut self) -> Borrowed<'_, Option<Bytes>> {
        Box::pin(self.response.chunk())
    }

    fn read(&mut self) -> Borrowed<'_, Bytes> {
        Box::pin(self.response.read())
    }

    fn parse(&mut self) -> Borrowed<'_, Show> {
        Box::pin(async move {
            let data = self.response.parse().await?;
            let show = self.show.clone();
            let show: Show = Box::new(move |py| show(data, py));
            Ok(show)
        })
    }
}

/// A body that is read as its caller likes.
#[derive(Clone)]
pub(crate) struct Live {
    process: Process,
    state: Arc<Mutex<State>>,
    /// Told when it is closed while something of it is on its way.
    closed: Arc<Notify>,
}

enum State {
    Ready(Box<dyn Unread>, Taken),
    /// Something of it is on its way.
    Busy,
    Over,
}

/// What has been taken of a body.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Nothing,
    /// So much that there is no whole any more.
    Pieces,
    /// All of it, which is kept.
    Whole,
}

impl Live {
    fn new(unread: Box<dyn Unread>) -> Self {
        Self {
            process: Process::current(),
            state: Arc::new(Mutex::new(State::Ready(unread, Taken::Nothing))),
            closed: Arc::default(),
        }
    }

    /// What is unread, unless it is over.
    fn take(&self) -> PyResult<Option<(Box<dyn Unread>, Taken)>> {
        if !self.process.is_current() {
            return Err(PyRuntimeError::new_err(
                "the answer came in another process, before the fork",
            ));
        }
        let mut state = lock(&self.state);
        match std::mem::replace(&mut *state, State::Busy) {
            State::Ready(unread, taken) => Ok(Some((unread, taken))),
            State::Busy => Err(PyRuntimeError::new_err("the body is being read already")),
            State::Over => {
                *state = State::Over;
                Ok(None)
            }
        }
    }

    fn whole(&self) -> PyResult<Box<dyn Unread>> {
        match self.take()? {
            Some((unread, Taken::Pieces)) => {
                self.put_back(unread, Taken::Pieces);
                Err(consumed())
            }
            Some((unread, _)) => Ok(unread),
            None => Err(consumed()),
        }
    }

    /// Puts back what is unread, unless it was closed meanwhile.
    fn put_back(&self, unread: Box<dyn Unread>, taken: Taken) {
        let mut state = lock(&self.state);
        if matches!(*state, State::Busy) {
            *state = State::Ready(unread, taken);
        }
    }

    pub(crate) fn read(&self) -> PyResult<Work<Bytes>> {
        let mut unread = self.whole()?;
        let reading = Reading(self.clone());
        Ok(Box::pin(async move {
            let whole = reading.unless_closed(unread.read()).await?;
            reading.0.put_back(unread, Taken::Whole);
            Ok(whole)
        }))
    }

    pub(crate) fn parse(&self) -> PyResult<Work<Show>> {
        let mut unread = self.whole()?;
        let reading = Reading(self.clone());
        Ok(Box::pin(async move {
            let parsed = reading.unless_closed(unread.parse()).await;
            // It can be read all the same.
            reading.0.put_back(unread, Taken::Whole);
            parsed
        }))
    }

    /// The next piece; nothing at the end.
    fn chunk(&self) -> PyResult<Work<Option<Bytes>>> {
        let Some((mut unread, _)) = self.take()? else {
            return Ok(Box::pin(std::future::ready(Ok(None))));
        };
        let reading = Reading(self.clone());
        Ok(Box::pin(async move {
            let chunk = reading.unless_closed(unread.chunk()).await?;
            if chunk.is_some() {
                reading.0.put_back(unread, Taken::Pieces);
            }
            Ok(chunk)
        }))
    }

    pub(crate) fn close(&self) {
        let state = std::mem::replace(&mut *lock(&self.state), State::Over);
        if !self.process.is_current() {
            // To let go of the connection could mean to wait for threads that are not there.
            std::mem::forget(state);
        } else if matches!(state, State::Busy) {
            self.closed.notify_one();
        }
    }

    /// Whether there is nothing more to come.
    pub(crate) fn is_over(&self) -> bool {
        matches!(
            *lock(&self.state),
            State::Over | State::Ready(_, Taken::Whole)
        )
    }
}

/// A piece on its way: when it does not come, nothing more does.
struct Reading(Live);

impl Reading {
    /// What comes of `reading`, unless the answer is closed before.
    async fn unless_closed<T>(
        &self,
        reading: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let (mut reading, mut closed) = (pin!(reading), pin!(self.0.closed.notified()));
        poll_fn(|context| {
            if let Poll::Ready(read) = reading.as_mut().poll(context) {
                return Poll::Ready(read);
            }
            closed.as_mut().poll(context).map(|()| Err(host::closed()))
        })
        .await
    }
}

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
        Some((unread, Taken::Nothing | Taken::Whole)) => {
            live.put_back(unread, Taken::Pieces);
            Ok(())
        }
        Some((unread, taken)) => {
            live.put_back(unread, taken);
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
    answer: Arc<Mutex<Option<Py<PyAny>>>>,
}

impl Context {
    fn new<T, S>(
        name: &'static str,
        call: impl Future<Output = Result<StreamingResponse<T>, Error>> + Send + 'static,
        show: S,
    ) -> Self
    where
        T: CoreAnswer,
        S: Fn(T, Python<'_>) -> PyResult<Py<PyAny>> + Clone + Send + Sync + 'static,
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
            answer: Arc::default(),
        }
    }

    fn enter(&self) -> PyResult<Work<(Head, Live)>> {
        let call = lock(&self.call).take();
        call.ok_or_else(|| PyRuntimeError::new_err("the call has been made already"))
    }

    fn exit(&self, py: Python<'_>) {
        let answer = lock(&self.answer).take();
        let Some(answer) = answer else {
            return;
        };
        let answer = answer.bind(py);
        if let Ok(answer) = answer.cast::<APIResponse>() {
            answer.get().0.close(py);
        } else if let Ok(answer) = answer.cast::<AsyncAPIResponse>() {
            answer.get().0.close(py);
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
        show: impl Fn(T, Python<'_>) -> PyResult<Py<PyAny>> + Clone + Send + Sync + 'static,
    ) -> Self {
        Self(Context::new(name, call, show))
    }
}

#[pymethods]
impl ResponseContextManager {
    fn __enter__(&self, py: Python<'_>) -> PyResult<Py<APIResponse>> {
        let (head, live) = runtime::wait(py, self.0.enter()?)?;
        let answer = Py::new(py, APIResponse(Answer::live(py, head, live)?))?;
        *lock(&self.0.answer) = Some(answer.clone_ref(py).into_any());
        Ok(answer)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.0.exit(py);
    }
}

/// A call whose answer is read inside of `async with`, which sends it; leaving closes the connection.
#[pyclass(frozen, generic, module = "kernel_client")]
pub(crate) struct AsyncResponseContextManager(Context);

impl AsyncResponseContextManager {
    pub(crate) fn new<T: CoreAnswer>(
        name: &'static str,
        call: impl Future<Output = Result<StreamingResponse<T>, Error>> + Send + 'static,
        show: impl Fn(T, Python<'_>) -> PyResult<Py<PyAny>> + Clone + Send + Sync + 'static,
    ) -> Self {
        Self(Context::new(name, call, show))
    }
}

#[pymethods]
impl AsyncResponseContextManager {
    fn __aenter__(&self) -> PyResult<Coroutine> {
        let place = self.0.answer.clone();
        Ok(Coroutine::new(
            self.0.name,
            self.0.enter()?,
            move |py, (head, live)| {
                let answer = AsyncAPIResponse(Answer::live(py, head, live)?).into_py_any(py)?;
                *lock(&place) = Some(answer.clone_ref(py));
                Ok(answer)
            },
        ))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__(slf: Py<Self>, _exception: &Bound<'_, PyTuple>) -> Coroutine {
        Coroutine::immediate("AsyncResponseContextManager.__aexit__", move |py| {
            slf.get().0.exit(py);
            Ok(py.None())
        })
    }
}
