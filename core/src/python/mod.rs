//! How models are seen from Python: objects with attributes, which are made, compared, copied and written out.

mod base;
mod class;
mod dump;
mod input;
mod pydantic;

use std::any::Any;

use jiff::tz::Offset;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyList, PyTzInfo};
use serde_json::Value;

use crate::{Extra, Secret, Timestamp};

pub use base::BaseModel;
pub(crate) use base::{PyModel, made, make, read_json};
pub use class::FieldInfo;
pub(crate) use class::{Class, FieldOf};
pub(crate) use dump::{How, Node, Only, dump_model};

/// What a field is for a Python program.
pub(crate) trait ToPython {
    /// The attribute.
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;

    /// What it is in a dict or in JSON.
    fn dump<'a>(&'a self, how: How, only: &Only<'_>) -> PyResult<Node<'a>>;

    /// Whether `repr` must hide it.
    fn is_secret(&self) -> bool {
        false
    }

    /// Whether it is None.
    fn is_none(&self) -> bool {
        false
    }
}

/// A model, whichever it is.
pub(crate) trait AnyModel: Any {
    fn class(&self) -> Class;

    /// What its fields hold, in their order.
    fn values(&self) -> Vec<&dyn ToPython>;

    fn extra(&self) -> &Extra;

    fn is_equal(&self, other: &dyn Any) -> bool;

    fn to_value(&self) -> serde_json::Result<Value>;

    fn copy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

/// The fields of a model with what they hold.
fn fields(model: &dyn AnyModel) -> impl Iterator<Item = (&'static FieldOf, &dyn ToPython)> {
    model.class().fields.iter().zip(model.values())
}

/// Those that came, be it as null.
fn fields_set(model: &dyn AnyModel) -> impl Iterator<Item = (&'static FieldOf, &dyn ToPython)> {
    let came = |(place, (field, value)): &(usize, (&FieldOf, &dyn ToPython))| {
        !value.is_none() || model.extra().is_null_at(*place, field.name)
    };
    let fields = fields(model).enumerate().filter(came);
    fields.map(|(_, field)| field)
}

impl ToPython for bool {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, *self)
    }

    fn dump<'a>(&'a self, _how: How, _only: &Only<'_>) -> PyResult<Node<'a>> {
        Ok(Node::Boolean(*self))
    }
}

impl ToPython for i64 {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, *self)
    }

    fn dump<'a>(&'a self, _how: How, _only: &Only<'_>) -> PyResult<Node<'a>> {
        Ok(Node::Integer(*self))
    }
}

impl ToPython for String {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self)
    }

    fn dump<'a>(&'a self, _how: How, _only: &Only<'_>) -> PyResult<Node<'a>> {
        Ok(Node::Text(self))
    }
}

impl ToPython for Secret {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self.expose())
    }

    fn dump<'a>(&'a self, _how: How, _only: &Only<'_>) -> PyResult<Node<'a>> {
        Ok(Node::Text(self.expose()))
    }

    fn is_secret(&self) -> bool {
        true
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

    fn dump<'a>(&'a self, _how: How, _only: &Only<'_>) -> PyResult<Node<'a>> {
        Ok(Node::Time(self))
    }
}

impl<T: ToPython> ToPython for Option<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.as_ref()
            .map_or_else(|| Ok(py.None().into_bound(py)), |value| value.to_python(py))
    }

    fn dump<'a>(&'a self, how: How, only: &Only<'_>) -> PyResult<Node<'a>> {
        self.as_ref()
            .map_or(Ok(Node::Null), |value| value.dump(how, only))
    }

    fn is_secret(&self) -> bool {
        self.as_ref().is_some_and(ToPython::is_secret)
    }

    fn is_none(&self) -> bool {
        self.is_none()
    }
}

impl<T: ToPython> ToPython for Vec<T> {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        list(py, self.iter().map(|item| item.to_python(py)))
    }

    fn dump<'a>(&'a self, how: How, only: &Only<'_>) -> PyResult<Node<'a>> {
        dump::list(self, only, |item, only| item.dump(how, only))
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

    fn dump<'a>(&'a self, _how: How, only: &Only<'_>) -> PyResult<Node<'a>> {
        dump::json(self, only)
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
