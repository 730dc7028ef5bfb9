//! `BaseModel`: what every model can do, written once.

use pyo3::PyClass;
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{
    PyByteArray, PyBytes, PyDict, PyIterator, PyList, PyMapping, PySet, PyString, PyType,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::class::{Class, OfClass, fields, signature};
use super::dump::{How, Only, dump_model};
use super::{AnyModel, ToPython, fields_set, input, object, pydantic};
use crate::{arguments, response};

/// What the API gives: objects that do not change, made of its answers or of keywords.
#[pyclass(subclass, frozen, module = "kernel_client")]
pub struct BaseModel {
    /// Finds the model in the object that this is the base of.
    model: for<'a> fn(&'a Bound<'_, Self>) -> Option<&'a dyn AnyModel>,
}

/// A model by its type.
pub(crate) trait PyModel:
    PyClass<BaseType = BaseModel, Frozen = True> + Sync + AnyModel + DeserializeOwned
{
    const CLASS: Class;
}

impl BaseModel {
    /// The Python object of a model.
    pub(crate) fn with<T: PyModel>(model: T) -> PyClassInitializer<T> {
        let base = Self {
            model: |object| Some(object.cast::<T>().ok()?.get()),
        };
        PyClassInitializer::from(base).add_subclass(model)
    }

    pub(super) fn to_value(object: &Bound<'_, Self>) -> PyResult<Value> {
        model(object)?.to_value().map_err(not_json)
    }
}

fn model<'a>(object: &'a Bound<'_, BaseModel>) -> PyResult<&'a dyn AnyModel> {
    (object.get().model)(object).ok_or_else(|| PyTypeError::new_err("this is no model"))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn not_json(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A model made of keywords.
pub(crate) fn made<T: PyModel>(
    fields: Option<&Bound<'_, PyDict>>,
) -> PyResult<PyClassInitializer<T>> {
    let given = match fields {
        Some(fields) => input::fields(fields.as_mapping(), None)?,
        None => serde_json::Map::new(),
    };
    Python::attach(|py| decode(py, Value::Object(given)).map(BaseModel::with::<T>))
}

/// A model made of what an answer would say.
pub(crate) fn make<T: PyModel>(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    Ok(Bound::new(py, BaseModel::with(decode::<T>(py, value)?))?.into_any())
}

/// A model made of JSON text.
pub(crate) fn read_json<'py, T: PyModel>(
    py: Python<'py>,
    text: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    match response::decode::<T>("the text", text) {
        Ok(model) => Ok(Bound::new(py, BaseModel::with(model))?.into_any()),
        Err(what) => {
            let message = format!("this is not the JSON of the model: {what}");
            Err(input::invalid(py, "json_data", &message))
        }
    }
}

fn decode<T: PyModel>(py: Python<'_>, value: Value) -> PyResult<T> {
    arguments::decode("", value)
        .map_err(|error| input::invalid(py, error.argument().unwrap_or_default(), error.message()))
}

/// A copy in which some fields are others.
fn changed<'py>(
    object: &Bound<'py, BaseModel>,
    update: Option<&Bound<'py, PyMapping>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let model = model(object)?;
    let Some(update) = update else {
        return model.copy(py);
    };
    let mut value = model.to_value().map_err(not_json)?;
    if let Value::Object(fields) = &mut value {
        fields.extend(input::fields(update, None)?);
    }
    (model.class().make)(py, value)
}

/// `python` or `json`, as `mode` says it.
fn is_json(py: Python<'_>, mode: &str) -> PyResult<bool> {
    match mode {
        "python" => Ok(false),
        "json" => Ok(true),
        _ => Err(input::invalid(
            py,
            "mode",
            "`mode` must be \"python\" or \"json\".",
        )),
    }
}

pub(super) fn dumped<'py>(
    object: &Bound<'py, BaseModel>,
    is_json: bool,
    how: How,
    only: &Only<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    dump_model(model(object)?, how, only)?.to_python(object.py(), is_json)
}

#[pymethods]
impl BaseModel {
    #[classattr]
    fn __signature__() -> OfClass {
        OfClass(signature)
    }

    /// The fields of the class by name.
    #[classattr]
    fn model_fields() -> OfClass {
        OfClass(fields)
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        cls: &Bound<'py, PyType>,
        _source: &Bound<'py, PyAny>,
        _handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic::schema(cls)
    }

    #[classmethod]
    fn __get_pydantic_json_schema__<'py>(
        cls: &Bound<'py, PyType>,
        _schema: &Bound<'py, PyAny>,
        _handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        pydantic::json_schema(cls.py(), Class::of(cls)?)
    }

    /// Makes one of a dict, with the checks that an answer goes through. What is one already is given back.
    #[classmethod]
    fn model_validate<'py>(
        cls: &Bound<'py, PyType>,
        obj: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let class = Class::of(cls)?;
        if obj.is_instance(cls)? {
            return Ok(obj.clone());
        }
        let Ok(mapping) = obj.cast::<PyMapping>() else {
            let message = format!("`obj` must be a dict or a {}.", class.name);
            return Err(input::invalid(cls.py(), "obj", &message));
        };
        (class.make)(cls.py(), Value::Object(input::fields(mapping, None)?))
    }

    /// Makes one of JSON text, with the checks that an answer goes through.
    #[classmethod]
    fn model_validate_json<'py>(
        cls: &Bound<'py, PyType>,
        json_data: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = cls.py();
        let read = Class::of(cls)?.read;
        if let Ok(text) = json_data.cast::<PyString>() {
            return match text.to_cow() {
                Ok(text) => read(py, text.as_bytes()),
                Err(_) => Err(input::invalid(
                    py,
                    "json_data",
                    "`json_data` is not valid Unicode.",
                )),
            };
        }
        if let Ok(bytes) = json_data.cast::<PyBytes>() {
            return read(py, bytes.as_bytes());
        }
        if let Ok(bytes) = json_data.cast::<PyByteArray>() {
            return read(py, &bytes.to_vec());
        }
        Err(PyTypeError::new_err(
            "`json_data` must be str, bytes or bytearray.",
        ))
    }

    /// Reads what `to_json` wrote.
    #[classmethod]
    fn from_json<'py>(
        cls: &Bound<'py, PyType>,
        text: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::model_validate_json(cls, text)
    }

    /// The same as the class itself: what is made goes through the checks of an answer. Names in `_fields_set` that
    /// have no value are null.
    #[classmethod]
    #[pyo3(signature = (_fields_set=None, **values))]
    fn model_construct<'py>(
        cls: &Bound<'py, PyType>,
        _fields_set: Option<&Bound<'py, PyAny>>,
        values: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = cls.py();
        let given = PyDict::new(py);
        if let Some(names) = _fields_set {
            for name in names.try_iter()? {
                given.set_item(name?, py.None())?;
            }
        }
        if let Some(values) = values {
            given.update(values.as_mapping())?;
        }
        cls.call((), Some(&given))
    }

    /// The same as `model_construct`.
    #[classmethod]
    #[pyo3(signature = (_fields_set=None, **values))]
    fn construct<'py>(
        cls: &Bound<'py, PyType>,
        _fields_set: Option<&Bound<'py, PyAny>>,
        values: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::model_construct(cls, _fields_set, values)
    }

    /// The fields that this version has no name for. They can be read as attributes, too.
    #[getter]
    fn model_extra<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(slf.py());
        for (name, value) in model(slf)?.extra().iter() {
            fields.set_item(name, value.to_python(slf.py())?)?;
        }
        Ok(fields)
    }

    /// The names of the fields that came: one that came as null is among them, one that did not come is not.
    #[getter]
    fn model_fields_set<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PySet>> {
        let names = fields_set(model(slf)?).map(|(field, _)| (field.text)(slf.py()));
        PySet::new(slf.py(), names)
    }

    /// The fields as a dict, nested models as dicts too; a field that did not come is None.
    ///
    /// With `mode="json"` times are texts. `include` and `exclude` say which fields are wanted. The other arguments
    /// change nothing here.
    #[pyo3(signature = (
        *, mode="python", include=None, exclude=None, context=None, by_alias=None, exclude_unset=false,
        exclude_defaults=false, exclude_none=false, exclude_computed_fields=false, round_trip=false, warnings=None,
        fallback=None, serialize_as_any=false
    ))]
    #[allow(
        clippy::too_many_arguments,
        unused_variables,
        reason = "the arguments of pydantic"
    )]
    fn model_dump<'py>(
        slf: &Bound<'py, Self>,
        mode: &str,
        include: Option<Bound<'py, PyAny>>,
        exclude: Option<Bound<'py, PyAny>>,
        context: Option<&Bound<'py, PyAny>>,
        by_alias: Option<bool>,
        exclude_unset: bool,
        exclude_defaults: bool,
        exclude_none: bool,
        exclude_computed_fields: bool,
        round_trip: bool,
        warnings: Option<&Bound<'py, PyAny>>,
        fallback: Option<&Bound<'py, PyAny>>,
        serialize_as_any: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let how = How {
            exclude_unset,
            exclude_defaults,
            exclude_none,
        };
        dumped(
            slf,
            is_json(slf.py(), mode)?,
            how,
            &Only::new(include, exclude),
        )
    }

    /// The same as JSON text.
    #[pyo3(signature = (
        *, indent=None, ensure_ascii=false, include=None, exclude=None, context=None, by_alias=None,
        exclude_unset=false, exclude_defaults=false, exclude_none=false, exclude_computed_fields=false,
        round_trip=false, warnings=None, fallback=None, serialize_as_any=false
    ))]
    #[allow(
        clippy::too_many_arguments,
        unused_variables,
        reason = "the arguments of pydantic"
    )]
    fn model_dump_json<'py>(
        slf: &Bound<'py, Self>,
        indent: Option<u8>,
        ensure_ascii: bool,
        include: Option<Bound<'py, PyAny>>,
        exclude: Option<Bound<'py, PyAny>>,
        context: Option<&Bound<'py, PyAny>>,
        by_alias: Option<bool>,
        exclude_unset: bool,
        exclude_defaults: bool,
        exclude_none: bool,
        exclude_computed_fields: bool,
        round_trip: bool,
        warnings: Option<&Bound<'py, PyAny>>,
        fallback: Option<&Bound<'py, PyAny>>,
        serialize_as_any: bool,
    ) -> PyResult<String> {
        let how = How {
            exclude_unset,
            exclude_defaults,
            exclude_none,
        };
        let node = dump_model(model(slf)?, how, &Only::new(include, exclude))?;
        node.to_text(indent, ensure_ascii)
    }

    /// The fields as a dict, nested models as dicts too. What did not come is left out.
    ///
    /// With `mode="json"` times are texts.
    #[pyo3(signature = (
        *, mode="python", use_api_names=true, exclude_unset=true, exclude_defaults=false, exclude_none=false,
        warnings=true
    ))]
    #[allow(
        unused_variables,
        reason = "every field has its name of the API; nothing is warned of"
    )]
    fn to_dict<'py>(
        slf: &Bound<'py, Self>,
        mode: &str,
        use_api_names: bool,
        exclude_unset: bool,
        exclude_defaults: bool,
        exclude_none: bool,
        warnings: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let how = How {
            exclude_unset,
            exclude_defaults,
            exclude_none,
        };
        dumped(slf, is_json(slf.py(), mode)?, how, &Only::default())
    }

    /// The fields as JSON text, as the API would write it but for the indentation; `indent=None` goes without.
    #[pyo3(signature = (
        *, indent=Some(2), use_api_names=true, exclude_unset=true, exclude_defaults=false, exclude_none=false,
        warnings=true
    ), text_signature = "($self, *, indent=2, use_api_names=True, exclude_unset=True, exclude_defaults=False, \
exclude_none=False, warnings=True)")]
    #[allow(clippy::too_many_arguments, unused_variables, reason = "as `to_dict`")]
    fn to_json(
        slf: &Bound<'_, Self>,
        indent: Option<u8>,
        use_api_names: bool,
        exclude_unset: bool,
        exclude_defaults: bool,
        exclude_none: bool,
        warnings: bool,
    ) -> PyResult<String> {
        let how = How {
            exclude_unset,
            exclude_defaults,
            exclude_none,
        };
        dump_model(model(slf)?, how, &Only::default())?.to_text(indent, false)
    }

    /// A copy in which the fields of `update` are others. They go through the checks of an answer.
    #[pyo3(signature = (*, update=None, deep=false))]
    #[allow(
        unused_variables,
        reason = "a copy of what does not change is always deep"
    )]
    fn model_copy<'py>(
        slf: &Bound<'py, Self>,
        update: Option<&Bound<'py, PyMapping>>,
        deep: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        changed(slf, update)
    }

    /// The same as `model_copy`.
    #[pyo3(signature = (*, update=None, deep=false))]
    #[allow(
        unused_variables,
        reason = "a copy of what does not change is always deep"
    )]
    fn copy<'py>(
        slf: &Bound<'py, Self>,
        update: Option<&Bound<'py, PyMapping>>,
        deep: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        changed(slf, update)
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        changed(slf, None)
    }

    fn __deepcopy__<'py>(
        slf: &Bound<'py, Self>,
        _memo: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        changed(slf, None)
    }

    #[pyo3(signature = (**changes))]
    fn __replace__<'py>(
        slf: &Bound<'py, Self>,
        changes: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        changed(slf, changes.map(PyDictMethods::as_mapping))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let text = model(slf)?.to_value().map_err(not_json)?.to_string();
        Ok((slf.get_type().getattr("from_json")?, (text,)))
    }

    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let model = model(slf)?;
        match model.extra().get(name) {
            Some(value) => value.to_python(slf.py()),
            None => Err(PyAttributeError::new_err(format!(
                "'{}' object has no attribute '{name}'",
                model.class().name
            ))),
        }
    }

    fn __setattr__(slf: &Bound<'_, Self>, name: &str, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        let model = model(slf)?.class().name;
        Err(PyAttributeError::new_err(format!(
            "'{model}' object does not change: `model_copy(update={{\"{name}\": ...}})` gives a copy that differs"
        )))
    }

    fn __delattr__(slf: &Bound<'_, Self>, name: &str) -> PyResult<()> {
        let model = model(slf)?.class().name;
        Err(PyAttributeError::new_err(format!(
            "'{model}' object does not change: '{name}' stays"
        )))
    }

    fn __dir__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let py = slf.py();
        let names = py.get_type::<PyAny>().call_method1("__dir__", (slf,))?;
        let names = names.cast_into::<PyList>()?;
        for name in model(slf)?.extra().keys() {
            names.append(name)?;
        }
        Ok(names)
    }

    /// The fields and their values, also those that did not come: `dict(model)` is a dict of them.
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        let py = slf.py();
        let model = model(slf)?;
        let pairs = PyList::empty(py);
        for (field, value) in super::fields(model) {
            pairs.append(((field.text)(py), value.to_python(py)?))?;
        }
        for (name, value) in model.extra().iter() {
            pairs.append((name, value.to_python(py)?))?;
        }
        pairs.try_iter()
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let other = other.cast::<Self>();
        let (Ok(other), CompareOp::Eq | CompareOp::Ne) = (other, op) else {
            return Ok(py.NotImplemented().into_bound(py));
        };
        let is_equal = model(slf)?.is_equal(model(other)?);
        object(py, is_equal == matches!(op, CompareOp::Eq))
    }

    /// Secrets are hidden. Nobody can know whether a new field is one, so only its name is shown.
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let model = model(slf)?;
        let mut text = format!("{}(", model.class().name);
        let mut before = "";
        for (field, value) in fields_set(model) {
            for part in [before, field.name, "="] {
                text.push_str(part);
            }
            if value.is_secret() {
                text.push_str("'***'");
            } else {
                text.push_str(&value.to_python(slf.py())?.repr()?.to_cow()?);
            }
            before = ", ";
        }
        for name in model.extra().keys() {
            for part in [before, name, "=..."] {
                text.push_str(part);
            }
            before = ", ";
        }
        text.push(')');
        Ok(text)
    }
}
