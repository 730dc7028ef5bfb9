//! The core's errors as Python's: one exception class for each kind, everything the core knows as attributes.

use kernel_client::models::FlowStatus;
use kernel_client::{Error, ErrorDetail, ErrorKind, host};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};

use crate::json;
use crate::message::{HTTPRequest, HTTPResponse};
use crate::transport::Raised;

/// The exception for an error of the core.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    let raised = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<Raised>())
        .map(|raised| raised.get(py));
    if let Some(raised) = &raised {
        // What a hook of the program raises is raised as it is, and so is what ends a program or a task.
        let is_ordinary = raised.is_instance_of::<PyException>(py);
        if error.kind() == ErrorKind::Handler || !is_ordinary {
            return raised.clone_ref(py);
        }
    }
    let built = fields(py, error).and_then(|(message, fields)| {
        fields.set_item(
            intern!(py, "cause"),
            raised.map(|raised| raised.into_value(py)),
        )?;
        build(py, error.kind().as_str(), &message, &fields)
    });
    built.unwrap_or_else(|failure| failure)
}

/// An argument whose type is right and whose value is not.
pub(crate) fn invalid_argument(py: Python<'_>, argument: &str, message: &str) -> PyErr {
    let fields = PyDict::new(py);
    let built = fields
        .set_item("argument", argument)
        .and_then(|()| build(py, "invalid_argument", &PyString::new(py, message), &fields));
    built.unwrap_or_else(|failure| failure)
}

/// A call that is awaited where asyncio does not run.
pub(crate) fn event_loop(py: Python<'_>, message: &str) -> PyErr {
    let built = build(
        py,
        "event_loop",
        &PyString::new(py, message),
        &PyDict::new(py),
    );
    built.unwrap_or_else(|failure| failure)
}

/// A call that ended in a panic, which is a defect of this package: an error like any other for Python.
pub(crate) fn panicked(py: Python<'_>) -> PyErr {
    to_python(py, &host::panicked())
}

fn fields<'py>(
    py: Python<'py>,
    error: &Error,
) -> PyResult<(Bound<'py, PyString>, Bound<'py, PyDict>)> {
    let mut message = PyString::new(py, error.message());
    let fields = PyDict::new(py);
    fields.set_item(intern!(py, "retries_taken"), error.retries_taken())?;
    fields.set_item(intern!(py, "argument"), error.argument())?;
    fields.set_item(intern!(py, "reason"), error.reason())?;
    fields.set_item(intern!(py, "code"), error.code())?;
    fields.set_item(intern!(py, "website_error"), error.website_error())?;
    let request = error
        .request()
        .map(|request| HTTPRequest::sent(py, request));
    fields.set_item(intern!(py, "request"), request.transpose()?)?;
    let flow_status = error.flow_status().map(FlowStatus::as_str);
    fields.set_item(intern!(py, "flow_status"), flow_status)?;
    if let (Some(status), Some(headers), Some(raw)) =
        (error.status_code(), error.headers(), error.raw_body())
    {
        let response = HTTPResponse::new(py, status, headers, raw)?;
        let (body, text) = match json::parse(py, raw)? {
            Some(body) => {
                let text = format!("Error code: {status} - {}", body.str()?);
                (body, text)
            }
            None => {
                let text = String::from_utf8_lossy(raw).trim().to_owned();
                let body = PyString::new(py, &text).into_any();
                (
                    body,
                    if text.is_empty() {
                        format!("Error code: {status}")
                    } else {
                        text
                    },
                )
            }
        };
        if is_status(error) {
            message = PyString::new(py, &text);
        }
        fields.set_item(intern!(py, "status_code"), status)?;
        fields.set_item(intern!(py, "existing_id"), error.existing_id())?;
        fields.set_item(intern!(py, "details"), details(py, error.details())?)?;
        fields.set_item(
            intern!(py, "inner_error"),
            error
                .inner_error()
                .map(|inner| detail(py, inner))
                .transpose()?,
        )?;
        fields.set_item(intern!(py, "request_id"), error.request_id())?;
        fields.set_item(intern!(py, "headers"), response.headers(py))?;
        fields.set_item(intern!(py, "body"), body)?;
        fields.set_item(intern!(py, "raw_body"), response.content(py))?;
        fields.set_item(intern!(py, "response"), response)?;
    }
    Ok((message, fields))
}

/// Whether the API reported a failure, rather than a success that is not as it should be.
fn is_status(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::ResponseValidation | ErrorKind::ResponseTooLarge
    )
}

fn details<'py>(py: Python<'py>, details: &[ErrorDetail]) -> PyResult<Option<Bound<'py, PyList>>> {
    if details.is_empty() {
        return Ok(None);
    }
    let list = PyList::empty(py);
    for one in details {
        list.append(detail(py, one)?)?;
    }
    Ok(Some(list))
}

fn detail<'py>(py: Python<'py>, detail: &ErrorDetail) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    for (name, text) in [
        (intern!(py, "code"), &detail.code),
        (intern!(py, "message"), &detail.message),
    ] {
        if let Some(text) = text {
            fields.set_item(name, text)?;
        }
    }
    Ok(fields)
}

/// Finds the classes while they can be found: finalizers may call when nothing can be imported any more.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    from_native(py).map(drop)
}

fn from_native<'py>(py: Python<'py>) -> PyResult<&'py Bound<'py, PyAny>> {
    static FROM_NATIVE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    FROM_NATIVE.import(py, "kernel_client.errors", "_from_native")
}

fn build(
    py: Python<'_>,
    kind: &str,
    message: &Bound<'_, PyString>,
    fields: &Bound<'_, PyDict>,
) -> PyResult<PyErr> {
    Ok(PyErr::from_value(
        from_native(py)?.call1((kind, message, fields))?,
    ))
}
