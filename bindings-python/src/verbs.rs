//! Calls of paths that have no method: `client.get(path, cast_to=...)` and its kin.

use kernel_client::http::Method;
use kernel_client::models::{ManagedAuth, ManagedAuthTimelineEvent, NoParams};
use kernel_client::{
    Call, CallOptions, Events, Kernel as Client, Page as CorePage, Response, SentRequest,
};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use serde_json::Value;

use crate::arguments::{Absent, Given};
use crate::bridge::Coroutine;
use crate::form::{Asyncio, Blocking, Form};
use crate::message::{HTTPRequest, HTTPResponse};
use crate::runtime;

/// What such a call is given beside its path.
pub(crate) struct Request<'py> {
    pub(crate) method: Method,
    pub(crate) path: Given<'py>,
    pub(crate) body: Given<'py>,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) options: Option<Bound<'py, PyDict>>,
}

impl Request<'_> {
    fn call<T: kernel_client::Answer>(self, client: &Client) -> PyResult<Call<NoParams, T>> {
        let path = self.path.require("path")?;
        let options = self.options.map(|options| read(&options)).transpose()?;
        let mut call = client.request(self.method, path);
        call = match (
            self.body.decode::<Value>("body", Absent::Skipped)?,
            self.content,
        ) {
            (Some(_), Some(_)) => {
                return Err(PyTypeError::new_err(
                    "`body` excludes `content`: a call sends one of them.",
                ));
            }
            (Some(body), None) if !body.is_null() => call.json(&body),
            (_, Some(content)) => call.bytes(content),
            _ => call,
        };
        Ok(call.options(options.unwrap_or_default()))
    }
}

/// The options of a call by the names that they have there.
fn read(options: &Bound<'_, PyDict>) -> PyResult<CallOptions> {
    let renamed = PyDict::new(options.py());
    for (name, value) in options {
        let name = name.cast::<PyString>()?.to_cow()?.into_owned();
        let own = match name.as_str() {
            "params" => "query",
            "extra_json" => "extra_body",
            "headers" | "timeout" | "max_retries" | "total_timeout" | "follow_redirects" => &name,
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "`options` has no `{name}`; it takes headers, params, extra_json, timeout, total_timeout, \
                     max_retries and follow_redirects."
                )));
            }
        };
        renamed.set_item(own, value)?;
    }
    Given::from(renamed.into_any()).decode_or_default("options", Absent::Null)
}

/// How a client makes such calls.
pub(crate) trait Verbs: Form {
    /// Gives the answer as what `cast_to` says it is.
    fn cast(py: Python<'_>, call: Call<NoParams, ()>, cast_to: Py<PyAny>) -> PyResult<Py<PyAny>>;

    fn request(
        py: Python<'_>,
        client: &Client,
        request: Request<'_>,
        cast_to: Py<PyAny>,
        stream: bool,
    ) -> PyResult<Py<PyAny>> {
        if stream {
            return Self::perform(
                py,
                "stream",
                request.call::<Events>(client)?.accept_events(),
            );
        }
        Self::cast(py, request.call(client)?, cast_to)
    }

    /// Gives a page of a list whose items are `model`s.
    fn list(
        py: Python<'_>,
        client: &Client,
        request: Request<'_>,
        model: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        if model.is(py.get_type::<ManagedAuth>()) {
            Self::perform(
                py,
                "get_api_list",
                request.call::<CorePage<ManagedAuth>>(client)?,
            )
        } else if model.is(py.get_type::<ManagedAuthTimelineEvent>()) {
            let call = request.call::<CorePage<ManagedAuthTimelineEvent>>(client)?;
            Self::perform(py, "get_api_list", call)
        } else {
            Err(PyValueError::new_err(
                "`model` must be ManagedAuth or ManagedAuthTimelineEvent: the API lists nothing else.",
            ))
        }
    }
}

impl Verbs for Blocking {
    fn cast(py: Python<'_>, call: Call<NoParams, ()>, cast_to: Py<PyAny>) -> PyResult<Py<PyAny>> {
        let response = runtime::wait(py, Box::pin(call.send()))?;
        present(py, &response, &cast_to)
    }
}

impl Verbs for Asyncio {
    fn cast(py: Python<'_>, call: Call<NoParams, ()>, cast_to: Py<PyAny>) -> PyResult<Py<PyAny>> {
        let present = move |py: Python<'_>, response| present(py, &response, &cast_to);
        Coroutine::new("request", Box::pin(call.send()), present).into_py_any(py)
    }
}

fn present(py: Python<'_>, response: &Response<()>, cast_to: &Py<PyAny>) -> PyResult<Py<PyAny>> {
    let (status, headers) = (response.status_code(), response.headers());
    let answer = HTTPResponse::new(py, status, headers, response.body())?;
    cast(py, answer, cast_to, &response.request())
}

/// An answer as what its caller says it is.
pub(crate) fn cast(
    py: Python<'_>,
    answer: HTTPResponse,
    to: &Py<PyAny>,
    request: &SentRequest,
) -> PyResult<Py<PyAny>> {
    static CAST: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let cast = CAST.import(py, "kernel_client._cast", "cast")?;
    let request = HTTPRequest::sent(py, request)?;
    Ok(cast.call1((answer, to, request))?.unbind())
}
