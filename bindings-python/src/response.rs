//! What comes with an answer.

use std::time::Duration;

use http::HeaderMap;
use kernel_client::Response;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyString, PyType};

use crate::bridge::Coroutine;
use crate::json;
use crate::stream::Rest;

/// The headers of an answer, by name whatever its case. A header that came several times reads as one value,
/// joined with commas; `get_list` and `multi_items` keep them apart.
#[pyclass(frozen, mapping, module = "kernel_client")]
pub(crate) struct Headers {
    /// Names in lower case.
    entries: Vec<(String, String)>,
}

impl Headers {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let text = |value: &[u8]| match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            // What HTTP says of bytes beyond ASCII.
            Err(_) => value.iter().copied().map(char::from).collect(),
        };
        Self {
            entries: headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect(),
        }
    }

    /// Names with their values; a repeated name once, its values joined.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, _) in &self.entries {
            dict.set_item(name, self.find(name))?;
        }
        Ok(dict)
    }

    fn find(&self, name: &str) -> Option<String> {
        let values = self.get_list(name);
        (!values.is_empty()).then(|| values.join(", "))
    }
}

#[pymethods]
impl Headers {
    /// From pairs of a name and a value, as `multi_items` gives them.
    #[new]
    fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self {
            entries: pairs
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
        }
    }

    fn __getitem__(&self, name: &str) -> PyResult<String> {
        self.find(name)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>()
            .is_ok_and(|name| self.find(&name).is_some())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.to_dict(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.to_dict(py)?.try_iter()
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let own = self.to_dict(py)?;
        match other.cast::<Self>() {
            Ok(other) => own.eq(other.get().to_dict(py)?),
            Err(_) => own.eq(other),
        }
    }

    /// The value of a header, or `default`.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> Option<Bound<'py, PyAny>> {
        self.find(key)
            .map(|value| PyString::new(py, &value).into_any())
            .or(default)
    }

    /// The names, in lower case.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "keys"))
    }

    /// The values, one for each name.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "values"))
    }

    /// Names with their values.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "items"))
    }

    /// Every value that came under a name.
    fn get_list(&self, name: &str) -> Vec<&str> {
        self.entries
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Every header as it came, repeated names included.
    fn multi_items(&self) -> Vec<(String, String)> {
        self.entries.clone()
    }

    // Names alone: a value may be a cookie.
    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        format!("<Headers {}>", names.join(", "))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (Vec<(String, String)>,)) {
        (slf.get_type(), (slf.get().multi_items(),))
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
    #[new]
    fn from_parts(status_code: u16, headers: Py<Headers>, content: Py<PyBytes>) -> Self {
        Self {
            status_code,
            headers,
            content,
            rest: None,
        }
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
    fn text(&self, py: Python<'_>) -> String {
        String::from_utf8_lossy(self.content.as_bytes(py)).into_owned()
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

/// What an answer and its circumstances have in common, whether the client is blocking or not.
pub(crate) struct Answer {
    data: Py<PyAny>,
    http: Py<HTTPResponse>,
    request_id: Option<String>,
    retries_taken: u32,
    elapsed: Duration,
}

impl Answer {
    /// `show` makes the Python object of what was answered.
    pub(crate) fn new<T>(
        py: Python<'_>,
        response: Response<T>,
        show: impl FnOnce(T, Python<'_>) -> PyResult<Py<PyAny>>,
    ) -> PyResult<Self> {
        let (data, response) = response.into_parts();
        Ok(Self {
            http: Py::new(
                py,
                HTTPResponse::new(
                    py,
                    response.status_code(),
                    response.headers(),
                    response.body(),
                )?,
            )?,
            request_id: response.request_id().map(str::to_owned),
            retries_taken: response.retries_taken(),
            elapsed: response.elapsed(),
            data: show(data, py)?,
        })
    }
}

macro_rules! api_response {
    ($(#[$doc:meta])* $name:ident, $output:ty, $present:path) => {
        $(#[$doc])*
        #[pyclass(frozen, generic, module = "kernel_client")]
        pub(crate) struct $name(pub(crate) Answer);

        #[pymethods]
        impl $name {
            /// The HTTP status.
            #[getter]
            fn status_code(&self) -> u16 {
                self.0.http.get().status_code
            }

            /// The headers.
            #[getter]
            fn headers(&self, py: Python<'_>) -> Py<Headers> {
                self.0.http.get().headers.clone_ref(py)
            }

            /// The answer as it came.
            #[getter]
            fn http_response(&self, py: Python<'_>) -> Py<HTTPResponse> {
                self.0.http.clone_ref(py)
            }

            /// The body, decompressed.
            #[getter]
            fn content(&self, py: Python<'_>) -> Py<PyBytes> {
                self.0.http.get().content.clone_ref(py)
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

            /// The answer as what it is: a model, a page, a stream. The same object each time.
            fn parse(&self, py: Python<'_>) -> PyResult<$output> {
                let data = self.0.data.clone_ref(py);
                $present(py, concat!(stringify!($name), ".parse"), move |_| Ok(data))
            }

            /// The body as text; what is not UTF-8 becomes U+FFFD.
            fn text(&self, py: Python<'_>) -> PyResult<$output> {
                let http = self.0.http.clone_ref(py);
                $present(py, concat!(stringify!($name), ".text"), move |py| http.get().text(py).into_py_any(py))
            }

            /// The body parsed as JSON.
            fn json(&self, py: Python<'_>) -> PyResult<$output> {
                let http = self.0.http.clone_ref(py);
                $present(py, concat!(stringify!($name), ".json"), move |py| http.get().json(py).map(Bound::unbind))
            }

            fn __repr__(&self) -> String {
                format!(concat!("<", stringify!($name), " [{}]>"), self.status_code())
            }
        }
    };
}

api_response! {
    /// An answer with what came with it.
    APIResponse, Py<PyAny>, now
}

api_response! {
    /// An answer with what came with it; `parse`, `text` and `json` are awaited.
    AsyncAPIResponse, Coroutine, when_awaited
}

fn now(
    py: Python<'_>,
    _name: &'static str,
    present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    present(py)
}

fn when_awaited(
    _py: Python<'_>,
    name: &'static str,
    present: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Coroutine> {
    Ok(Coroutine::immediate(name, present))
}
