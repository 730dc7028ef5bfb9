//! What a program brings along: an HTTP client of its own, and a hook for the headers of its context.

use std::cell::Cell;
use std::error::Error;
use std::sync::Arc;

use kernel_client::host::Plugins;
use kernel_client::{Headers, Transport};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arguments::Given;
use crate::transport::{Foreign, Raised};

/// The plugins that the options of a client name.
pub(crate) fn of(
    http_client: &Given<'_>,
    propagate: &Given<'_>,
    is_async: bool,
) -> PyResult<Plugins> {
    let transport: Option<Arc<dyn Transport>> = match http_client.object() {
        Some(client) => Some(Arc::new(Foreign::new(client, is_async)?)),
        None => None,
    };
    let hook = match propagate.object() {
        Some(hook) if hook.is_callable() => Some(hook.clone().unbind()),
        Some(_) => return Err(PyTypeError::new_err("`propagate` must be callable.")),
        None => None,
    };
    let hook = hook.map(|hook| {
        move |headers: &mut Headers| -> Result<(), Arc<dyn Error + Send + Sync>> {
            // A call that the hook makes, for a token for example, has no context of its own.
            let Some(_asking) = Asking::begin() else {
                return Ok(());
            };
            // Calls are made by threads of Python's.
            Python::attach(|py| add(hook.bind(py), headers))
                .map_err(|error| Arc::new(Raised::new(error)) as _)
        }
    });
    Ok(Plugins::default().transport(transport).propagate(hook))
}

thread_local! {
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// A hook that is being asked on this thread.
struct Asking;

impl Asking {
    fn begin() -> Option<Self> {
        (!IS_ASKING.replace(true)).then_some(Self)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        IS_ASKING.set(false);
    }
}

/// The plugins among the keyword arguments of a call, which they are taken out of.
pub(crate) fn among(options: Option<&Bound<'_, PyDict>>, is_async: bool) -> PyResult<Plugins> {
    let take = |name: &str| -> PyResult<Given<'_>> {
        let given = options.map(|options| options.get_item(name)).transpose()?;
        let Some(given) = given.flatten() else {
            return Ok(Given::ABSENT);
        };
        if let Some(options) = options {
            options.del_item(name)?;
        }
        Ok(given.into())
    };
    of(&take("http_client")?, &take("propagate")?, is_async)
}

/// Has the hook add its headers to a dict, as OpenTelemetry's `inject` does.
fn add(hook: &Bound<'_, PyAny>, headers: &mut Headers) -> PyResult<()> {
    let carrier = PyDict::new(hook.py());
    hook.call1((&carrier,))?;
    for (name, value) in carrier {
        let (Ok(name), Ok(value)) = (name.cast::<PyString>(), value.cast::<PyString>()) else {
            return Err(PyTypeError::new_err(
                "`propagate` must add headers whose names and values are str.",
            ));
        };
        headers.insert(name.to_string(), Some(value.to_string()));
    }
    Ok(())
}
