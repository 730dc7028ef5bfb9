//! What a Python program gives for a model, as JSON: the core reads it like an answer.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
    PyTzInfoAccess,
};
use serde_json::{Map, Number, Value};

use super::BaseModel;

/// How deep a field may be nested: no deeper than the core reads JSON, so that what is made can be pickled; also what
/// ends a dict that holds itself.
const DEEPEST: u8 = 126;
const TOO_DEEP: &str = "is nested too deeply";

/// Where a value stands: the steps to it, the last one first.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    before: Option<&'a Place<'a>>,
    step: Step<'a>,
    depth: u8,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    fn of(before: Option<&'a Place<'a>>, step: Step<'a>) -> Self {
        let depth = before.map_or(0, |before| before.depth.saturating_add(1));
        Self {
            before,
            step,
            depth,
        }
    }

    fn path(&self) -> String {
        let before = self.before.map(Self::path).unwrap_or_default();
        match self.step {
            Step::Item(at) => format!("{before}[{at}]"),
            Step::Field(name) if before.is_empty() => name.to_owned(),
            Step::Field(name) => format!("{before}.{name}"),
        }
    }

    fn refuse(&self, py: Python<'_>, rule: &str) -> PyErr {
        // A hundred steps would tell nobody anything.
        let path = if self.depth < DEEPEST {
            self.path()
        } else {
            let mut first = *self;
            while let Some(before) = first.before {
                first = *before;
            }
            first.path()
        };
        invalid(py, &path, &format!("`{path}` {rule}."))
    }
}

/// The entries of a mapping, each named by a text.
pub(super) fn fields(
    object: &Bound<'_, PyMapping>,
    place: Option<&Place<'_>>,
) -> PyResult<Map<String, Value>> {
    let py = object.py();
    let refuse = |rule: &str| match place {
        Some(place) => place.refuse(py, rule),
        None => invalid(py, "obj", &format!("`obj` {rule}.")),
    };
    // A list of its own, since reading the values can run Python code that changes the mapping.
    let items = object.items()?;
    let mut fields = Map::with_capacity(items.len());
    for item in items.iter() {
        let (name, object) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let Ok(name) = name.cast::<PyString>() else {
            return Err(refuse("must have str as keys"));
        };
        let Ok(name) = name.to_cow() else {
            return Err(refuse("has a key that is not valid Unicode"));
        };
        let value = value(&object, &Place::of(place, Step::Field(&name)))?;
        fields.insert(name.into_owned(), value);
    }
    Ok(fields)
}

fn value(object: &Bound<'_, PyAny>, place: &Place<'_>) -> PyResult<Value> {
    let py = object.py();
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = object.cast::<PyString>() {
        return match text.to_cow() {
            Ok(text) => Ok(Value::String(text.into_owned())),
            Err(_) => Err(place.refuse(py, "is not valid Unicode")),
        };
    }
    if let Ok(value) = object.cast::<PyBool>() {
        return Ok(Value::Bool(value.is_true()));
    }
    if let Ok(number) = object.cast::<PyInt>() {
        let number = match number.extract::<i64>() {
            Ok(number) => Ok(Number::from(number)),
            Err(_) => number.extract::<u64>().map(Number::from),
        };
        return match number {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => Err(place.refuse(py, "must fit into 64 bits")),
        };
    }
    if let Ok(number) = object.cast::<PyFloat>() {
        return match Number::from_f64(number.value()) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(place.refuse(py, "must be a finite number: JSON has no other")),
        };
    }
    if let Ok(model) = object.cast::<BaseModel>() {
        let value = BaseModel::to_value(model)?;
        if levels(&value) > DEEPEST.saturating_sub(place.depth) {
            return Err(place.refuse(py, TOO_DEEP));
        }
        return Ok(value);
    }
    if let Ok(time) = object.cast::<PyDateTime>() {
        return match time.get_tzinfo() {
            Some(_) => Ok(Value::String(object.call_method0("isoformat")?.extract()?)),
            None => Err(place.refuse(
                py,
                "must have a time zone: without, nobody knows when it is",
            )),
        };
    }
    if place.depth >= DEEPEST {
        return Err(place.refuse(py, TOO_DEEP));
    }
    if let Ok(mapping) = object.cast::<PyMapping>() {
        return fields(mapping, Some(place)).map(Value::Object);
    }
    let items = match (object.cast::<PyList>(), object.cast::<PyTuple>()) {
        (Ok(list), _) => list.iter().collect::<Vec<_>>(),
        (_, Ok(tuple)) => tuple.iter().collect(),
        _ => {
            let name = object.get_type().name()?;
            return Err(place.refuse(py, &format!("must be a value that JSON knows, not {name}")));
        }
    };
    let mut values = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        values.push(value(item, &Place::of(Some(place), Step::Item(at)))?);
    }
    Ok(Value::Array(values))
}

/// How many objects and lists are within each other.
fn levels(value: &Value) -> u8 {
    let within = match value {
        Value::Array(items) => items.iter().map(levels).max(),
        Value::Object(fields) => fields.values().map(levels).max(),
        _ => return 0,
    };
    within.unwrap_or_default().saturating_add(1)
}

/// The error of the package for a value that breaks a rule.
pub(super) fn invalid(py: Python<'_>, argument: &str, message: &str) -> PyErr {
    static FROM_NATIVE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let raised = || {
        let from_native = FROM_NATIVE.import(py, "kernel_client.errors", "_from_native")?;
        let fields = PyDict::new(py);
        fields.set_item("argument", argument)?;
        from_native.call1(("invalid_argument", message, fields))
    };
    raised().map_or_else(|failure| failure, PyErr::from_value)
}
