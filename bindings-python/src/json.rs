//! JSON as Python's own objects.

use kernel_client::host;
use pyo3::prelude::*;

/// What the text says; None when it is not JSON.
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Option<Bound<'py, PyAny>>> {
    serde_json::from_slice(text)
        .ok()
        .map(|value| host::to_python(py, &value))
        .transpose()
}
