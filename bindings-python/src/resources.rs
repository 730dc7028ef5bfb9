//! The resources: six classes each (blocking and asyncio, each by itself, with raw and with streaming responses), one
//! line an endpoint.

use kernel_client::models::{
    AuthContext, LoginResponse, ManagedAuth, ManagedAuthTimelineEvent, SubmitFieldsResponse,
};
use kernel_client::{Call, CallOptions, Events, ManagedAuthSession as Session, Page, host};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::arguments::{Absent, Given, decode_all};
use crate::client;
use crate::current::{Behind, Current};
use crate::error;
use crate::form::{
    Asyncio, AsyncioRaw, AsyncioStreaming, Blocking, BlockingRaw, BlockingStreaming, Form,
};
use crate::login::Handlers;

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
            ..CallOptions::default()
        })
    }
}

/// A resource by its six classes. A line of `calls` is a method: what becomes part of the path, in brackets the
/// parameters that must be given, in braces the others, the options it has beyond those of every call, its answer.
/// That of `waits` brings a login to its end: the parameters of the call that starts it, what else goes with that, the
/// core's way there.
macro_rules! resource {
    (
        $(#[$doc:meta])*
        $core:ty: $blocking:ident, $asyncio:ident, $blocking_raw:ident, $asyncio_raw:ident,
        $blocking_streaming:ident, $asyncio_streaming:ident
        parts { $(
            $part_doc:literal
            $part:ident: $of_blocking:ident, $of_asyncio:ident, $of_blocking_raw:ident, $of_asyncio_raw:ident,
            $of_blocking_streaming:ident, $of_asyncio_streaming:ident;
        )* }
        calls $way:tt $calls:tt
        waits $waits:tt
        own { $($own:tt)* } { $($own_asyncio:tt)* }
    ) => {
        resource! {
            @class [$(#[$doc])*] $core: $blocking Blocking [$blocking_raw $blocking_streaming] { $( $part_doc $part: $of_blocking, )* } $way $calls $waits
            { $($own)* }
        }
        resource! {
            @class [$(#[$doc])*] $core: $asyncio Asyncio [$asyncio_raw $asyncio_streaming] { $( $part_doc $part: $of_asyncio, )* } $way $calls $waits
            { $($own_asyncio)* }
        }
        resource! {
            @class [$(#[$doc])*] $core: $blocking_raw BlockingRaw [] { $( $part_doc $part: $of_blocking_raw, )* } $way $calls {} {}
        }
        resource! {
            @class [$(#[$doc])*] $core: $asyncio_raw AsyncioRaw [] { $( $part_doc $part: $of_asyncio_raw, )* } $way $calls {} {}
        }
        resource! {
            @class [$(#[$doc])*] $core: $blocking_streaming BlockingStreaming [] { $( $part_doc $part: $of_blocking_streaming, )* }
            $way $calls {} {}
        }
        resource! {
            @class [$(#[$doc])*] $core: $asyncio_streaming AsyncioStreaming [] { $( $part_doc $part: $of_asyncio_streaming, )* }
            $way $calls {} {}
        }
    };
    (
        @class [$($doc:tt)*] $core:ty: $class:ident $form:ident [$($raw:ident $streaming:ident)?]
        { $( $part_doc:literal $part:ident: $of:ident, )* }
        $way:tt
        { $(
            $(#[$about:meta])*
            $name:ident($($positional:ident),*)$([$($required:ident),+])?{$($keyword:ident),*}
            $(with $($option:ident),+)? -> $answer:ty;
        )* }
        { $(
            $(#[$waits_about:meta])*
            $waits:ident($($waits_positional:ident)?){$($waits_keyword:ident),*}
            $(with $on_login:ident, $extra_body:ident)? => $flow:ident;
        )? }
        { $($own:tt)* }
    ) => {
        $($doc)*
        // With room for attributes: tests put something else in place of a call.
        #[pyclass(frozen, dict, weakref, module = "kernel_client")]
        pub(crate) struct $class {
            core: $core,
            $( $part: PyOnceLock<Py<$of>>, )*
            $( with_raw_response: PyOnceLock<Py<$raw>>, )?
        }

        impl $class {
            pub(crate) fn new(core: $core) -> Self {
                Self {
                    core,
                    $( $part: PyOnceLock::new(), )*
                    $( with_raw_response: PyOnceLock::<Py<$raw>>::new(), )?
                }
            }
        }

        #[pymethods]
        impl $class {
            $(
                #[doc = $part_doc]
                #[getter]
                fn $part(&self, py: Python<'_>) -> PyResult<Py<$of>> {
                    let made = || Py::new(py, $of::new(self.core.clone()));
                    Ok(self.$part.get_or_try_init(py, made)?.clone_ref(py))
                }
            )*

            $(
                /// The same calls, giving the answer with what came with it: status, headers, request id.
                #[getter]
                fn with_raw_response(&self, py: Python<'_>) -> PyResult<Py<$raw>> {
                    let made = || Py::new(py, $raw::new(self.core.clone()));
                    Ok(self.with_raw_response.get_or_try_init(py, made)?.clone_ref(py))
                }

                /// The same calls, to be made by `with`: the answer's body is read inside, as its caller likes.
                #[getter]
                fn with_streaming_response(&self) -> $streaming {
                    $streaming::new(self.core.clone())
                }
            )?

            $(
                $(#[$about])*
                #[pyo3(signature = (
                    $($positional,)* *, $($($required,)+)? $($keyword = Given::ABSENT,)*
                    extra_headers = None, extra_query = None, extra_body = None,
                    timeout = Given::ABSENT, total_timeout = Given::ABSENT, max_retries = Given::ABSENT,
                    $($($option = Given::ABSENT,)+)?
                ))]
                #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
                fn $name<'py>(
                    &self,
                    py: Python<'py>,
                    $($positional: Given<'py>,)*
                    $($($required: Given<'py>,)+)?
                    $($keyword: Given<'py>,)*
                    extra_headers: Option<Given<'py>>,
                    extra_query: Option<Given<'py>>,
                    extra_body: Option<Given<'py>>,
                    timeout: Given<'py>,
                    total_timeout: Given<'py>,
                    max_retries: Given<'py>,
                    $($($option: Given<'py>,)+)?
                ) -> PyResult<Py<PyAny>> {
                    let options = Options { extra_headers, extra_query, extra_body, timeout, total_timeout, max_retries };
                    let options = options.decode()?;
                    $( let options = CallOptions {
                        $($option: $option.decode(stringify!($option), Absent::Skipped)?,)+
                        ..options
                    }; )?
                    let params = decode_all(
                        py,
                        &[$($((stringify!($required), $required),)+)? $((stringify!($keyword), $keyword)),*],
                        Absent::Skipped,
                    )?;
                    let core = &self.core.core()?;
                    let core = resource!(@way core $way);
                    $( let $positional = $positional.require(stringify!($positional))?; )*
                    let call = resource!(@call core $name [$($positional)*] [$($($required)+)?] params);
                    let call: Call<_, $answer> = call.options(options);
                    $form::perform(py, concat!(stringify!($class), ".", stringify!($name)), call)
                }
            )*

            $(
                $(#[$waits_about])*
                #[pyo3(signature = (
                    $($waits_positional,)? *, $($waits_keyword = Given::ABSENT,)*
                    $($on_login = None,)? on_input = None, wait_timeout = Given::ABSENT,
                    extra_headers = None, extra_query = None, $($extra_body = None,)?
                    timeout = Given::ABSENT, total_timeout = Given::ABSENT, max_retries = Given::ABSENT,
                    reconnect = Given::ABSENT, idle_timeout = Given::ABSENT,
                ))]
                #[expect(clippy::too_many_arguments, reason = "they are Python's keyword arguments")]
                fn $waits<'py>(
                    &self,
                    py: Python<'py>,
                    $($waits_positional: Given<'py>,)?
                    $($waits_keyword: Given<'py>,)*
                    $($on_login: Option<Bound<'py, PyAny>>,)?
                    on_input: Option<Bound<'py, PyAny>>,
                    wait_timeout: Given<'py>,
                    extra_headers: Option<Given<'py>>,
                    extra_query: Option<Given<'py>>,
                    $($extra_body: Option<Given<'py>>,)?
                    timeout: Given<'py>,
                    total_timeout: Given<'py>,
                    max_retries: Given<'py>,
                    reconnect: Given<'py>,
                    idle_timeout: Given<'py>,
                ) -> PyResult<Py<PyAny>> {
                    let extra_body = resource!(@given $($extra_body)?);
                    let options = Options { extra_headers, extra_query, extra_body, timeout, total_timeout, max_retries };
                    let options = CallOptions {
                        reconnect: reconnect.decode("reconnect", Absent::Skipped)?,
                        idle_timeout: idle_timeout.decode("idle_timeout", Absent::Skipped)?,
                        ..options.decode()?
                    };
                    let limit: Option<Option<f64>> = wait_timeout.decode("wait_timeout", Absent::Skipped)?;
                    let handlers = Handlers::new(resource!(@given $($on_login)?), on_input)?;
                    let core = &self.core.core()?;
                    let flow = resource!(
                        @flow $flow py core [$($waits_positional)?] [$($waits_keyword)*]
                        options, limit.flatten(), handlers.answer()
                    );
                    let flow = flow.map_err(|failure| error::to_python(py, &failure))?;
                    $form::wait(py, concat!(stringify!($class), ".", stringify!($waits)), flow, &handlers)
                }
            )?

            $($own)*
        }
    };
    (@way $core:ident [$($step:ident()).*]) => {
        $core$(.$step())*
    };
    // Parameters that must be given are an argument of the core's method.
    (@call $core:ident $name:ident [$($positional:ident)*] [] $params:ident) => {
        $core.$name($($positional),*).params($params)
    };
    (@call $core:ident $name:ident [] [$($required:ident)+] $params:ident) => {
        $core.$name($params)
    };
    (@given) => {
        None
    };
    (@given $argument:ident) => {
        $argument
    };
    (@flow $flow:ident $py:ident $core:ident [$id:ident] [$($keyword:ident)*] $($rest:tt)*) => {{
        let params = decode_all($py, &[$((stringify!($keyword), $keyword)),*], Absent::Skipped)?;
        let id = $id.require(stringify!($id))?;
        host::$flow($core, id, params, $($rest)*)
    }};
    // Of a login that runs already nothing more can be said.
    (@flow $flow:ident $py:ident $core:ident [] [] $($rest:tt)*) => {
        host::$flow($core, $($rest)*)
    };
}

resource! {
    /// Managed auth: browser profiles that stay signed in.
    Current: AuthResource, AsyncAuthResource, AuthResourceWithRawResponse, AsyncAuthResourceWithRawResponse,
    AuthResourceWithStreamingResponse, AsyncAuthResourceWithStreamingResponse
    parts {
        "Auth connections: a profile, a site, and how the one stays signed in to the other."
        connections: ConnectionsResource, AsyncConnectionsResource, ConnectionsResourceWithRawResponse,
            AsyncConnectionsResourceWithRawResponse, ConnectionsResourceWithStreamingResponse,
            AsyncConnectionsResourceWithStreamingResponse;
        "Who a request is from."
        context: ContextResource, AsyncContextResource, ContextResourceWithRawResponse,
            AsyncContextResourceWithRawResponse, ContextResourceWithStreamingResponse,
            AsyncContextResourceWithStreamingResponse;
    }
    calls [] {}
    waits {}
    own {} {}
}

resource! {
    /// Auth connections: a profile, a site, and how the one stays signed in to the other.
    Current: ConnectionsResource, AsyncConnectionsResource, ConnectionsResourceWithRawResponse,
    AsyncConnectionsResourceWithRawResponse, ConnectionsResourceWithStreamingResponse,
    AsyncConnectionsResourceWithStreamingResponse
    parts {}
    calls [auth().connections()] {
        /// Makes a connection. It is not signed in yet: `login` sees to that. A profile that has a connection to the
        /// site already is a `ConflictError` with its `existing_id`.
        create()[domain, profile_name]{
            allowed_domains, auto_reauth, browser, browser_telemetry, credential, health_check_interval, health_checks,
            login_url, proxy, record_session, save_credentials
        } -> ManagedAuth;

        /// Tells how a connection stands, its latest flow included.
        retrieve(id){} -> ManagedAuth;

        /// Changes a connection and tells how it stands then. What is left out stays as it is.
        update(id){
            allowed_domains, auto_reauth, browser, browser_telemetry, credential, health_check_interval, health_checks,
            login_url, proxy, record_session, save_credentials
        } -> ManagedAuth;

        /// Lists connections, the newest first, page by page.
        list(){domain, limit, offset, profile_name, query} -> Page<ManagedAuth>;

        /// Deletes a connection; a flow that runs is called off. The profile stays.
        delete(id){} -> ();

        /// Starts a login flow and gives at once the page where the user signs in; with stored credentials Kernel
        /// signs in by itself. A flow that is already running is a `ConflictError`.
        login(id){browser, browser_telemetry, proxy, record_session, skill_mode} -> LoginResponse;

        /// Submits what a flow waits for: values of fields, or a choice. What comes of it, `follow` tells.
        submit(id){
            field_values, fields, interaction_id, mfa_option_id, selected_choice_id, sign_in_option_id,
            sso_button_selector, sso_provider
        } -> SubmitFieldsResponse;

        /// Follows the flow that runs: how it stands now, then every change, until it is over.
        follow(id){} with reconnect, idle_timeout -> Events;

        /// Lists what happened to a connection, the newest first, page by page: logins, logins by itself, health
        /// checks.
        timeline(id){limit, offset, r#type} -> Page<ManagedAuthTimelineEvent>;

        /// Exchanges the `handoff_code` of a login for a session: what an app should hold in place of the API key.
        exchange(id, handoff_code){} -> Session;
    }
    waits {
        /// Starts a login and waits for its end: gives the connection once it is signed in, or raises
        /// `LoginFailedError`.
        login_and_wait(id){browser, browser_telemetry, proxy, record_session, skill_mode}
            with on_login, extra_body => login_flow;
    }
    own {} {}
}

resource! {
    /// Who a request is from.
    Current: ContextResource, AsyncContextResource, ContextResourceWithRawResponse, AsyncContextResourceWithRawResponse,
    ContextResourceWithStreamingResponse, AsyncContextResourceWithStreamingResponse
    parts {}
    calls [auth().context()] {
        /// Tells whose key this is, and what it may reach.
        retrieve(){} -> AuthContext;
    }
    waits {}
    own {} {}
}

resource! {
    /// One connection, for a program without the API key: what a mobile or desktop app should hold.
    Session: ManagedAuthSession, AsyncManagedAuthSession, ManagedAuthSessionWithRawResponse,
    AsyncManagedAuthSessionWithRawResponse, ManagedAuthSessionWithStreamingResponse,
    AsyncManagedAuthSessionWithStreamingResponse
    parts {}
    calls [] {
        /// Tells how the connection stands, its latest flow included.
        retrieve(){} -> ManagedAuth;

        /// Submits what the flow waits for: values of fields, or a choice.
        submit(){
            field_values, fields, interaction_id, mfa_option_id, selected_choice_id, sign_in_option_id,
            sso_button_selector, sso_provider
        } -> SubmitFieldsResponse;

        /// Follows the flow: how it stands now, then every change, until it is over.
        follow(){} with reconnect, idle_timeout -> Events;
    }
    waits {
        /// Waits for the end of the login that the session is for: gives the connection once it is signed in, or raises
        /// `LoginFailedError`.
        wait_for_login(){} => session_flow;
    }
    own {
        /// Exchanges a `handoff_code` for a session, without a client and without the API key. Takes the options of
        /// `Kernel`.
        #[staticmethod]
        #[pyo3(
            signature = (id, handoff_code, **options),
            text_signature = "(id, handoff_code, *, project_id=..., project=..., environment=..., base_url=..., \
                timeout=..., max_retries=..., default_headers=..., default_query=..., root_certificates=..., \
                proxy=..., connect_timeout=..., total_timeout=..., idle_timeout=..., max_response_bytes=..., \
                max_event_bytes=..., log_level=..., http_client=..., propagate=...)"
        )]
        fn exchange(
            py: Python<'_>,
            id: Given<'_>,
            handoff_code: Given<'_>,
            options: Option<Bound<'_, PyDict>>,
        ) -> PyResult<Py<PyAny>> {
            let call = client::exchange(py, client::BLOCKING, id, handoff_code, options)?;
            Blocking::perform(py, "ManagedAuthSession.exchange", call)
        }

        /// The connection's id.
        #[getter]
        fn id(&self) -> &str {
            self.core.id()
        }

        fn __repr__(&self) -> String {
            format!("ManagedAuthSession(id={:?})", self.core.id())
        }
    } {
        /// Exchanges a `handoff_code` for a session, without a client and without the API key. Takes the options of
        /// `AsyncKernel`.
        #[staticmethod]
        #[pyo3(
            signature = (id, handoff_code, **options),
            text_signature = "(id, handoff_code, *, project_id=..., project=..., environment=..., base_url=..., \
                timeout=..., max_retries=..., default_headers=..., default_query=..., root_certificates=..., \
                proxy=..., connect_timeout=..., total_timeout=..., idle_timeout=..., max_response_bytes=..., \
                max_event_bytes=..., log_level=..., http_client=..., propagate=...)"
        )]
        fn exchange(
            py: Python<'_>,
            id: Given<'_>,
            handoff_code: Given<'_>,
            options: Option<Bound<'_, PyDict>>,
        ) -> PyResult<Py<PyAny>> {
            let call = client::exchange(py, client::ASYNCIO, id, handoff_code, options)?;
            Asyncio::perform(py, "AsyncManagedAuthSession.exchange", call)
        }

        /// The connection's id.
        #[getter]
        fn id(&self) -> &str {
            self.core.id()
        }

        fn __repr__(&self) -> String {
            format!("AsyncManagedAuthSession(id={:?})", self.core.id())
        }
    }
}
