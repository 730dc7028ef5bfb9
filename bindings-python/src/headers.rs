//! Headers, by name whatever its case.

use kernel_client::host;
use kernel_client::http::HeaderMap;
use pyo3::exceptions::PyKeyError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyMapping, PyString, PyType};

/// The headers of a request or an answer, by name whatever its case. A header that came several times reads as one value,
/// joined with commas; `get_list` and `multi_items` keep them apart.
#[pyclass(frozen, mapping, module = "kernel_client")]
pub(crate) struct Headers {
    /// Names in lower case.
    entries: Vec<(String, String)>,
}

impl Headers {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let text = |value: &[u8]| match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            // What HTTP says of bytes beyond ASCII.
            Err(_) => value.iter().copied().map(char::from).collect(),
        };
        Self {
            entries: headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect(),
        }
    }

    /// What a program gives for headers: these, a mapping, or pairs.
    pub(crate) fn from_python(
        py: Python<'_>,
        given: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Self>> {
        let Some(given) = given else {
            return Py::new(py, Self::from_pairs(Vec::new()));
        };
        if let Ok(headers) = given.cast::<Self>() {
            return Ok(headers.clone().unbind());
        }
        let pairs = match given.cast::<PyMapping>() {
            Ok(mapping) => mapping.items()?.into_any(),
            Err(_) => given.clone(),
        };
        Py::new(py, Self::from_pairs(pairs.extract()?))
    }

    /// Those that prove nothing of who sends them.
    pub(crate) fn without_secrets(&self) -> Self {
        let shown = |(name, _): &&(String, String)| !host::is_secret_header(name);
        Self {
            entries: self.entries.iter().filter(shown).cloned().collect(),
        }
    }

    /// Names with their values; a repeated name once, its values joined.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, _) in &self.entries {
            dict.set_item(name, self.find(name))?;
        }
        Ok(dict)
    }

    fn find(&self, name: &str) -> Option<String> {
        let values = self.get_list(name);
        (!values.is_empty()).then(|| values.join(", "))
    }
}

#[pymethods]
impl Headers {
    /// From pairs of a name and a value, as `multi_items` gives them.
    #[new]
    fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self {
            entries: pairs
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
        }
    }

    fn __getitem__(&self, name: &str) -> PyResult<String> {
        self.find(name)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>()
            .is_ok_and(|name| self.find(&name).is_some())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.to_dict(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.to_dict(py)?.try_iter()
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let own = self.to_dict(py)?;
        match other.cast::<Self>() {
            Ok(other) => own.eq(other.get().to_dict(py)?),
            Err(_) => own.eq(other),
        }
    }

    /// The value of a header, or `default`.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> Option<Bound<'py, PyAny>> {
        self.find(key)
            .map(|value| PyString::new(py, &value).into_any())
            .or(default)
    }

    /// The names, in lower case.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "keys"))
    }

    /// The values, one for each name.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "values"))
    }

    /// Names with their values.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.call_method0(intern!(py, "items"))
    }

    /// Every value that came under a name.
    fn get_list(&self, name: &str) -> Vec<&str> {
        self.entries
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Every header as it came, repeated names included.
    fn multi_items(&self) -> Vec<(String, String)> {
        self.entries.clone()
    }

    // Names alone: a value may be a cookie.
    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        format!("<Headers {}>", names.join(", "))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (Vec<(String, String)>,)) {
        (slf.get_type(), (slf.get().multi_items(),))
    }
}
