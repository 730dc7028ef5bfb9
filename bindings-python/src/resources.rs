//! The resources: four classes each (blocking, asyncio, and both with raw responses), one line an endpoint.

use kernel_client::models::LoginResponse;
use kernel_client::{Call, CallOptions, Kernel as Client};
use pyo3::prelude::*;
use pyo3::{IntoPyObject, IntoPyObjectExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::{Absent, Given, decode_all};
use crate::bridge::Coroutine;
use crate::response::{APIResponse, Answer, AsyncAPIResponse};
use crate::runtime;

/// An answer of the API that is an object in Python.
trait Model: DeserializeOwned + Send + 'static + for<'py> IntoPyObject<'py> {}

impl<T: DeserializeOwned + Send + 'static + for<'py> IntoPyObject<'py>> Model for T {}

/// How the methods of a class make their calls. Futures are boxed first thing: they are large, and moved often.
trait Form {
    type Output<T>;

    fn perform<P, T>(
        py: Python<'_>,
        name: &'static str,
        call: Call<P, T>,
    ) -> PyResult<Self::Output<T>>
    where
        P: Serialize + Send + 'static,
        T: Model;
}

struct Blocking;

impl Form for Blocking {
    type Output<T> = T;

    fn perform<P, T>(py: Python<'_>, _name: &'static str, call: Call<P, T>) -> PyResult<T>
    where
        P: Serialize + Send + 'static,
        T: Model,
    {
        runtime::wait(py, call.into_future())
    }
}

struct BlockingRaw;

impl Form for BlockingRaw {
    type Output<T> = APIResponse;

    fn perform<P, T>(py: Python<'_>, _name: &'static str, call: Call<P, T>) -> PyResult<APIResponse>
    where
        P: Serialize + Send + 'static,
        T: Model,
    {
        let response = runtime::wait(py, Box::pin(call.send()))?;
        Answer::new(py, response).map(APIResponse)
    }
}

struct Asyncio;

impl Form for Asyncio {
    type Output<T> = Coroutine;

    fn perform<P, T>(_py: Python<'_>, name: &'static str, call: Call<P, T>) -> PyResult<Coroutine>
    where
        P: Serialize + Send + 'static,
        T: Model,
    {
        Ok(Coroutine::new(name, call.into_future(), |py, data| {
            data.into_py_any(py)
        }))
    }
}

struct AsyncioRaw;

impl Form for AsyncioRaw {
    type Output<T> = Coroutine;

    fn perform<P, T>(_py: Python<'_>, name: &'static str, call: Call<P, T>) -> PyResult<Coroutine>
    where
        P: Serialize + Send + 'static,
        T: Model,
    {
        let present =
            |py: Python<'_>, response| AsyncAPIResponse(Answer::new(py, response)?).into_py_any(py);
        Ok(Coroutine::new(name, Box::pin(call.send()), present))
    }
}

/// The options of a call, as every method takes them.
struct Options<'py> {
    extra_headers: Option<Given<'py>>,
    extra_query: Option<Given<'py>>,
    extra_body: Option<Given<'py>>,
    timeout: Given<'py>,
    total_timeout: Given<'py>,
    max_retries: Given<'py>,
}

impl Options<'_> {
    fn decode(self) -> PyResult<CallOptions> {
        let Self {
            extra_headers,
            extra_query,
            extra_body,
            timeout,
            total_timeout,
            max_retries,
        } = self;
        let or_absent = |given: Option<_>| given.unwrap_or(Given::ABSENT);
        Ok(CallOptions {
            headers: or_absent(extra_headers).decode_or_default("extra_headers", Absent::Null)?,
            query: or_absent(extra_query).decode_or_default("extra_query", Absent::Skipped)?,
            extra_body: or_absent(extra_body).decode_or_default("extra_body", Absent::Skipped)?,
            timeout: timeout.decode("timeout", Absent::Skipped)?,
            total_timeout: total_timeout.decode("total_timeout", Absent::Skipped)?,
            max_retries: max_retries.decode_or_default("max_retries", Absent::Skipped)?,
        })
    }
}

macro_rules! resource {
    (
        $(#[$doc:meta])*
        $blocking:ident, $asyncio:ident, $blocking_raw:ident, $asyncio_raw:ident
        parts { $( $part:ident: $of_blocking:ident, $of_asyncio:ident, $of_blocking_raw:ident, $of_asyncio_raw:ident; )* }
        calls $calls:tt
    ) => {
        resource! { @class [$(#[$doc])*] $blocking Blocking [$blocking_raw] { $( $part: $of_blocking, )* } $calls }
        resource! { @class [$(#[$doc])*] $asyncio Asyncio [$asyncio_raw] { $( $part: $of_asyncio, )* } $calls }
        resource! { @class [$(#[$doc])*] $blocking_raw BlockingRaw [] { $( $part: $of_blocking_raw, )* } $calls }
        resource! { @class [$(#[$doc])*] $asyncio_raw AsyncioRaw [] { $( $part: $of_asyncio_raw, )* } $calls }
    };
    (
        @class [$($doc:tt)*] $class:ident $form:ident [$($raw:ident)?]
        { $( $part:ident: $of:ident, )* }
        { $(
            $(#[$about:meta])*
            $name:ident($($required:ident),*; $($keyword:ident),*) -> $answer:ident = $($step:ident()).+;
        )* }
    ) => {
        $($doc)*
        #[pyclass(frozen, module = "kernel_client")]
        pub(crate) struct $class {
            client: Client,
        }

        impl $class {
            pub(crate) fn new(client: Client) -> Self {
                Self { client }
            }
        }

        #[pymethods]
        impl $class {
            $(
                #[getter]
                fn $part(&self) -> $of {
                    $of::new(self.client.clone())
                }
            )*

            $(
                /// The same calls, giving the answer with what came with it: status, headers, request id.
                #[getter]
                fn with_raw_response(&self) -> $raw {
                    $raw::new(self.client.clone())
                }
            )?

            $(
                $(#[$about])*
                #[pyo3(signature = (
                    $($required,)* *, $($keyword = Given::ABSENT,)*
                    extra_headers = None, extra_query = None, extra_body = None,
                    timeout = Given::ABSENT, total_timeout = Given::ABSENT, max_retries = Given::ABSENT,
                ))]
                #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
                fn $name<'py>(
                    &self,
                    py: Python<'py>,
                    $($required: Given<'py>,)*
                    $($keyword: Given<'py>,)*
                    extra_headers: Option<Given<'py>>,
                    extra_query: Option<Given<'py>>,
                    extra_body: Option<Given<'py>>,
                    timeout: Given<'py>,
                    total_timeout: Given<'py>,
                    max_retries: Given<'py>,
                ) -> PyResult<<$form as Form>::Output<$answer>> {
                    let options = Options { extra_headers, extra_query, extra_body, timeout, total_timeout, max_retries };
                    let params = decode_all(py, &[$((stringify!($keyword), $keyword)),*], Absent::Skipped)?;
                    let call = self.client.$($step().)+$name($($required.require(stringify!($required))?),*);
                    let name = concat!(stringify!($class), ".", stringify!($name));
                    $form::perform(py, name, call.params(params).options(options.decode()?))
                }
            )*
        }
    };
}

resource! {
    /// Managed auth: browser profiles that stay signed in.
    AuthResource, AsyncAuthResource, AuthResourceWithRawResponse, AsyncAuthResourceWithRawResponse
    parts {
        connections: ConnectionsResource, AsyncConnectionsResource, ConnectionsResourceWithRawResponse,
            AsyncConnectionsResourceWithRawResponse;
    }
    calls {}
}

resource! {
    /// Auth connections: a profile, a site, and how the one stays signed in to the other.
    ConnectionsResource, AsyncConnectionsResource, ConnectionsResourceWithRawResponse,
    AsyncConnectionsResourceWithRawResponse
    parts {}
    calls {
        /// Starts a login flow and gives at once the page where the user signs in; with stored credentials Kernel
        /// signs in by itself. A flow that is already running is a `ConflictError`.
        login(id; browser, browser_telemetry, proxy, record_session, skill_mode) -> LoginResponse = auth().connections();
    }
}
