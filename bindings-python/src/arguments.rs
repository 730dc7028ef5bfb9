//! Python arguments as the core's typed values: any `Deserialize` type reads straight from Python objects.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use kernel_client::host;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    IntoPyDict, PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple, PyType,
};
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Visitor};
use serde::forward_to_deserialize_any;

use crate::error;

/// As deep as JSON text may be nested for the API's own parser; also what keeps a dict that holds itself
/// from exhausting the stack.
const DEEPEST: u8 = 128;

/// Leaves an argument out; as the value of a header, removes that header.
#[pyclass(frozen, module = "kernel_client")]
pub(crate) struct Omit;

/// Leaves an argument out, where None would mean something.
#[pyclass(frozen, module = "kernel_client")]
pub(crate) struct NotGiven;

macro_rules! sentinel {
    ($name:ident, $repr:literal) => {
        #[pymethods]
        impl $name {
            #[new]
            fn new() -> Self {
                Self
            }

            fn __bool__(&self) -> bool {
                false
            }

            fn __repr__(&self) -> &'static str {
                $repr
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, ()) {
                (slf.get_type().into_any(), ())
            }
        }
    };
}

sentinel!(Omit, "omit");
sentinel!(NotGiven, "NOT_GIVEN");

/// An argument as the caller gave it; None is a value like any other.
#[derive(Clone)]
pub(crate) struct Given<'py>(Option<Bound<'py, PyAny>>);

impl Given<'_> {
    pub(crate) const ABSENT: Self = Self(None);
}

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(object.to_owned().into())
    }
}

impl<'py> From<Bound<'py, PyAny>> for Given<'py> {
    fn from(object: Bound<'py, PyAny>) -> Self {
        Self((!is_absent(&object)).then_some(object))
    }
}

impl<'py> Given<'py> {
    /// The argument, or its text when it is one of the objects that HTTP clients have for URLs.
    pub(crate) fn written(&self) -> PyResult<Self> {
        match &self.0 {
            Some(object)
                if !object.is_instance_of::<PyString>()
                    && object.hasattr("scheme")?
                    && object.hasattr("host")? =>
            {
                Ok(Self(Some(object.str()?.into_any())))
            }
            _ => Ok(self.clone()),
        }
    }
    /// The argument as `T`; None where it was left out.
    pub(crate) fn decode<T: DeserializeOwned>(
        self,
        name: &'static str,
        absent: Absent,
    ) -> PyResult<Option<T>> {
        let Some(object) = self.0 else {
            return Ok(None);
        };
        let py = object.py();
        let value = Value {
            object,
            absent,
            depth: 0,
        };
        T::deserialize(value)
            .map(Some)
            .map_err(|refused| refused.at(Cow::Borrowed(name)).into_py(py))
    }

    /// The argument as `T`, or what `T` is without one where it was left out or None.
    pub(crate) fn decode_or_default<T: DeserializeOwned + Default>(
        self,
        name: &'static str,
        absent: Absent,
    ) -> PyResult<T> {
        Ok(self
            .decode::<Option<T>>(name, absent)?
            .flatten()
            .unwrap_or_default())
    }

    pub(crate) fn is_none(&self) -> bool {
        self.0.as_ref().is_some_and(PyAnyMethods::is_none)
    }

    /// What was given, unless it was left out or None.
    pub(crate) fn object(&self) -> Option<&Bound<'py, PyAny>> {
        self.0.as_ref().filter(|object| !object.is_none())
    }

    /// The argument as a part of a path, which has to be there.
    pub(crate) fn require(self, name: &'static str) -> PyResult<String> {
        let missing = || PyTypeError::new_err(format!("`{name}` is missing."));
        self.decode(name, Absent::Skipped)?.ok_or_else(missing)
    }
}

/// Keyword arguments, by name, as one set of parameters or options.
pub(crate) fn decode_all<T: DeserializeOwned>(
    py: Python<'_>,
    given: &[(&'static str, Given<'_>)],
    absent: Absent,
) -> PyResult<T> {
    // A name that is a word of Rust is written `r#name` there.
    let entries = given.iter().filter_map(|(name, given)| {
        let name = name.strip_prefix("r#").unwrap_or(name);
        Some((Cow::Borrowed(name), given.0.clone()?))
    });
    let map = Entries {
        entries,
        value: None,
        absent,
        depth: 0,
    };
    T::deserialize(MapAccessDeserializer::new(map)).map_err(|refused| refused.into_py(py))
}

/// All keyword arguments of a call as one set of options.
pub(crate) fn decode_keywords<T: DeserializeOwned>(
    py: Python<'_>,
    keywords: Option<Bound<'_, PyDict>>,
    absent: Absent,
) -> PyResult<T> {
    let object = keywords.unwrap_or_else(|| PyDict::new(py)).into_any();
    let value = Value {
        object,
        absent,
        depth: 0,
    };
    T::deserialize(value).map_err(|refused| refused.into_py(py))
}

fn is_absent(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<Omit>() || object.is_exact_instance_of::<NotGiven>()
}

/// What a sentinel inside an argument stands for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Absent {
    /// As if its key were not there.
    Skipped,
    /// Null: it removes a header.
    Null,
}

/// A Python object that is being read.
struct Value<'py> {
    object: Bound<'py, PyAny>,
    absent: Absent,
    depth: u8,
}

impl<'py> Value<'py> {
    fn expected(&self, what: &str) -> Refused {
        Refused::new(Reason::Type(format!(
            "must be {what}, not {}",
            type_name(&self.object)
        )))
    }

    fn is_none(&self) -> bool {
        self.object.is_none() || (self.absent == Absent::Null && is_absent(&self.object))
    }

    fn text(&self) -> Result<Option<Cow<'_, str>>, Refused> {
        match self.object.cast::<PyString>() {
            Ok(text) => text
                .to_cow()
                .map(Some)
                .map_err(|_| Refused::new(Reason::Value("is not valid Unicode".into()))),
            Err(_) => Ok(None),
        }
    }

    fn number<'de, V: Visitor<'de>>(
        number: &Bound<'py, PyInt>,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if let Ok(value) = number.extract::<i64>() {
            visitor.visit_i64(value)
        } else if let Ok(value) = number.extract::<u64>() {
            visitor.visit_u64(value)
        } else {
            Err(Refused::new(Reason::Value("must fit into 64 bits".into())))
        }
    }

    /// The entries of a dict or of any other mapping.
    fn entries(&self) -> Result<Option<Bound<'py, PyList>>, Refused> {
        // A list of its own, since reading the values can run Python code that changes the dict.
        if let Ok(dict) = self.object.cast::<PyDict>() {
            Ok(Some(dict.items()))
        } else if let Ok(mapping) = self.object.cast::<PyMapping>() {
            mapping
                .items()
                .map(Some)
                .map_err(|error| Refused::new(Reason::Raised(error)))
        } else {
            self.dumped()
                .map_err(|error| Refused::new(Reason::Raised(error)))
        }
    }

    /// The entries of a model, ours or pydantic's: what it was not given, it does not have.
    fn dumped(&self) -> PyResult<Option<Bound<'py, PyList>>> {
        let py = self.object.py();
        if self.object.is_instance_of::<PyType>() {
            return Ok(None);
        }
        let dumped = if let Some(to_dict) = self.object.getattr_opt(intern!(py, "to_dict"))? {
            to_dict.call0()?
        } else if let Some(dump) = self.object.getattr_opt(intern!(py, "model_dump"))? {
            dump.call((), Some(&[("exclude_unset", true)].into_py_dict(py)?))?
        } else {
            return Ok(None);
        };
        Ok(dumped.cast::<PyDict>().ok().map(PyDictMethods::items))
    }

    /// A moment or a day as JSON has it.
    fn moment(&self) -> Result<Option<String>, Refused> {
        let py = self.object.py();
        let written = || {
            let isoformat = self.object.getattr_opt(intern!(py, "isoformat"))?;
            isoformat
                .map(|isoformat| isoformat.call0()?.extract())
                .transpose()
        };
        written().map_err(|error: PyErr| Refused::new(Reason::Raised(error)))
    }

    /// What an object has under all of these names.
    fn attributes<const N: usize>(
        &self,
        names: [&'static str; N],
    ) -> Result<Option<impl for<'de> de::MapAccess<'de, Error = Refused> + use<'py, N>>, Refused>
    {
        let mut entries = Vec::with_capacity(N);
        for name in names {
            match self.object.getattr_opt(name) {
                Ok(Some(value)) => entries.push((Cow::Borrowed(name), value)),
                Ok(None) => return Ok(None),
                Err(error) => return Err(Refused::new(Reason::Raised(error))),
            }
        }
        Ok(Some(Entries {
            entries: entries.into_iter(),
            value: None,
            absent: self.absent,
            depth: self.deeper()?,
        }))
    }

    fn elements(&self) -> Option<Vec<Bound<'py, PyAny>>> {
        if let Ok(list) = self.object.cast::<PyList>() {
            Some(list.iter().collect())
        } else {
            self.object
                .cast::<PyTuple>()
                .ok()
                .map(|tuple| tuple.iter().collect())
        }
    }

    fn deeper(&self) -> Result<u8, Refused> {
        if self.depth < DEEPEST {
            Ok(self.depth.saturating_add(1))
        } else {
            Err(Refused::new(Reason::Depth))
        }
    }

    fn visit_entries<'de, V: Visitor<'de>>(
        &self,
        items: &Bound<'py, PyList>,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let depth = self.deeper()?;
        let mut entries = Vec::with_capacity(items.len());
        for item in items.iter() {
            let (key, value) = item
                .extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()
                .map_err(|error| Refused::new(Reason::Raised(error)))?;
            let Ok(key) = key.cast::<PyString>() else {
                let name = type_name(&key);
                return Err(Refused::new(Reason::Type(format!(
                    "must have str as keys, not {name}"
                ))));
            };
            let key = key.to_cow().map_err(|_| {
                Refused::new(Reason::Value("has a key that is not valid Unicode".into()))
            })?;
            if self.absent == Absent::Null || !is_absent(&value) {
                entries.push((Cow::Owned(key.into_owned()), value));
            }
        }
        visitor.visit_map(Entries {
            entries: entries.into_iter(),
            value: None,
            absent: self.absent,
            depth,
        })
    }

    fn visit_elements<'de, V: Visitor<'de>>(
        &self,
        elements: Vec<Bound<'py, PyAny>>,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let depth = self.deeper()?;
        visitor.visit_seq(Elements {
            elements: elements.into_iter().enumerate(),
            absent: self.absent,
            depth,
        })
    }
}

impl<'de> de::Deserializer<'de> for Value<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.is_none() {
            return visitor.visit_unit();
        }
        if let Ok(value) = self.object.cast::<PyBool>() {
            return visitor.visit_bool(value.is_true());
        }
        if let Ok(value) = self.object.cast::<PyInt>() {
            return Self::number(value, visitor);
        }
        if let Ok(value) = self.object.cast::<PyFloat>() {
            let value = value.value();
            return if value.is_finite() {
                visitor.visit_f64(value)
            } else {
                Err(Refused::new(Reason::Value(
                    "must be a finite number: JSON has no other".into(),
                )))
            };
        }
        if let Some(text) = self.text()? {
            return visitor.visit_str(&text);
        }
        if let Some(entries) = self.entries()? {
            return self.visit_entries(&entries, visitor);
        }
        if let Some(elements) = self.elements() {
            return self.visit_elements(elements, visitor);
        }
        match self.moment()? {
            Some(moment) => visitor.visit_str(&moment),
            None => Err(self.expected("a value that JSON knows")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.object.cast::<PyBool>() {
            Ok(value) => visitor.visit_bool(value.is_true()),
            Err(_) => Err(self.expected("bool")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.object.cast::<PyInt>() {
            Ok(value) if !self.object.is_instance_of::<PyBool>() => Self::number(value, visitor),
            _ => Err(self.expected("int")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.object.extract::<f64>() {
            Ok(value) if !self.object.is_instance_of::<PyBool>() => visitor.visit_f64(value),
            _ => Err(self.expected("a number")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.text()? {
            Some(text) => visitor.visit_str(&text),
            None => Err(self.expected("str")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.is_none() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.entries()? {
            Some(entries) => self.visit_entries(&entries, visitor),
            None => Err(self.expected("dict")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.elements() {
            Some(elements) => self.visit_elements(elements, visitor),
            None => Err(self.expected("list")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if name != host::TIMEOUT {
            return visitor.visit_newtype_struct(self);
        }
        // Ours, and those of HTTP clients.
        if let Some(parts) = self.attributes(host::TIMEOUT_PARTS)? {
            return visitor.visit_map(parts);
        }
        if let Some(entries) = self.entries()? {
            return self.visit_entries(&entries, visitor);
        }
        match self.object.extract::<f64>() {
            Ok(value) if !self.object.is_instance_of::<PyBool>() => visitor.visit_f64(value),
            _ => Err(self.expected("a number, a Timeout or None")),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct enum
        identifier ignored_any
    }
}

/// Named values that are being read.
struct Entries<'py, I> {
    entries: I,
    value: Option<(Cow<'static, str>, Bound<'py, PyAny>)>,
    absent: Absent,
    depth: u8,
}

impl<'de, 'py, I> de::MapAccess<'de> for Entries<'py, I>
where
    I: Iterator<Item = (Cow<'static, str>, Bound<'py, PyAny>)>,
{
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        let Some((name, object)) = self.entries.next() else {
            return Ok(None);
        };
        let key = match &name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name))?,
            Cow::Owned(name) => seed.deserialize(StrDeserializer::new(name))?,
        };
        self.value = Some((name, object));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let Some((name, object)) = self.value.take() else {
            return Err(de::Error::custom("a value was read before its key"));
        };
        let value = Value {
            object,
            absent: self.absent,
            depth: self.depth,
        };
        seed.deserialize(value).map_err(|refused| refused.at(name))
    }
}

/// The elements of a list that is being read.
struct Elements<'py> {
    elements: std::iter::Enumerate<std::vec::IntoIter<Bound<'py, PyAny>>>,
    absent: Absent,
    depth: u8,
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refused> {
        let Some((index, object)) = self.elements.next() else {
            return Ok(None);
        };
        let value = Value {
            object,
            absent: self.absent,
            depth: self.depth,
        };
        seed.deserialize(value)
            .map(Some)
            .map_err(|refused| refused.at(index.to_string().into()))
    }
}

/// Why an argument was not taken, and where in it.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The innermost step first.
    path: Vec<Cow<'static, str>>,
    reason: Box<Reason>,
}

#[derive(Debug)]
enum Reason {
    Type(String),
    Value(String),
    Depth,
    /// A key that is not one of these.
    Key(String, &'static [&'static str]),
    /// What the caller's own code raised.
    Raised(PyErr),
}

impl Refused {
    fn new(reason: Reason) -> Self {
        Self {
            path: Vec::new(),
            reason: Box::new(reason),
        }
    }

    fn at(mut self, step: Cow<'static, str>) -> Self {
        if matches!(*self.reason, Reason::Depth) {
            // A hundred steps would tell nobody anything.
            self.path.clear();
        }
        self.path.push(step);
        self
    }

    fn into_py(self, py: Python<'_>) -> PyErr {
        let path = self
            .path
            .iter()
            .rev()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(".");
        match *self.reason {
            Reason::Key(key, _) if path.is_empty() => {
                PyTypeError::new_err(format!("got an unexpected keyword argument '{key}'"))
            }
            Reason::Key(key, known) => PyTypeError::new_err(format!(
                "`{path}` has an unexpected key '{key}'; it takes {}.",
                known.join(", ")
            )),
            Reason::Type(text) => PyTypeError::new_err(format!("`{path}` {text}.")),
            Reason::Value(text) => error::invalid_argument(py, &path, &format!("`{path}` {text}.")),
            Reason::Depth => {
                error::invalid_argument(py, &path, &format!("`{path}` is nested too deeply."))
            }
            Reason::Raised(error) => error,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.reason {
            Reason::Type(text) | Reason::Value(text) => f.write_str(text),
            Reason::Depth => f.write_str("nested too deeply"),
            Reason::Key(key, _) => write!(f, "unexpected key '{key}'"),
            Reason::Raised(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

// The words of serde's own messages repeat the value, which may be a secret: these name its type at most.
impl de::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Reason::Value(format!("is not valid: {message}")))
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Reason::Type(format!("must be {expected}")))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Reason::Value(format!("must be {expected}")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Reason::Type("is missing".to_owned())).at(field.into())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Reason::Key(field.to_owned(), expected))
    }
}

fn type_name(object: &Bound<'_, PyAny>) -> String {
    if object.is_none() {
        return "None".to_owned();
    }
    object
        .get_type()
        .name()
        .map_or_else(|_| "object".to_owned(), |name| name.to_string())
}
