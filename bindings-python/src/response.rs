//! An answer with what came with it: read whole, or as its caller likes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel_client::http::HeaderMap;
use kernel_client::{Response, SentRequest, host};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator};
use pyo3::{IntoPyObject, IntoPyObjectExt};

use crate::bridge::{Coroutine, lock};
use crate::headers::Headers;
use crate::json;
use crate::live::{AsyncChunks, Chunks, Live};
use crate::message::{HTTPRequest, HTTPResponse};
use crate::{runtime, stream, verbs};

/// What an answer and its circumstances have in common, whether the client is blocking or not.
pub(crate) struct Answer {
    status: u16,
    headers: Py<Headers>,
    request: SentRequest,
    request_id: Option<String>,
    retries_taken: u32,
    elapsed: Duration,
    body: Body,
}

/// What has become of the body.
enum Body {
    Whole {
        data: Py<PyAny>,
        content: Py<PyBytes>,
    },
    Live {
        live: Live,
        read: Arc<Mutex<Read>>,
    },
}

/// What has been read of a body that is read as its caller likes.
#[derive(Default)]
struct Read {
    content: Option<Py<PyBytes>>,
    data: Option<Py<PyAny>>,
}

impl Answer {
    /// An answer that is there; `show` makes the Python object of what was answered.
    pub(crate) fn new<T>(
        py: Python<'_>,
        response: Response<T>,
        show: impl FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>>,
    ) -> PyResult<Self> {
        let (data, response) = response.into_parts();
        Ok(Self {
            status: response.status_code(),
            headers: Py::new(py, Headers::new(response.headers()))?,
            request: response.request(),
            request_id: response.request_id().map(str::to_owned),
            retries_taken: response.retries_taken(),
            elapsed: response.elapsed(),
            body: Body::Whole {
                content: PyBytes::new(py, response.body()).unbind(),
                data: show(data, py)?,
            },
        })
    }

    /// An answer whose body is still to be read.
    pub(crate) fn live(py: Python<'_>, head: Head, live: Live) -> PyResult<Self> {
        Ok(Self {
            status: head.status,
            headers: Py::new(py, Headers::new(&head.headers))?,
            request: head.request,
            request_id: head.request_id,
            retries_taken: head.retries_taken,
            elapsed: head.elapsed,
            body: Body::Live {
                live,
                read: Arc::default(),
            },
        })
    }

    /// The body, as far as it is here.
    fn content(&self, py: Python<'_>) -> Option<Py<PyBytes>> {
        match &self.body {
            Body::Whole { content, .. } => Some(content.clone_ref(py)),
            Body::Live { read, .. } => {
                let read = lock(read);
                read.content.as_ref().map(|content| content.clone_ref(py))
            }
        }
    }

    /// Lets go of the connection, whoever has it by now.
    pub(crate) fn close(&self, py: Python<'_>) {
        if let Body::Live { live, read } = &self.body {
            live.close();
            let data = lock(read).data.as_ref().map(|data| data.clone_ref(py));
            if let Some(data) = data {
                stream::close(data.bind(py));
            }
        }
    }
}

/// The head of an answer.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) request: SentRequest,
    pub(crate) request_id: Option<String>,
    pub(crate) retries_taken: u32,
    pub(crate) elapsed: Duration,
}

/// How a method gives what it has to wait for.
trait Manner {
    type Output;

    fn wait<T: Send + 'static>(
        py: Python<'_>,
        name: &'static str,
        work: impl Future<Output = Result<T, kernel_client::Error>> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Self::Output>;

    fn now(
        py: Python<'_>,
        name: &'static str,
        present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Self::Output>;
}

struct Blocking;

impl Manner for Blocking {
    type Output = Py<PyAny>;

    fn wait<T: Send + 'static>(
        py: Python<'_>,
        _name: &'static str,
        work: impl Future<Output = Result<T, kernel_client::Error>> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Py<PyAny>> {
        let outcome = runtime::wait(py, work)?;
        present(py, outcome)
    }

    fn now(
        py: Python<'_>,
        _name: &'static str,
        present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Py<PyAny>> {
        present(py)
    }
}

struct Awaited;

impl Manner for Awaited {
    type Output = Coroutine;

    fn wait<T: Send + 'static>(
        _py: Python<'_>,
        name: &'static str,
        work: impl Future<Output = Result<T, kernel_client::Error>> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Coroutine> {
        Ok(Coroutine::new(name, Box::pin(work), present))
    }

    fn now(
        _py: Python<'_>,
        name: &'static str,
        present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Coroutine> {
        Ok(Coroutine::immediate(name, present))
    }
}

impl Answer {
    /// The whole body, and what `make` makes of it.
    fn whole<M: Manner>(
        &self,
        py: Python<'_>,
        name: &'static str,
        make: impl FnOnce(Python<'_>, Py<PyBytes>) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<M::Output> {
        match (self.content(py), &self.body) {
            (None, Body::Live { live, read }) => {
                let read = read.clone();
                M::wait(py, name, live.read()?, move |py, bytes| {
                    let content = PyBytes::new(py, &bytes).unbind();
                    lock(&read).content = Some(content.clone_ref(py));
                    make(py, content)
                })
            }
            (content, _) => M::now(py, name, move |py| {
                make(
                    py,
                    content.unwrap_or_else(|| PyBytes::new(py, &[]).unbind()),
                )
            }),
        }
    }

    /// The body as what its caller says it is.
    fn cast<M: Manner>(
        &self,
        py: Python<'_>,
        name: &'static str,
        to: Py<PyAny>,
    ) -> PyResult<M::Output> {
        let (status, headers) = (self.status, self.headers.clone_ref(py));
        let request = self.request.clone();
        self.whole::<M>(py, name, move |py, content| {
            let response = HTTPResponse::of(py, status, &headers, Some(content));
            verbs::cast(py, response, &to, &request)
        })
    }

    /// The answer as what it is.
    fn parse<M: Manner>(&self, py: Python<'_>, name: &'static str) -> PyResult<M::Output> {
        let known = match &self.body {
            Body::Whole { data, .. } => Some(data.clone_ref(py)),
            Body::Live { read, .. } => lock(read).data.as_ref().map(|data| data.clone_ref(py)),
        };
        match (known, &self.body) {
            (None, Body::Live { live, read }) => {
                let read = read.clone();
                M::wait(py, name, live.parse()?, move |py, show| {
                    let data = show(py)?;
                    lock(&read).data = Some(data.clone_ref(py));
                    Ok(data)
                })
            }
            (data, _) => M::now(py, name, move |py| Ok(data.unwrap_or_else(|| py.None()))),
        }
    }
}

macro_rules! api_response {
    ($(#[$doc:meta])* $name:ident, $manner:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, generic, weakref, module = "kernel_client")]
        pub(crate) struct $name(pub(crate) Answer);

        #[pymethods]
        impl $name {
            /// The HTTP status.
            #[getter]
            fn status_code(&self) -> u16 {
                self.0.status
            }

            /// The headers.
            #[getter]
            fn headers(&self, py: Python<'_>) -> Py<Headers> {
                self.0.headers.clone_ref(py)
            }

            /// The answer as it came, as far as it has been read.
            #[getter]
            fn http_response(&self, py: Python<'_>) -> HTTPResponse {
                HTTPResponse::of(py, self.0.status, &self.0.headers, self.0.content(py))
            }

            /// The request as it was sent last.
            #[getter]
            fn http_request(&self, py: Python<'_>) -> PyResult<HTTPRequest> {
                HTTPRequest::sent(py, &self.0.request)
            }

            /// The address, query included.
            #[getter]
            fn url(&self) -> &str {
                self.0.request.url()
            }

            /// The HTTP method.
            #[getter]
            fn method(&self) -> &str {
                self.0.request.method().as_str()
            }

            /// The body, decompressed; empty while it has not been read.
            #[getter]
            fn content(&self, py: Python<'_>) -> Py<PyBytes> {
                self.0.content(py).unwrap_or_else(|| PyBytes::new(py, &[]).unbind())
            }

            /// The id the API gave the request; support asks for it.
            #[getter]
            fn request_id(&self) -> Option<&str> {
                self.0.request_id.as_deref()
            }

            /// How often the request was sent again.
            #[getter]
            fn retries_taken(&self) -> u32 {
                self.0.retries_taken
            }

            /// From the start of the call to its answer, waiting between attempts included.
            #[getter]
            fn elapsed(&self) -> Duration {
                self.0.elapsed
            }

            /// Whether there is nothing more to read from the connection.
            #[getter]
            fn is_closed(&self) -> bool {
                match &self.0.body {
                    Body::Whole { .. } => true,
                    Body::Live { live, .. } => live.is_over(),
                }
            }

            /// The answer as what it is: a model, a page, a stream; the same object each time. Or the body as a `to`, which
            /// is what `cast_to` is to `get`.
            #[pyo3(signature = (*, to=None))]
            fn parse(&self, py: Python<'_>, to: Option<Py<PyAny>>) -> PyResult<<$manner as Manner>::Output> {
                let name = concat!(stringify!($name), ".parse");
                match to {
                    Some(to) => self.0.cast::<$manner>(py, name, to),
                    None => self.0.parse::<$manner>(py, name),
                }
            }

            /// The body, read to its end.
            fn read(&self, py: Python<'_>) -> PyResult<<$manner as Manner>::Output> {
                let name = concat!(stringify!($name), ".read");
                self.0.whole::<$manner>(py, name, |_, content| Ok(content.into_any()))
            }

            /// The body as text; what is not UTF-8 becomes U+FFFD.
            fn text(&self, py: Python<'_>) -> PyResult<<$manner as Manner>::Output> {
                let name = concat!(stringify!($name), ".text");
                self.0.whole::<$manner>(py, name, |py, content| {
                    host::text(content.as_bytes(py)).into_py_any(py)
                })
            }

            /// The body parsed as JSON.
            fn json(&self, py: Python<'_>) -> PyResult<<$manner as Manner>::Output> {
                let name = concat!(stringify!($name), ".json");
                self.0.whole::<$manner>(py, name, |py, content| {
                    json::parse(py, content.as_bytes(py))?
                        .map(Bound::unbind)
                        .ok_or_else(|| PyValueError::new_err("the body is not JSON"))
                })
            }

            fn __repr__(&self) -> String {
                format!(concat!("<", stringify!($name), " [{}]>"), self.status_code())
            }

            $($own)*
        }
    };
}

/// What goes over a body piece by piece, made by `kernel_client._body`.
fn pieces<'py>(
    py: Python<'py>,
    way: &str,
    chunks: impl IntoPyObject<'py>,
    size: Option<usize>,
) -> PyResult<Bound<'py, PyAny>> {
    let way = py.import("kernel_client._body")?.getattr(way)?;
    match size {
        Some(size) => way.call1((chunks, size)),
        None => way.call1((chunks,)),
    }
}

api_response! {
    /// An answer with what came with it.
    APIResponse, Blocking {
        /// The body as it comes, in pieces of `chunk_size` bytes where that is given. It can be gone over once.
        #[pyo3(signature = (chunk_size=None))]
        fn iter_bytes<'py>(&self, py: Python<'py>, chunk_size: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
            let chunks = self.chunks(py)?;
            match chunk_size {
                Some(size) => pieces(py, "sized", chunks, Some(size)),
                None => Ok(chunks),
            }
        }

        /// The body as text as it comes, in pieces of `chunk_size` characters where that is given. It can be gone over
        /// once.
        #[pyo3(signature = (chunk_size=None))]
        fn iter_text<'py>(&self, py: Python<'py>, chunk_size: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
            pieces(py, "text", self.chunks(py)?, chunk_size)
        }

        /// The lines of the body as they come, without their ends. It can be gone over once.
        fn iter_lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
            pieces(py, "lines", self.chunks(py)?, None)
        }

        /// Writes the body to a file as it comes.
        fn stream_to_file(&self, py: Python<'_>, file: Bound<'_, PyAny>) -> PyResult<()> {
            let to_file = py.import("kernel_client._body")?.getattr("to_file")?;
            to_file.call1((self.chunks(py)?, file))?;
            Ok(())
        }

        /// Closes the connection, whatever of the body has not been read.
        fn close(&self, py: Python<'_>) {
            self.0.close(py);
        }
    }
}

impl APIResponse {
    fn chunks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match (&self.0.body, self.0.content(py)) {
            (Body::Live { live, .. }, None) => Chunks::new(live.clone())?.into_bound_py_any(py),
            (_, content) => {
                let whole = (content,).into_bound_py_any(py)?;
                PyIterator::from_object(&whole).map(Bound::into_any)
            }
        }
    }
}

api_response! {
    /// An answer with what came with it; `parse`, `read`, `text` and `json` are awaited.
    AsyncAPIResponse, Awaited {
        /// The body as it comes, in pieces of `chunk_size` bytes where that is given. It can be gone over once.
        #[pyo3(signature = (chunk_size=None))]
        fn iter_bytes<'py>(&self, py: Python<'py>, chunk_size: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
            let chunks = self.chunks(py)?;
            match chunk_size {
                Some(size) => pieces(py, "sized_async", chunks, Some(size)),
                None => Ok(chunks),
            }
        }

        /// The body as text as it comes, in pieces of `chunk_size` characters where that is given. It can be gone over
        /// once.
        #[pyo3(signature = (chunk_size=None))]
        fn iter_text<'py>(&self, py: Python<'py>, chunk_size: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
            pieces(py, "text_async", self.chunks(py)?, chunk_size)
        }

        /// The lines of the body as they come, without their ends. It can be gone over once.
        fn iter_lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
            pieces(py, "lines_async", self.chunks(py)?, None)
        }

        /// Writes the body to a file as it comes.
        fn stream_to_file<'py>(
            &self,
            py: Python<'py>,
            file: Bound<'py, PyAny>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let to_file = py.import("kernel_client._body")?.getattr("to_file_async")?;
            to_file.call1((self.chunks(py)?, file))
        }

        /// Closes the connection, whatever of the body has not been read.
        fn close(slf: Py<Self>) -> Coroutine {
            Coroutine::immediate("AsyncAPIResponse.close", move |py| {
                slf.get().0.close(py);
                Ok(py.None())
            })
        }
    }
}

impl AsyncAPIResponse {
    fn chunks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match (&self.0.body, self.0.content(py)) {
            (Body::Live { live, .. }, None) => {
                AsyncChunks::new(live.clone())?.into_bound_py_any(py)
            }
            (_, content) => {
                let each = py.import("kernel_client._body")?.getattr("each")?;
                each.call1(((content,),))
            }
        }
    }
}
