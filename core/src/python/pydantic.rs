//! Models as fields of a program's own pydantic models, and so as answers of web frameworks. Only pydantic asks for
//! this, so it is there.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use pyo3::wrap_pyfunction;

use super::base::dumped;
use super::{BaseModel, Class, How, Only};

/// How pydantic reads and writes a model: the model does it.
pub(super) fn schema<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let schemas = py.import("pydantic_core")?.getattr("core_schema")?;
    let options = PyDict::new(py);
    options.set_item("info_arg", true)?;
    let write = wrap_pyfunction!(write, py)?;
    let write = schemas.call_method(
        "plain_serializer_function_ser_schema",
        (write,),
        Some(&options),
    )?;
    let options = PyDict::new(py);
    options.set_item("serialization", write)?;
    let read = class.getattr("model_validate")?;
    schemas.call_method("no_info_plain_validator_function", (read,), Some(&options))
}

/// What a model is in a JSON Schema.
pub(super) fn json_schema(py: Python<'_>, class: Class) -> PyResult<Bound<'_, PyDict>> {
    let properties = PyDict::new(py);
    let required = PyList::empty(py);
    for field in class.fields {
        let about = PyDict::new(py);
        about.set_item("description", field.description())?;
        properties.set_item(field.name, about)?;
        if (field.is_required)() {
            required.append(field.name)?;
        }
    }
    let schema = PyDict::new(py);
    schema.set_item("title", class.name)?;
    schema.set_item("type", "object")?;
    schema.set_item("properties", properties)?;
    schema.set_item("required", required)?;
    Ok(schema)
}

#[pyfunction]
fn write<'py>(
    model: &Bound<'py, BaseModel>,
    info: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let flag = |name| info.getattr(name)?.is_truthy();
    let filter = |name| -> PyResult<_> {
        let filter = info.getattr(name)?;
        Ok((!filter.is_none()).then_some(filter))
    };
    let how = How {
        exclude_unset: flag("exclude_unset")?,
        exclude_defaults: flag("exclude_defaults")?,
        exclude_none: flag("exclude_none")?,
    };
    let is_json = info.getattr("mode")?.eq("json")?;
    dumped(
        model,
        is_json,
        how,
        &Only::new(filter("include")?, filter("exclude")?),
    )
}
