//! The clients: options in, resources out.

use std::sync::Mutex;
use std::time::Duration;

use kernel_client::host::{self, Caller, Language, Limit, Plugins};
use kernel_client::http::Method;
use kernel_client::models::NoParams;
use kernel_client::{Call, ClientOptions, Kernel as Client, ManagedAuthSession};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyDict, PyFloat, PyTuple};

use crate::arguments::{Absent, Given, decode_all, decode_keywords};
use crate::bridge::{Coroutine, lock};
use crate::current::{Behind, Current};
use crate::form::{Asyncio, Blocking};
use crate::headers::Headers;
use crate::resources::{
    AsyncAuthResource, AsyncAuthResourceWithRawResponse, AsyncAuthResourceWithStreamingResponse,
    AuthResource, AuthResourceWithRawResponse, AuthResourceWithStreamingResponse,
};
use crate::verbs::{Request, Verbs};
use crate::{error, plugins};

/// How a client works, in the words of the API's own.
pub(crate) const BLOCKING: &str = "false";
pub(crate) const ASYNCIO: &str = "async:asyncio";

type Options<'a, 'py> = &'a [(&'static str, Given<'py>)];

/// The client for these options.
fn open(
    py: Python<'_>,
    mode: &str,
    options: Options<'_, '_>,
    plugins: Plugins,
) -> PyResult<Client> {
    let options: ClientOptions = decode(py, options)?;
    let (caller, environment) = (caller(py, mode)?, Environment::read(py)?);
    let client = py.detach(|| host::client(options, plugins, caller, |name| environment.get(name)));
    client.map_err(|failure| error::to_python(py, &failure))
}

/// The call that exchanges a handoff code for a session, without the API key.
pub(crate) fn exchange(
    py: Python<'_>,
    mode: &str,
    id: Given<'_>,
    handoff_code: Given<'_>,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Call<NoParams, ManagedAuthSession>> {
    let plugins = plugins::among(options.as_ref(), mode == ASYNCIO)?;
    let options: ClientOptions = decode_keywords(py, options, Absent::Null)?;
    let (id, code) = (id.require("id")?, handoff_code.require("handoff_code")?);
    let (caller, environment) = (caller(py, mode)?, Environment::read(py)?);
    let variable = |name: &str| environment.get(name);
    let call = py.detach(|| host::exchange(options, plugins, caller, variable, id, code));
    call.map_err(|failure| error::to_python(py, &failure))
}

fn decode(py: Python<'_>, options: Options<'_, '_>) -> PyResult<ClientOptions> {
    let is_none = |(name, given): &(&str, Given<'_>)| *name == "max_retries" && given.is_none();
    if options.iter().any(is_none) {
        // Programs written for the API's own client may match on it.
        return Err(PyTypeError::new_err(
            "max_retries cannot be None. 0 turns retries off; left out, it is 2.",
        ));
    }
    let mut given = Vec::with_capacity(options.len());
    for (name, value) in options {
        let value = if *name == "base_url" {
            value.written()?
        } else {
            value.clone()
        };
        given.push((*name, value));
    }
    decode_all(py, &given, Absent::Null)
}

/// The limits of an attempt as they were given: None, a number, or a `Timeout`.
pub(crate) fn timeout<'py>(py: Python<'py>, limit: &Limit) -> PyResult<Option<Bound<'py, PyAny>>> {
    static TIMEOUT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs_f64());
    match *limit {
        Limit::Whole(limit) => Ok(seconds(limit).map(|limit| PyFloat::new(py, limit).into_any())),
        Limit::Parts {
            connect,
            read,
            write,
            pool,
        } => {
            let parts = [connect, read, write, pool].map(seconds);
            let parts = host::TIMEOUT_PARTS.into_iter().zip(parts);
            let parts = parts.into_py_dict(py)?;
            TIMEOUT
                .import(py, "kernel_client._timeout", "Timeout")?
                .call((), Some(&parts))
                .map(Some)
        }
    }
}

fn caller(py: Python<'_>, mode: &str) -> PyResult<Caller> {
    let version = py.version_info();
    Ok(Caller {
        language: Language::Python,
        runtime: Some(implementation(py)?),
        runtime_version: Some(format!(
            "{}.{}.{}",
            version.major, version.minor, version.patch
        )),
        mode: Some(mode.to_owned()),
    })
}

/// What the program's own `os.environ` says.
struct Environment(Vec<(&'static str, Option<String>)>);

impl Environment {
    fn read(py: Python<'_>) -> PyResult<Self> {
        let environ = py
            .import(intern!(py, "os"))?
            .getattr(intern!(py, "environ"))?;
        let mut variables = Vec::with_capacity(host::ENVIRONMENT.len());
        for name in host::ENVIRONMENT {
            let value: Option<String> = environ
                .call_method1(intern!(py, "get"), (*name,))?
                .extract()?;
            variables.push((*name, value));
        }
        Ok(Self(variables))
    }

    fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        value.clone()
    }
}

/// What runs the program, in the spelling that `platform.python_implementation()` has.
fn implementation(py: Python<'_>) -> PyResult<String> {
    let name: String = py
        .import(intern!(py, "sys"))?
        .getattr("implementation")?
        .getattr("name")?
        .extract()?;
    Ok(match name.as_str() {
        "cpython" => "CPython".to_owned(),
        "pypy" => "PyPy".to_owned(),
        _ => name,
    })
}

/// A copy of the client that differs in these options.
fn copy(
    py: Python<'_>,
    client: &Client,
    options: Options<'_, '_>,
    plugins: Plugins,
) -> PyResult<Client> {
    let options: ClientOptions = decode(py, options)?;
    let copy = py.detach(|| client.with_options(options));
    let copy = copy.map(|copy| host::with_plugins(&copy, plugins));
    copy.map_err(|failure| error::to_python(py, &failure))
}

/// Closes an HTTP client of the program's by this function of `kernel_client._http`.
fn close(py: Python<'_>, function: &str, client: Py<PyAny>) -> PyResult<Py<PyAny>> {
    let module = py.import(intern!(py, "kernel_client._http"))?;
    Ok(module.call_method1(function, (client,))?.unbind())
}

macro_rules! client {
    (
        $(#[$doc:meta])*
        $name:ident, $mode:ident, $is_async:literal, $auth:ident, $raw:ident, $raw_auth:ident, $streaming:ident, $streaming_auth:ident
        $form:ident { $($verb:ident $method:ident)* }
        options { $($option:ident)* }
        copies { $($copied:ident)* }
        $($own:tt)*
    ) => {
        $(#[$doc])*
        #[pyclass(frozen, weakref, subclass, module = "kernel_client")]
        pub(crate) struct $name {
            current: Current,
            auth: PyOnceLock<Py<$auth>>,
            /// The program's own, which is closed with this one.
            http_client: Mutex<Option<Py<PyAny>>>,
        }

        impl $name {
            fn change(&self, py: Python<'_>, option: &'static str, value: Given<'_>) -> PyResult<()> {
                self.current.set(copy(py, &self.current.core()?, &[(option, value)], Plugins::default())?);
                Ok(())
            }

            fn http_client(&self, py: Python<'_>) -> Option<Py<PyAny>> {
                lock(&self.http_client).as_ref().map(|client| client.clone_ref(py))
            }
        }

        #[pymethods]
        impl $name {
            // A class made of this one may take what it likes: its `__init__` says what goes on to ours.
            #[new]
            #[pyo3(signature = (*_args, **_options))]
            fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Self {
                Self { current: Current::default(), auth: PyOnceLock::new(), http_client: Mutex::default() }
            }

            // What `__init__` comes to: it is Python's own function, which tells what it takes.
            #[pyo3(signature = (
                *, $($option = Given::ABSENT,)* http_client = Given::ABSENT, propagate = Given::ABSENT
            ))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn _init(
                &self, py: Python<'_>, $($option: Given<'_>,)* http_client: Given<'_>, propagate: Given<'_>
            ) -> PyResult<()> {
                let plugins = plugins::of(&http_client, &propagate, $is_async)?;
                self.current.set(open(py, $mode, &[$((stringify!($option), $option)),*], plugins)?);
                *lock(&self.http_client) = http_client.object().map(|client| client.clone().unbind());
                Ok(())
            }

            /// A copy with other options. It shares the connections unless the options change how they are made.
            #[pyo3(signature = (
                *, $($option = Given::ABSENT,)* $($copied = Given::ABSENT,)*
                http_client = Given::ABSENT, propagate = Given::ABSENT
            ))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn with_options<'py>(
                slf: &Bound<'py, Self>, $($option: Given<'py>,)* $($copied: Given<'py>,)*
                http_client: Given<'py>, propagate: Given<'py>
            ) -> PyResult<Bound<'py, Self>> {
                let plugins = plugins::of(&http_client, &propagate, $is_async)?;
                let options = &[$((stringify!($option), $option),)* $((stringify!($copied), $copied)),*];
                let core = copy(slf.py(), &slf.get().current.core()?, options, plugins)?;
                // Of the same class, with what the caller's own class keeps, and without asking its `__init__`.
                let class = slf.get_type();
                let copied = class.call_method1(intern!(slf.py(), "__new__"), (&class,))?.cast_into::<Self>()?;
                copied.get().current.set(core);
                let own = http_client.object().map(|client| client.clone().unbind());
                *lock(&copied.get().http_client) = own.or_else(|| slf.get().http_client(slf.py()));
                if let Ok(own) = slf.getattr(intern!(slf.py(), "__dict__")) {
                    copied.getattr(intern!(slf.py(), "__dict__"))?.cast::<PyDict>()?.update(own.cast()?)?;
                }
                Ok(copied)
            }

            /// The same as `with_options`.
            #[pyo3(signature = (
                *, $($option = Given::ABSENT,)* $($copied = Given::ABSENT,)*
                http_client = Given::ABSENT, propagate = Given::ABSENT
            ))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn copy<'py>(
                slf: &Bound<'py, Self>, $($option: Given<'py>,)* $($copied: Given<'py>,)*
                http_client: Given<'py>, propagate: Given<'py>
            ) -> PyResult<Bound<'py, Self>> {
                Self::with_options(slf, $($option,)* $($copied,)* http_client, propagate)
            }

            /// Managed auth: browser profiles that stay signed in.
            #[getter]
            fn auth(&self, py: Python<'_>) -> PyResult<Py<$auth>> {
                let auth = self.auth.get_or_try_init(py, || Py::new(py, $auth::new(self.current.clone())))?;
                Ok(auth.clone_ref(py))
            }

            /// The same calls, giving the answer with what came with it: status, headers, request id.
            #[getter]
            fn with_raw_response(&self) -> $raw {
                $raw { current: self.current.clone() }
            }

            /// The same calls, to be made by `with`: the answer's body is read inside, as its caller likes.
            #[getter]
            fn with_streaming_response(&self) -> $streaming {
                $streaming { current: self.current.clone() }
            }

            /// The API key. Another one is used from the next request on.
            #[getter]
            fn api_key(&self) -> PyResult<String> {
                let client = self.current.core()?;
                Ok(host::settings(&client).api_key.unwrap_or_default().to_owned())
            }

            #[setter]
            fn set_api_key(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "api_key", value)
            }

            /// Where the API is, with a slash at its end.
            #[getter]
            fn base_url(&self) -> PyResult<String> {
                Ok(self.current.core()?.base_url().to_owned())
            }

            #[setter]
            fn set_base_url(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "base_url", value)
            }

            /// The project by id.
            #[getter]
            fn project_id(&self) -> PyResult<Option<String>> {
                let client = self.current.core()?;
                Ok(host::settings(&client).project_id.map(str::to_owned))
            }

            #[setter]
            fn set_project_id(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "project_id", value)
            }

            /// The project by name.
            #[getter]
            fn project(&self) -> PyResult<Option<String>> {
                let client = self.current.core()?;
                Ok(host::settings(&client).project.map(str::to_owned))
            }

            #[setter]
            fn set_project(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "project", value)
            }

            /// The limit of one attempt as it was given: seconds, a `Timeout`, or None when there is none.
            #[getter]
            fn timeout<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
                timeout(py, &host::settings(&self.current.core()?).timeout)
            }

            #[setter]
            fn set_timeout(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "timeout", value)
            }

            /// How often a failed request is sent again.
            #[getter]
            fn max_retries(&self) -> PyResult<u32> {
                Ok(self.current.core()?.max_retries())
            }

            #[setter]
            fn set_max_retries(&self, py: Python<'_>, value: Given<'_>) -> PyResult<()> {
                self.change(py, "max_retries", value)
            }

            /// The headers of every request: the client's own, and those it was given over them.
            #[getter]
            fn default_headers(&self) -> PyResult<Headers> {
                let client = self.current.core()?;
                Ok(Headers::new(host::settings(&client).default_headers))
            }

            /// The query parameters of every request.
            #[getter]
            fn default_query<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                let client = self.current.core()?;
                let query = PyDict::new(py);
                for (name, value) in host::settings(&client).default_query {
                    query.set_item(name, host::to_python(py, value)?)?;
                }
                Ok(query)
            }

            /// Whether the client, or a copy that shares its connections, has been closed.
            fn is_closed(&self) -> PyResult<bool> {
                Ok(self.current.core()?.is_closed())
            }

            /// Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.
            /// `cast_to` says what the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`.
            #[pyo3(signature = (path, *, cast_to, options = None, stream = false, stream_cls = None))]
            fn get(
                &self,
                py: Python<'_>,
                path: Given<'_>,
                cast_to: Py<PyAny>,
                options: Option<Bound<'_, PyDict>>,
                stream: bool,
                stream_cls: Option<&Bound<'_, PyAny>>,
            ) -> PyResult<Py<PyAny>> {
                // There is one class of streams.
                let _ = stream_cls;
                let request = Request { method: Method::GET, path, body: Given::ABSENT, content: None, options };
                $form::request(py, &self.current.core()?, request, cast_to, stream)
            }

            $(
                /// Calls a path of the API that has no method here, as `get` does. `body` is sent as JSON, `content` as
                /// it is.
                #[pyo3(signature = (
                    path, *, cast_to, body = Given::ABSENT, content = None, options = None, stream = false,
                    stream_cls = None
                ))]
                #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
                fn $verb(
                    &self,
                    py: Python<'_>,
                    path: Given<'_>,
                    cast_to: Py<PyAny>,
                    body: Given<'_>,
                    content: Option<Vec<u8>>,
                    options: Option<Bound<'_, PyDict>>,
                    stream: bool,
                    stream_cls: Option<&Bound<'_, PyAny>>,
                ) -> PyResult<Py<PyAny>> {
                    let _ = stream_cls;
                    let request = Request { method: Method::$method, path, body, content, options };
                    $form::request(py, &self.current.core()?, request, cast_to, stream)
                }
            )*

            /// Calls a path of the API that lists `model`s page by page.
            #[pyo3(signature = (path, *, model, page = None, body = Given::ABSENT, options = None, method = "get"))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn get_api_list(
                &self,
                py: Python<'_>,
                path: Given<'_>,
                model: &Bound<'_, PyAny>,
                page: Option<&Bound<'_, PyAny>>,
                body: Given<'_>,
                options: Option<Bound<'_, PyDict>>,
                method: &str,
            ) -> PyResult<Py<PyAny>> {
                // There is one class of pages.
                let _ = page;
                let method = host::method(Some(method)).map_err(|error| error::to_python(py, &error))?;
                let request = Request { method, path, body, content: None, options };
                $form::list(py, &self.current.core()?, request, model)
            }

            // Where the API is and nothing else: options may hold secrets.
            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
                let name = slf.get_type().name()?;
                Ok(match slf.get().current.core() {
                    Ok(client) => format!("{name}(base_url={:?})", client.base_url()),
                    Err(_) => format!("{name}()"),
                })
            }

            $($own)*
        }

        /// The API, each answer with what came with it: status, headers, request id.
        #[pyclass(frozen, module = "kernel_client")]
        pub(crate) struct $raw {
            current: Current,
        }

        #[pymethods]
        impl $raw {
            /// Managed auth: browser profiles that stay signed in.
            #[getter]
            fn auth(&self) -> $raw_auth {
                $raw_auth::new(self.current.clone())
            }
        }

        /// The API, each call to be made by `with`: the answer's body is read inside, as its caller likes.
        #[pyclass(frozen, module = "kernel_client")]
        pub(crate) struct $streaming {
            current: Current,
        }

        #[pymethods]
        impl $streaming {
            /// Managed auth: browser profiles that stay signed in.
            #[getter]
            fn auth(&self) -> $streaming_auth {
                $streaming_auth::new(self.current.clone())
            }
        }
    };
}

macro_rules! clients {
    (options $options:tt copies $copies:tt) => {
        client! {
            /// A client of the Kernel API whose calls block until the answer is there.
            ///
            /// Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have
            /// defaults. One client serves any number of threads.
            Kernel, BLOCKING, false, AuthResource, KernelWithRawResponse, AuthResourceWithRawResponse,
            KernelWithStreamingResponse, AuthResourceWithStreamingResponse
            Blocking { post POST patch PATCH put PUT delete DELETE }
            options $options
            copies $copies

            /// Lets go of the connections, and closes an `http_client` that can be closed. Later calls fail with
            /// `APIConnectionError`.
            fn close(&self, py: Python<'_>) -> PyResult<()> {
                let client = self.current.core()?;
                py.detach(|| client.close());
                match self.http_client(py) {
                    Some(client) => close(py, "close", client).map(drop),
                    None => Ok(()),
                }
            }

            fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
                slf
            }

            #[pyo3(signature = (*_exception))]
            fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
                self.close(py)
            }
        }

        client! {
            /// A client of the Kernel API for asyncio.
            ///
            /// Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have
            /// defaults. One client serves any number of tasks, event loops and threads.
            AsyncKernel, ASYNCIO, true, AsyncAuthResource, AsyncKernelWithRawResponse, AsyncAuthResourceWithRawResponse,
            AsyncKernelWithStreamingResponse, AsyncAuthResourceWithStreamingResponse
            Asyncio { post POST patch PATCH put PUT delete DELETE }
            options $options
            copies $copies

            /// Lets go of the connections, and closes an `http_client` that can be closed. Later calls fail with
            /// `APIConnectionError`.
            fn close(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                let client = self.current.core()?;
                if let Some(own) = self.http_client(py) {
                    py.detach(|| client.close());
                    return close(py, "close_async", own);
                }
                let closed = Coroutine::immediate("AsyncKernel.close", move |py| {
                    py.detach(|| client.close());
                    Ok(py.None())
                });
                closed.into_py_any(py)
            }

            fn __aenter__(slf: Py<Self>) -> Coroutine {
                Coroutine::immediate("AsyncKernel.__aenter__", |_| Ok(slf.into_any()))
            }

            #[pyo3(signature = (*_exception))]
            fn __aexit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
                self.close(py)
            }
        }
    };
}

clients! {
    options {
        api_key project_id project environment base_url timeout max_retries default_headers default_query
        root_certificates proxy connect_timeout total_timeout idle_timeout max_response_bytes max_event_bytes log_level
    }
    copies { set_default_headers set_default_query }
}
