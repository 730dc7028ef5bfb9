//! Models as dicts and JSON: what is left out, and what is written how.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFrozenSet, PyMapping, PySet};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{AnyModel, FieldOf, ToPython, fields, list as py_list, object};
use crate::Timestamp;

/// The filter's word for every item of a list.
const EVERY: &str = "__all__";

/// Which fields without a value stay out.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    /// Those that did not come.
    pub(crate) exclude_unset: bool,
    /// Those that may be left out.
    pub(crate) exclude_defaults: bool,
    /// Unknown ones, too.
    pub(crate) exclude_none: bool,
}

/// A model, or a part of one, on its way out.
pub(crate) enum Node<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Text(&'a str),
    Time(&'a Timestamp),
    /// A part that no model describes, whole.
    Json(&'a Value),
    List(Vec<Self>),
    Object(Vec<(Name<'a>, Self)>),
}

/// The name of a part.
pub(crate) enum Name<'a> {
    Field(&'static FieldOf),
    Text(&'a str),
}

impl Node<'_> {
    /// Python's own objects; times are `datetime`s unless it is all to be JSON.
    pub(crate) fn to_python<'py>(
        &self,
        py: Python<'py>,
        is_json: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Null => Ok(py.None().into_bound(py)),
            Self::Boolean(value) => value.to_python(py),
            Self::Integer(value) => value.to_python(py),
            Self::Text(text) => object(py, text),
            Self::Time(time) if is_json => object(py, time.as_str()),
            Self::Time(time) => time.to_python(py),
            Self::Json(value) => value.to_python(py),
            Self::List(items) => py_list(py, items.iter().map(|item| item.to_python(py, is_json))),
            Self::Object(entries) => {
                let dict = PyDict::new(py);
                for (name, node) in entries {
                    let node = node.to_python(py, is_json)?;
                    match name {
                        Name::Field(field) => dict.set_item((field.text)(py), node)?,
                        Name::Text(name) => dict.set_item(name, node)?,
                    }
                }
                Ok(dict.into_any())
            }
        }
    }

    /// JSON text, on one line without `indent`.
    pub(crate) fn to_text(&self, indent: Option<u8>, is_ascii: bool) -> PyResult<String> {
        let text = match indent {
            None => serde_json::to_string(self),
            Some(width) => {
                let indent = " ".repeat(width.into());
                let form = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
                let mut out = Vec::new();
                let mut writer = serde_json::Serializer::with_formatter(&mut out, form);
                self.serialize(&mut writer)
                    .map(|()| String::from_utf8_lossy(&out).into_owned())
            }
        };
        let text = text.map_err(|error| PyValueError::new_err(error.to_string()))?;
        if !is_ascii || text.is_ascii() {
            return Ok(text);
        }
        // Only the texts within can hold such a letter.
        let mut escaped = String::with_capacity(text.len());
        for letter in text.chars() {
            if letter.is_ascii() {
                escaped.push(letter);
                continue;
            }
            for unit in letter.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
        Ok(escaped)
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(time) => time.serialize(serializer),
            Self::Json(value) => value.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, node) in entries {
                    match name {
                        Name::Field(field) => map.serialize_entry(field.name, node)?,
                        Name::Text(name) => map.serialize_entry(name, node)?,
                    }
                }
                map.end()
            }
        }
    }
}

pub(crate) fn dump_model<'a>(
    model: &'a dyn AnyModel,
    how: How,
    only: &Only<'_>,
) -> PyResult<Node<'a>> {
    let mut entries = Vec::new();
    for (place, (field, value)) in fields(model).enumerate() {
        // A field without a value may always be left out.
        let is_unset = || !model.extra().is_null_at(place, field.name);
        let is_left_out =
            how.exclude_none || how.exclude_defaults || (how.exclude_unset && is_unset());
        if value.is_none() && is_left_out {
            continue;
        }
        if let Some(only) = only.field(field.name)? {
            entries.push((Name::Field(field), value.dump(how, &only)?));
        }
    }
    for (name, value) in model.extra().iter() {
        if how.exclude_none && value.is_null() {
            continue;
        }
        if let Some(only) = only.field(name)? {
            entries.push((Name::Text(name), value.dump(how, &only)?));
        }
    }
    Ok(Node::Object(entries))
}

/// A list whose items are dumped by `dump`.
pub(super) fn list<'a, T>(
    items: &'a [T],
    only: &Only<'_>,
    dump: impl Fn(&'a T, &Only<'_>) -> PyResult<Node<'a>>,
) -> PyResult<Node<'a>> {
    let mut nodes = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if let Some(only) = only.item(at, items.len())? {
            nodes.push(dump(item, &only)?);
        }
    }
    Ok(Node::List(nodes))
}

/// What no model describes: `None` is a value like any other there.
pub(super) fn json<'a>(value: &'a Value, only: &Only<'_>) -> PyResult<Node<'a>> {
    match value {
        Value::Array(items) if !only.is_all() => list(items, only, json),
        Value::Object(fields) if !only.is_all() => {
            let mut entries = Vec::with_capacity(fields.len());
            for (name, value) in fields {
                if let Some(only) = only.field(name)? {
                    entries.push((Name::Text(name), json(value, &only)?));
                }
            }
            Ok(Node::Object(entries))
        }
        whole => Ok(Node::Json(whole)),
    }
}

/// Which parts are wanted, as `include` and `exclude` say it: a set of names, or a dict whose values say more.
#[derive(Default)]
pub(crate) struct Only<'py> {
    include: Option<Bound<'py, PyAny>>,
    exclude: Option<Bound<'py, PyAny>>,
}

/// What a filter says of one part.
enum Said<'py> {
    Nothing,
    Whole,
    /// A filter of its own.
    Parts(Bound<'py, PyAny>),
}

impl<'py> Only<'py> {
    pub(crate) fn new(
        include: Option<Bound<'py, PyAny>>,
        exclude: Option<Bound<'py, PyAny>>,
    ) -> Self {
        Self { include, exclude }
    }

    /// Whether nothing is left out.
    pub(crate) fn is_all(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }

    /// What is wanted of a field; None if it is not wanted itself.
    pub(crate) fn field(&self, name: &str) -> PyResult<Option<Self>> {
        self.part(|filter| said(filter, &[name]))
    }

    /// The same for an item of a list, which may also be counted from the end.
    fn item(&self, at: usize, length: usize) -> PyResult<Option<Self>> {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let end = i64::try_from(length).unwrap_or(i64::MAX);
        self.part(|filter| said(filter, &[at, at.saturating_sub(end)]))
    }

    fn part(
        &self,
        said: impl Fn(&Bound<'py, PyAny>) -> PyResult<Said<'py>>,
    ) -> PyResult<Option<Self>> {
        let mut part = Self::default();
        if let Some(exclude) = &self.exclude {
            match said(exclude)? {
                Said::Nothing => {}
                Said::Whole => return Ok(None),
                Said::Parts(filter) => part.exclude = Some(filter),
            }
        }
        if let Some(include) = &self.include {
            match said(include)? {
                Said::Nothing => return Ok(None),
                Said::Whole => {}
                Said::Parts(filter) => part.include = Some(filter),
            }
        }
        Ok(Some(part))
    }
}

/// What a filter says of a part that goes by any of these keys.
fn said<'py, K: IntoPyObject<'py> + Copy>(
    filter: &Bound<'py, PyAny>,
    keys: &[K],
) -> PyResult<Said<'py>> {
    let py = filter.py();
    if filter.is_instance_of::<PySet>() || filter.is_instance_of::<PyFrozenSet>() {
        for key in keys {
            if filter.contains(object(py, *key)?)? {
                return Ok(Said::Whole);
            }
        }
        let every = filter.contains(EVERY)?;
        return Ok(if every { Said::Whole } else { Said::Nothing });
    }
    let Ok(filter) = filter.cast::<PyMapping>() else {
        return Err(PyTypeError::new_err(
            "`include` and `exclude` take a set or a dict",
        ));
    };
    let mut found = Said::Nothing;
    let every = [object(py, EVERY)];
    let named = keys.iter().map(|key| object(py, *key));
    // What is said of the part itself counts more than what is said of all.
    for key in every.into_iter().chain(named) {
        let key = key?;
        if !filter.contains(&key)? {
            continue;
        }
        let value = filter.get_item(&key)?;
        found = if value.is(py.Ellipsis()) || value.is(PyBool::new(py, true)) {
            Said::Whole
        } else if value.is_none() || value.is(PyBool::new(py, false)) {
            found
        } else if let Said::Parts(before) = found {
            Said::Parts(both(&before, &value)?)
        } else {
            Said::Parts(value)
        };
    }
    Ok(found)
}

/// A filter that says what both say; where they differ, the second counts.
fn both<'py>(first: &Bound<'py, PyAny>, second: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = first.py();
    let merged = PyDict::new(py);
    for filter in [first, second] {
        if let Ok(filter) = filter.cast::<PyMapping>() {
            merged.update(filter)?;
        } else {
            for name in filter.try_iter()? {
                merged.set_item(name?, true)?;
            }
        }
    }
    Ok(merged.into_any())
}
