//! The modules that a program has imported.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// Notes where they are.
pub(crate) fn begin(py: Python<'_>) -> PyResult<()> {
    let modules = py
        .import("sys")?
        .getattr("modules")?
        .cast_into::<PyDict>()?;
    MODULES.get_or_init(py, || modules.unbind());
    Ok(())
}

/// A module, if the program has imported it. It is not imported for that, and no code of Python's runs.
pub(crate) fn loaded<'py>(
    py: Python<'py>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    MODULES.get(py)?.bind(py).get_item(name).ok().flatten()
}
