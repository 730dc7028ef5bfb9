//! What a binding needs beside the client: arguments as other languages give them, and a runtime of its own.

use std::fmt::Display;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use serde::de::{Deserialize, Deserializer};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

pub use crate::headers::Caller;
pub use crate::language::Language;
pub use crate::login::{Answers, FlowStep, LoginFlow};
use crate::models::{ConnectionLoginParams, NoParams};
#[cfg(feature = "python")]
pub use crate::python::{BaseModel, FieldInfo};
use crate::settings::Key;
use crate::{
    Call, CallOptions, ClientOptions, Error, Kernel, ManagedAuthSession, Secret, arguments,
};

/// The environment variables that a client reads.
pub const ENVIRONMENT: &[&str] = crate::settings::ENVIRONMENT;

/// The fields of answers that never show in a print: what [`crate::Secret`] does for models, a language that has the
/// answers as they came does by these names.
pub const SECRETS: &[&str] = &["handoff_code", "jwt", "live_view_url"];

/// A client for a program in another language. `variable` looks into that program's environment.
///
/// # Errors
///
/// [`crate::ErrorKind::Configuration`] naming the option and its rule.
pub fn client(
    options: ClientOptions,
    caller: Caller,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Kernel, Error> {
    Kernel::for_caller(options, caller, variable)
}

/// The call that exchanges a handoff code for a session, for a program without the API key.
///
/// # Errors
///
/// [`crate::ErrorKind::Configuration`] naming the option and its rule.
pub fn exchange(
    options: ClientOptions,
    caller: Caller,
    variable: impl Fn(&str) -> Option<String>,
    id: String,
    handoff_code: impl Into<Secret>,
) -> Result<Call<NoParams, ManagedAuthSession>, Error> {
    let client = Kernel::for_key(options, Key::Unused, caller, variable)?;
    Ok(client.auth().connections().exchange(id, handoff_code))
}

/// `login_and_wait`, step by step. `is_answered` when the caller has a handler for input; `wait_timeout` is in seconds.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the argument and its rule.
pub fn login_flow(
    client: &Kernel,
    id: String,
    params: ConnectionLoginParams,
    options: CallOptions,
    wait_timeout: Option<f64>,
    is_answered: bool,
) -> Result<LoginFlow, Error> {
    let login = client.auth().connections().login_and_wait(id);
    let mut login = login.params(params).options(options);
    if let Some(limit) = wait_timeout {
        let named = client.settings().language.option("wait_timeout");
        let limit = arguments::seconds(limit);
        login = login.wait_timeout(limit.map_err(|rule| {
            Error::invalid_argument("wait_timeout", format!("`{named}` {rule}."))
        })?);
    }
    Ok(login.into_flow(is_answered))
}

/// Reads a typed value out of what another language gave. `argument` is what the caller names it, empty when
/// `input` holds all arguments by name.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the argument, down to the field, and what it must be.
pub fn decode<'de, D, T>(argument: &str, input: D) -> Result<T, Error>
where
    D: Deserializer<'de, Error: Display>,
    T: Deserialize<'de>,
{
    arguments::decode(argument, input)
}

/// Reads the options of a client out of what another language gave. Messages spell them as its programs do.
///
/// # Errors
///
/// [`crate::ErrorKind::Configuration`] naming the option and what it must be.
pub fn decode_client_options<'de, D>(language: Language, input: D) -> Result<ClientOptions, Error>
where
    D: Deserializer<'de, Error: Display>,
{
    arguments::decode_options(language, input).map_err(|error| {
        Error::configuration(
            error.argument().unwrap_or_default(),
            error.message().to_owned(),
        )
    })
}

/// Reads the options of a call out of what another language gave. Messages spell them as its programs do.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the option and what it must be.
pub fn decode_call_options<'de, D>(language: Language, input: D) -> Result<CallOptions, Error>
where
    D: Deserializer<'de, Error: Display>,
{
    arguments::decode_options(language, input)
}

/// The error that a caller sees in place of a panic.
#[must_use]
pub fn panicked() -> Error {
    Error::internal()
}

/// Everything an error says, as JSON text for a language that makes its own error objects of it.
#[must_use]
pub fn error_to_json(error: &Error) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = error.headers().map(|headers| {
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
            .collect::<Vec<_>>()
    });
    json!({
        "kind": error.kind().as_str(),
        "message": error.message(),
        "status": error.status_code(),
        "code": error.code(),
        "details": error.details(),
        "inner_error": error.inner_error(),
        "existing_id": error.existing_id(),
        "flow_status": error.flow_status(),
        "website_error": error.website_error(),
        "request_id": error.request_id(),
        "retries_taken": error.retries_taken(),
        "headers": headers,
        "raw_body": error.raw_body().map(|body| text(body)),
        "argument": error.argument(),
        "reason": error.reason(),
    })
    .to_string()
}

/// A JSON value as Python's own objects.
///
/// # Errors
///
/// When Python has no memory left.
#[cfg(feature = "python")]
pub fn to_python<'py>(
    py: pyo3::Python<'py>,
    value: &serde_json::Value,
) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
    crate::python::ToPython::to_python(value, py)
}

/// The runtime of this process.
struct OfProcess {
    process: u32,
    runtime: &'static Runtime,
}

static RUNTIME: ArcSwapOption<OfProcess> = ArcSwapOption::const_empty();

/// The runtime that every client of this process works on, started when first asked for. A forked child gets
/// one of its own: the parent's has no threads there.
///
/// # Errors
///
/// When the system gives no thread.
pub fn runtime() -> std::io::Result<&'static Runtime> {
    let process = std::process::id();
    let current = RUNTIME.load();
    if let Some(of) = &*current
        && of.process == process
    {
        return Ok(of.runtime);
    }
    // One worker: a second one is woken to look for work with every call, and adds a fifth to the cost of a call
    // that is alone. Together, 64 calls cost a tenth less with two, and get no further.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("kernel-client")
        .enable_all()
        .build()?;
    // It lives as long as the process: a forked child could not shut its parent's down anyway.
    let fresh = Arc::new(OfProcess {
        process,
        runtime: Box::leak(Box::new(runtime)),
    });
    let before = RUNTIME.compare_and_swap(&current, Some(fresh.clone()));
    let lost = !same(&before, &current);
    match &*before {
        // Another thread was first; its runtime is the one, and this one idles.
        Some(first) if lost && first.process == process => Ok(first.runtime),
        _ => Ok(fresh.runtime),
    }
}

fn same(a: &Option<Arc<OfProcess>>, b: &Option<Arc<OfProcess>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
