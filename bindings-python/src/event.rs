//! Events that the core has no model for.

use kernel_client::host;
use kernel_client::models::ManagedAuthEvent;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyType;
use serde_json::Value;

/// An event as Python sees it.
pub(crate) fn show(py: Python<'_>, event: ManagedAuthEvent) -> PyResult<Py<PyAny>> {
    match event {
        ManagedAuthEvent::State(event) => event.into_py_any(py),
        ManagedAuthEvent::Error(event) => event.into_py_any(py),
        ManagedAuthEvent::Heartbeat(event) => event.into_py_any(py),
        other => match serde_json::to_value(other) {
            Ok(value) => UnknownEvent { value }.into_py_any(py),
            Err(error) => Err(PyValueError::new_err(error.to_string())),
        },
    }
}

/// An event that this version does not know. Its fields are attributes.
#[pyclass(frozen, eq, module = "kernel_client.types.auth")]
#[derive(PartialEq)]
pub(crate) struct UnknownEvent {
    value: Value,
}

#[pymethods]
impl UnknownEvent {
    /// What kind of event it is; None when it does not say.
    #[getter]
    fn event<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let event = self.value.get("event");
        event.map(|event| host::to_python(py, event)).transpose()
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match self.value.get(name) {
            Some(value) => host::to_python(py, value),
            None => Err(PyAttributeError::new_err(format!(
                "'UnknownEvent' object has no attribute '{name}'"
            ))),
        }
    }

    /// The event as it came: a dict, or whatever JSON it is.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        host::to_python(py, &self.value)
    }

    /// The event as JSON text.
    fn to_json(&self) -> String {
        self.value.to_string()
    }

    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let value = serde_json::from_str(text);
        Ok(Self {
            value: value.map_err(|error| PyValueError::new_err(error.to_string()))?,
        })
    }

    // Nobody can know whether what is new is a secret, so only names are shown.
    fn __repr__(&self) -> String {
        let fields = self.value.as_object().into_iter().flatten();
        let shown = fields.map(|(name, value)| match (name.as_str(), value.as_str()) {
            ("event", Some(event)) => format!("event={event:?}"),
            _ => format!("{name}=..."),
        });
        format!("UnknownEvent({})", shown.collect::<Vec<_>>().join(", "))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let of: Bound<'py, PyType> = slf.get_type();
        Ok((of.getattr("from_json")?, (slf.get().to_json(),)))
    }
}
