//! How models are seen from Python: attributes, dicts, text.

use jiff::tz::Offset;
use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyList, PyTzInfo};
use pyo3::{IntoPyObject, IntoPyObjectExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Extra, Secret, Timestamp};

/// What a field is for a Python program.
pub(crate) trait ToPython {
    /// Whether `repr` must hide it.
    const SECRET: bool = false;

    /// The attribute.
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;

    /// The same made of nothing but dicts, lists and scalars.
    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_python(py)
    }
}

impl ToPython for bool {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, *self)
    }
}

impl ToPython for i64 {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, *self)
    }
}

impl ToPython for String {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self)
    }
}

impl ToPython for Secret {
    const SECRET: bool = true;

    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self.expose())
    }
}

impl ToPython for Timestamp {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let utc = Offset::UTC.to_datetime(self.instant());
        let part = |number: i8| u8::try_from(number).unwrap_or_default();
        PyDateTime::new(
            py,
            utc.year().into(),
            part(utc.month()),
            part(utc.day()),
            part(utc.hour()),
            part(utc.minute()),
            part(utc.second()),
            u32::try_from(utc.subsec_nanosecond() / 1_000).unwrap_or_default(),
            Some(&*PyTzInfo::utc(py)?),
        )
        .map(Bound::into_any)
    }
}

impl<T: ToPython> ToPython for Option<T> {
    const SECRET: bool = T::SECRET;

    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref()
            .map_or_else(|| Ok(py.None().into_bound(py)), |value| value.to_python(py))
    }

    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref()
            .map_or_else(|| Ok(py.None().into_bound(py)), |value| value.to_plain(py))
    }
}

impl<T: ToPython> ToPython for Vec<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        list(py, self.iter().map(|item| item.to_python(py)))
    }

    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        list(py, self.iter().map(|item| item.to_plain(py)))
    }
}

impl ToPython for Value {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Null => Ok(py.None().into_bound(py)),
            Self::Bool(value) => object(py, *value),
            Self::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => object(py, number),
                (None, Some(number)) => object(py, number),
                (None, None) => object(py, number.as_f64()),
            },
            Self::String(text) => object(py, text),
            Self::Array(items) => list(py, items.iter().map(|item| item.to_python(py))),
            Self::Object(fields) => {
                let dict = PyDict::new(py);
                for (name, value) in fields {
                    dict.set_item(name, value.to_python(py)?)?;
                }
                Ok(dict.into_any())
            }
        }
    }
}

pub(crate) fn object<'py>(
    py: Python<'py>,
    value: impl IntoPyObject<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    value.into_bound_py_any(py)
}

fn list<'py>(
    py: Python<'py>,
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

/// The fields that this version has no name for, as a dict.
pub(crate) fn extra<'py>(py: Python<'py>, extra: &Extra) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    add_extra(&fields, extra)?;
    Ok(fields.into_any())
}

/// Adds the fields that this version has no name for.
pub(crate) fn add_extra(fields: &Bound<'_, PyDict>, extra: &Extra) -> PyResult<()> {
    for (name, value) in extra.iter() {
        fields.set_item(name, value.to_python(fields.py())?)?;
    }
    Ok(())
}

/// An attribute that is not a field: one that this version has no name for, or an `AttributeError`.
pub(crate) fn extra_attribute<'py>(
    py: Python<'py>,
    model: &str,
    extra: &Extra,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    match extra.get(name) {
        Some(value) => value.to_python(py),
        None => Err(PyAttributeError::new_err(format!(
            "'{model}' object has no attribute '{name}'"
        ))),
    }
}

/// `Name(field=..., ...)`, secrets hidden.
pub(crate) struct Repr(String);

impl Repr {
    pub(crate) fn new(model: &str) -> Self {
        Self(format!("{model}("))
    }

    pub(crate) fn field(
        &mut self,
        name: &str,
        secret: bool,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let shown = if secret {
            "'***'".to_owned()
        } else {
            value.repr()?.to_string()
        };
        self.push(name, &shown);
        Ok(())
    }

    /// Nobody can know whether a new field is a secret, so only its name is shown.
    pub(crate) fn finish(mut self, extra: &Extra) -> String {
        for name in extra.keys() {
            self.push(name, "...");
        }
        self.0.push(')');
        self.0
    }

    fn push(&mut self, name: &str, shown: &str) {
        let separator = if self.0.ends_with('(') { "" } else { ", " };
        self.0.push_str(separator);
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(shown);
    }
}

pub(crate) fn to_json(model: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(model).map_err(|error| PyValueError::new_err(error.to_string()))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> PyResult<T> {
    crate::response::decode("the text", text.as_bytes())
        .map_err(|what| PyValueError::new_err(format!("this is not the JSON of the model: {what}")))
}
