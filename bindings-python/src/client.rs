//! The clients: options in, resources out.

use kernel_client::host::{self, Caller, Language};
use kernel_client::models::NoParams;
use kernel_client::{Call, ClientOptions, Kernel as Client, ManagedAuthSession};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::arguments::{Absent, Given, decode_all, decode_keywords};
use crate::bridge::Coroutine;
use crate::error;
use crate::resources::{AsyncAuthResource, AsyncAuthResourceWithRawResponse};
use crate::resources::{AuthResource, AuthResourceWithRawResponse};

/// How a client works, in the words of the API's own.
pub(crate) const BLOCKING: &str = "false";
pub(crate) const ASYNCIO: &str = "async:asyncio";

type Options<'a, 'py> = &'a [(&'static str, Given<'py>)];

/// The client for these options.
fn open(py: Python<'_>, mode: &str, options: Options<'_, '_>) -> PyResult<Client> {
    let options: ClientOptions = decode_all(py, options, Absent::Null)?;
    let (caller, environment) = (caller(py, mode)?, Environment::read(py)?);
    let client = py.detach(|| host::client(options, caller, |name| environment.get(name)));
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
    let options: ClientOptions = decode_keywords(py, options, Absent::Null)?;
    let (id, code) = (id.require("id")?, handoff_code.require("handoff_code")?);
    let (caller, environment) = (caller(py, mode)?, Environment::read(py)?);
    let variable = |name: &str| environment.get(name);
    let call = py.detach(|| host::exchange(options, caller, variable, id, code));
    call.map_err(|failure| error::to_python(py, &failure))
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
fn copy(py: Python<'_>, client: &Client, options: Options<'_, '_>) -> PyResult<Client> {
    let options: ClientOptions = decode_all(py, options, Absent::Null)?;
    let copy = py.detach(|| client.with_options(options));
    copy.map_err(|failure| error::to_python(py, &failure))
}

macro_rules! client {
    (
        $(#[$doc:meta])*
        $name:ident, $mode:ident, $auth:ident, $raw:ident, $raw_auth:ident
        options { $($option:ident)* }
        copies { $($copied:ident)* }
        $($own:tt)*
    ) => {
        $(#[$doc])*
        #[pyclass(frozen, weakref, module = "kernel_client")]
        pub(crate) struct $name {
            client: Client,
        }

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (*, $($option = Given::ABSENT),*))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn new(py: Python<'_>, $($option: Given<'_>),*) -> PyResult<Self> {
                let client = open(py, $mode, &[$((stringify!($option), $option)),*])?;
                Ok(Self { client })
            }

            /// A copy with other options. It shares the connections unless the options change how they are made.
            #[pyo3(signature = (*, $($option = Given::ABSENT,)* $($copied = Given::ABSENT),*))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn with_options(&self, py: Python<'_>, $($option: Given<'_>,)* $($copied: Given<'_>),*) -> PyResult<Self> {
                let options = &[$((stringify!($option), $option),)* $((stringify!($copied), $copied)),*];
                Ok(Self { client: copy(py, &self.client, options)? })
            }

            /// The same as `with_options`.
            #[pyo3(signature = (*, $($option = Given::ABSENT,)* $($copied = Given::ABSENT),*))]
            #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
            fn copy(&self, py: Python<'_>, $($option: Given<'_>,)* $($copied: Given<'_>),*) -> PyResult<Self> {
                self.with_options(py, $($option,)* $($copied),*)
            }

            /// Managed auth: browser profiles that stay signed in.
            #[getter]
            fn auth(&self) -> $auth {
                $auth::new(self.client.clone())
            }

            /// The same calls, giving the answer with what came with it: status, headers, request id.
            #[getter]
            fn with_raw_response(&self) -> $raw {
                $raw { client: self.client.clone() }
            }

            /// Where the API is.
            #[getter]
            fn base_url(&self) -> &str {
                self.client.base_url()
            }

            /// The limit of one attempt, in seconds; None when there is none.
            #[getter]
            fn timeout(&self) -> Option<f64> {
                self.client.timeout().map(|limit| limit.as_secs_f64())
            }

            /// How often a failed request is sent again.
            #[getter]
            fn max_retries(&self) -> u32 {
                self.client.max_retries()
            }

            /// Whether the client, or a copy that shares its connections, has been closed.
            fn is_closed(&self) -> bool {
                self.client.is_closed()
            }

            // Where the API is and nothing else: options may hold secrets.
            fn __repr__(&self) -> String {
                format!("{}(base_url={:?})", stringify!($name), self.client.base_url())
            }

            $($own)*
        }

        /// The API, each answer with what came with it: status, headers, request id.
        #[pyclass(frozen, module = "kernel_client")]
        pub(crate) struct $raw {
            client: Client,
        }

        #[pymethods]
        impl $raw {
            /// Managed auth: browser profiles that stay signed in.
            #[getter]
            fn auth(&self) -> $raw_auth {
                $raw_auth::new(self.client.clone())
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
            Kernel, BLOCKING, AuthResource, KernelWithRawResponse, AuthResourceWithRawResponse
            options $options
            copies $copies

            /// Lets go of the connections. Later calls fail with `APIConnectionError`.
            fn close(&self, py: Python<'_>) {
                py.detach(|| self.client.close());
            }

            fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
                slf
            }

            #[pyo3(signature = (*_exception))]
            fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
                self.close(py);
            }
        }

        client! {
            /// A client of the Kernel API for asyncio.
            ///
            /// Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have
            /// defaults. One client serves any number of tasks, event loops and threads.
            AsyncKernel, ASYNCIO, AsyncAuthResource, AsyncKernelWithRawResponse, AsyncAuthResourceWithRawResponse
            options $options
            copies $copies

            /// Lets go of the connections. Later calls fail with `APIConnectionError`.
            fn close(&self) -> Coroutine {
                let client = self.client.clone();
                Coroutine::immediate("AsyncKernel.close", move |py| {
                    py.detach(|| client.close());
                    Ok(py.None())
                })
            }

            fn __aenter__(slf: Py<Self>) -> Coroutine {
                Coroutine::immediate("AsyncKernel.__aenter__", |_| Ok(slf.into_any()))
            }

            #[pyo3(signature = (*_exception))]
            fn __aexit__(&self, _exception: &Bound<'_, PyTuple>) -> Coroutine {
                self.close()
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
