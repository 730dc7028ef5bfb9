//! A request and an answer as they are on the way.

use std::borrow::Cow;

use kernel_client::bytes::Bytes;
use kernel_client::http::{HeaderMap, Request};
use kernel_client::{SentRequest, Streamed, TimeLeft, host};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple, PyType};

use crate::bridge::Coroutine;
use crate::headers::Headers;
use crate::json;
use crate::stream::Rest;

/// A request as it is sent.
#[pyclass(frozen, module = "kernel_client")]
pub(crate) struct HTTPRequest {
    /// The HTTP method.
    #[pyo3(get)]
    method: String,
    /// The address, query included.
    #[pyo3(get)]
    url: String,
    /// The headers. They hold the API key.
    #[pyo3(get)]
    headers: Py<Headers>,
    /// The body. It may hold secrets.
    #[pyo3(get)]
    content: Py<PyBytes>,
    /// Seconds that are left for it, the body of its answer included unless that is read as it comes (`stream`). None
    /// for no limit.
    #[pyo3(get)]
    timeout: Option<f64>,
    /// Whether the body of its answer is read as it comes.
    #[pyo3(get)]
    stream: bool,
    /// Seconds that such a body may be silent. None for no limit.
    #[pyo3(get)]
    idle_timeout: Option<f64>,
}

impl HTTPRequest {
    /// One that a program's own HTTP client is to send.
    pub(crate) fn of(py: Python<'_>, request: &Request<Bytes>) -> PyResult<Self> {
        let left = request.extensions().get().map(|left: &TimeLeft| left.0);
        let streamed: Option<&Streamed> = request.extensions().get();
        let idle = streamed.and_then(|streamed| streamed.idle);
        Ok(Self {
            method: request.method().as_str().to_owned(),
            url: request.uri().to_string(),
            headers: Py::new(py, Headers::new(request.headers()))?,
            content: PyBytes::new(py, request.body()).unbind(),
            timeout: left.map(|limit| limit.as_secs_f64()),
            stream: streamed.is_some(),
            idle_timeout: idle.map(|limit| limit.as_secs_f64()),
        })
    }

    /// One that was sent.
    pub(crate) fn sent(py: Python<'_>, request: &SentRequest) -> PyResult<Self> {
        let body = request.body().map_or(&[][..], |body| body);
        Ok(Self {
            method: request.method().as_str().to_owned(),
            url: request.url().to_owned(),
            headers: Py::new(py, Headers::new(request.headers()))?,
            content: PyBytes::new(py, body).unbind(),
            timeout: None,
            stream: false,
            idle_timeout: None,
        })
    }
}

#[pymethods]
impl HTTPRequest {
    #[new]
    #[pyo3(signature = (method, url, headers=None, content=None, timeout=None, stream=false, idle_timeout=None))]
    #[expect(clippy::too_many_arguments, reason = "they are Python's arguments")]
    fn from_parts(
        py: Python<'_>,
        method: String,
        url: String,
        headers: Option<&Bound<'_, PyAny>>,
        content: Option<Py<PyBytes>>,
        timeout: Option<f64>,
        stream: bool,
        idle_timeout: Option<f64>,
    ) -> PyResult<Self> {
        Ok(Self {
            method,
            url,
            headers: Headers::from_python(py, headers)?,
            content: content.unwrap_or_else(|| PyBytes::new(py, &[]).unbind()),
            timeout,
            stream,
            idle_timeout,
        })
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Self>() else {
            return Ok(false);
        };
        let other = other.get();
        Ok(self.method == other.method
            && self.url == other.url
            && self.content.as_bytes(py) == other.content.as_bytes(py)
            && self.headers.bind(py).eq(&other.headers)?)
    }

    // A query may hold anything.
    fn __repr__(&self) -> String {
        let path = self.url.split('?').next().unwrap_or_default();
        format!("<HTTPRequest {} {path}>", self.method)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let (this, py) = (slf.get(), slf.py());
        // What is pickled lies about: the key stays here.
        let headers = this.headers.get().without_secrets();
        let parts = (
            &this.method,
            &this.url,
            headers,
            &this.content,
            this.timeout,
            this.stream,
            this.idle_timeout,
        );
        Ok((slf.get_type(), parts.into_pyobject(py)?))
    }
}

/// An answer as it came.
#[pyclass(frozen, module = "kernel_client")]
pub(crate) struct HTTPResponse {
    /// The HTTP status.
    #[pyo3(get)]
    status_code: u16,
    /// The headers.
    #[pyo3(get)]
    headers: Py<Headers>,
    /// The body, decompressed.
    #[pyo3(get)]
    content: Py<PyBytes>,
    /// What is left of it, where it is read as it comes.
    rest: Option<Rest>,
}

impl HTTPResponse {
    /// An answer whose body is read as it comes.
    pub(crate) fn open(
        py: Python<'_>,
        status: u16,
        headers: &HeaderMap,
        rest: Rest,
    ) -> PyResult<Self> {
        Ok(Self {
            rest: Some(rest),
            ..Self::new(py, status, headers, &[])?
        })
    }

    pub(crate) fn headers<'py>(&self, py: Python<'py>) -> &Bound<'py, Headers> {
        self.headers.bind(py)
    }

    pub(crate) fn content<'py>(&self, py: Python<'py>) -> &Bound<'py, PyBytes> {
        self.content.bind(py)
    }

    /// An answer, as far as it has been read.
    pub(crate) fn of(
        py: Python<'_>,
        status_code: u16,
        headers: &Py<Headers>,
        content: Option<Py<PyBytes>>,
    ) -> Self {
        Self {
            status_code,
            headers: headers.clone_ref(py),
            content: content.unwrap_or_else(|| PyBytes::new(py, &[]).unbind()),
            rest: None,
        }
    }

    pub(crate) fn new(
        py: Python<'_>,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> PyResult<Self> {
        let headers = Py::new(py, Headers::new(headers))?;
        Ok(Self {
            status_code: status,
            headers,
            content: PyBytes::new(py, body).unbind(),
            rest: None,
        })
    }
}

#[pymethods]
impl HTTPResponse {
    /// `headers` is a mapping, or pairs of a name and a value.
    #[new]
    #[pyo3(signature = (status_code, headers=None, content=None))]
    fn from_parts(
        py: Python<'_>,
        status_code: u16,
        headers: Option<&Bound<'_, PyAny>>,
        content: Option<Py<PyBytes>>,
    ) -> PyResult<Self> {
        Ok(Self {
            status_code,
            headers: Headers::from_python(py, headers)?,
            content: content.unwrap_or_else(|| PyBytes::new(py, &[]).unbind()),
            rest: None,
        })
    }

    /// Whether nothing more is read: the body is whole, or closed.
    #[getter]
    fn is_closed(&self) -> bool {
        self.rest.as_ref().is_none_or(Rest::is_closed)
    }

    /// Closes the connection if the body is still being read.
    fn close(&self) {
        if let Some(rest) = &self.rest {
            rest.close();
        }
    }

    /// The same as `close`, for a client for asyncio.
    fn aclose(slf: Py<Self>) -> Coroutine {
        Coroutine::immediate("HTTPResponse.aclose", move |py| {
            slf.get().close();
            Ok(py.None())
        })
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    #[getter]
    fn text<'a>(&'a self, py: Python<'a>) -> Cow<'a, str> {
        host::text(self.content.as_bytes(py))
    }

    /// The body parsed as JSON. Raises `ValueError` when it is not.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::parse(py, self.content.as_bytes(py))?
            .ok_or_else(|| PyValueError::new_err("the body is not JSON"))
    }

    fn __repr__(&self) -> String {
        format!("<HTTPResponse [{}]>", self.status_code)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> (Bound<'py, PyType>, (u16, Py<Headers>, Py<PyBytes>)) {
        let this = slf.get();
        let py = slf.py();
        (
            slf.get_type(),
            (
                this.status_code,
                this.headers.clone_ref(py),
                this.content.clone_ref(py),
            ),
        )
    }
}
