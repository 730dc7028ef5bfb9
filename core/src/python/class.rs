//! What the class of a model tells of itself: its fields, its signature.

use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyType};
use serde_json::Value;

/// A class of models.
#[pyclass(frozen, module = "kernel_client")]
#[derive(Clone, Copy)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [FieldOf],
    /// Makes one of what an answer would say.
    pub(crate) make: for<'py> fn(Python<'py>, Value) -> PyResult<Bound<'py, PyAny>>,
    /// Makes one of JSON text.
    pub(crate) read: for<'py> fn(Python<'py>, &[u8]) -> PyResult<Bound<'py, PyAny>>,
}

/// A field of a model.
pub(crate) struct FieldOf {
    pub(crate) name: &'static str,
    /// The name as Python has it: made once.
    pub(crate) text: for<'py> fn(Python<'py>) -> Bound<'py, PyString>,
    pub(crate) docs: &'static [&'static str],
    pub(crate) is_required: fn() -> bool,
}

impl FieldOf {
    pub(super) fn description(&self) -> String {
        let lines = self.docs.iter().map(|line| line.trim());
        lines.collect::<Vec<_>>().join(" ")
    }
}

impl Class {
    /// What a Python class tells; the base of all tells nothing.
    pub(super) fn of(class: &Bound<'_, PyType>) -> PyResult<Self> {
        let none = |_| PyTypeError::new_err("BaseModel has no fields: the classes of models have");
        let found = class.getattr(intern!(class.py(), "_kernel_model"));
        Ok(*found.map_err(none)?.cast::<Self>()?.get())
    }
}

/// An attribute of each class of models that is made when somebody asks for it.
#[pyclass(frozen, module = "kernel_client")]
pub(super) struct OfClass(
    pub(super) for<'py> fn(Python<'py>, Class) -> PyResult<Bound<'py, PyAny>>,
);

#[pymethods]
impl OfClass {
    fn __get__<'py>(
        &self,
        py: Python<'py>,
        object: &Bound<'py, PyAny>,
        class: Option<&Bound<'py, PyType>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let of = match class {
            Some(class) => Class::of(class),
            None => Class::of(&object.get_type()),
        };
        let of =
            of.map_err(|_| PyAttributeError::new_err("it belongs to the classes of models"))?;
        (self.0)(py, of)
    }
}

/// What `inspect.signature` shows.
pub(super) fn signature(py: Python<'_>, of: Class) -> PyResult<Bound<'_, PyAny>> {
    static PARAMETER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static SIGNATURE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let parameter = PARAMETER.import(py, "inspect", "Parameter")?;
    let parameters = PyList::empty(py);
    for field in of.fields {
        let options = PyDict::new(py);
        if !(field.is_required)() {
            options.set_item("default", py.None())?;
        }
        let kind = parameter.getattr("KEYWORD_ONLY")?;
        parameters.append(parameter.call((field.name, kind), Some(&options))?)?;
    }
    parameters.append(parameter.call1(("extra", parameter.getattr("VAR_KEYWORD")?))?)?;
    SIGNATURE
        .import(py, "inspect", "Signature")?
        .call1((parameters,))
}

/// The fields by name.
pub(super) fn fields(py: Python<'_>, of: Class) -> PyResult<Bound<'_, PyAny>> {
    let fields = PyDict::new(py);
    for field in of.fields {
        let info = FieldInfo {
            description: field.description(),
            is_required: (field.is_required)(),
        };
        fields.set_item(field.name, info)?;
    }
    Ok(fields.into_any())
}

/// A field of a model.
#[pyclass(frozen, module = "kernel_client")]
pub struct FieldInfo {
    description: String,
    is_required: bool,
}

#[pymethods]
impl FieldInfo {
    /// What it holds.
    #[getter]
    fn description(&self) -> &str {
        &self.description
    }

    /// Whether every answer has it.
    fn is_required(&self) -> bool {
        self.is_required
    }

    fn __repr__(&self) -> String {
        let required = if self.is_required { "True" } else { "False" };
        format!(
            "FieldInfo(required={required}, description={:?})",
            self.description
        )
    }
}
