//! What a binding needs beside the client: arguments as other languages give them, and a runtime of its own.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

pub use crate::call::Prepared;
pub use crate::check::Check;
pub use crate::client::Plugins;
pub use crate::headers::Caller;
pub use crate::language::Language;
pub use crate::log::Level as LogLevel;
pub use crate::login::{Answers, FlowStep, LoginFlow, may_go_on};
use crate::models::{ConnectionLoginParams, NoParams};
pub use crate::process::Process;
#[cfg(feature = "python")]
pub use crate::python::{BaseModel, FieldInfo};
pub use crate::runtime::{Begun, Local, in_turns, is_shared, runtime};
use crate::settings::Key;
#[cfg(feature = "swift")]
pub use crate::swift::Codable;
use crate::timeout::Limits;
use crate::transport::Carrier;
pub use crate::untyped::Anything;
use crate::{
    Answer, Call, CallOptions, ClientOptions, Environment, Error, Headers, Kernel, LoginWait,
    ManagedAuthSession, Model, Page, Response, Secret, Transport, TransportBody, TransportError,
    arguments,
};

/// The answer of a program's own HTTP client, as its language gives it. `client` is what messages call that; the values
/// of headers are bytes.
///
/// # Errors
///
/// When it is none, and would be none the next time.
pub fn answer(
    client: &str,
    status: i64,
    headers: impl IntoIterator<Item = (String, Vec<u8>)>,
    body: TransportBody,
) -> Result<http::Response<TransportBody>, TransportError> {
    let status = u16::try_from(status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| no_answer(client, "a status that is none"))?;
    let mut answered = http::Response::new(body);
    *answered.status_mut() = status;
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) else {
            return Err(no_answer(client, "a header that is none"));
        };
        answered.headers_mut().append(name, value);
    }
    Ok(answered)
}

/// The error of a HTTP client that gave `what` in place of an answer, and would do so again.
#[must_use]
pub fn no_answer(client: &str, what: &str) -> TransportError {
    TransportError::new(format!("{client} gave {what}.")).permanent()
}

/// The value of a header whose characters are bytes, as HTTP has it.
#[must_use]
pub fn latin1(value: &str) -> Vec<u8> {
    let bytes = value.chars().map(|one| u8::try_from(one).unwrap_or(b'?'));
    bytes.collect()
}

/// Headers, name by name, for a language in which the characters of their values are bytes.
#[must_use]
pub fn headers(headers: &HeaderMap) -> Vec<(&str, String)> {
    let bytes = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    let headers = headers.iter();
    headers
        .map(|(name, value)| (name.as_str(), bytes(value)))
        .collect()
}

impl Plugins {
    /// A HTTP client of the program's own.
    #[must_use]
    pub fn transport(mut self, transport: Option<Arc<dyn Transport>>) -> Self {
        self.transport = transport.map(Carrier::Own);
        self
    }

    /// The HTTP client of the platform, for a new client that is not told to take another one. Where the options say
    /// whom to trust or which proxy to use, or the environment has a proxy for the base URL, the one built in takes its
    /// place: it alone can follow them.
    #[must_use]
    pub fn platform(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(Carrier::Platform(transport));
        self
    }

    /// The HTTP client built in, in place of one of the program's own.
    #[must_use]
    pub fn built_in(mut self) -> Self {
        self.transport = Some(Carrier::BuiltIn);
        self
    }

    /// A hook that adds headers to those of a call, on the thread that makes it.
    #[must_use]
    pub fn propagate<F>(mut self, add: Option<F>) -> Self
    where
        F: Fn(&mut Headers) -> Result<(), Arc<dyn std::error::Error + Send + Sync>>
            + Send
            + Sync
            + 'static,
    {
        self.propagate = add.map(|add| Arc::new(add) as _);
        self
    }

    /// Takes the lines of the client's log in place of standard error, on any thread and often within a call. What the
    /// client's level leaves out does not come.
    #[must_use]
    pub fn logger<F>(mut self, log: Option<F>) -> Self
    where
        F: Fn(LogLevel, std::fmt::Arguments<'_>) + Send + Sync + 'static,
    {
        self.logger = log.map(|log| Arc::new(log) as _);
        self
    }
}

/// A copy of a session with these plugins in place of its client's, as far as they are given.
#[must_use]
pub fn session_with_plugins(session: &ManagedAuthSession, plugins: Plugins) -> ManagedAuthSession {
    session.with_plugins(plugins)
}

/// A copy of a client with these plugins in place of its own, as far as they are given.
#[must_use]
pub fn with_plugins(client: &Kernel, plugins: Plugins) -> Kernel {
    client.with_plugins(plugins)
}

/// What came with an answer but for its body, which is let go of.
#[must_use]
pub fn without_body(mut response: Response<()>) -> Response<()> {
    response.body = Bytes::new();
    response
}

/// Whether a header of this name is there to hold a secret.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| crate::headers::has_secret_name(&name))
}

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
    plugins: Plugins,
    caller: Caller,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Kernel, Error> {
    Kernel::for_caller(options, plugins, caller, variable)
}

/// The call that exchanges a handoff code for a session, for a program without the API key.
///
/// # Errors
///
/// [`crate::ErrorKind::Configuration`] naming the option and its rule.
pub fn exchange(
    options: ClientOptions,
    plugins: Plugins,
    caller: Caller,
    variable: impl Fn(&str) -> Option<String>,
    id: String,
    handoff_code: impl Into<Secret>,
) -> Result<Call<NoParams, ManagedAuthSession>, Error> {
    let client = Kernel::for_key(options, Key::Unused, plugins, caller, variable)?;
    Ok(client.auth().connections().exchange(id, handoff_code))
}

/// A method of HTTP by its name, whatever its case; GET where there is none.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`].
pub fn method(name: Option<&str>) -> Result<Method, Error> {
    name.map_or(Ok(Method::GET), crate::call::method)
}

/// What a call would send, after so many attempts; none where it is not said.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the argument and its rule.
pub fn prepared<P: Serialize, T: Answer>(
    call: Call<P, T>,
    attempt: Option<u32>,
) -> Result<Prepared, Error> {
    call.prepared(attempt.unwrap_or_default())
}

/// The call with an answer that is checked and not kept, for a language that reads it by itself.
pub fn unkept<P: Serialize, T: Model>(call: Call<P, T>) -> Call<P, Check<T>> {
    call.giving()
}

/// The same for a page of a list.
pub fn unkept_page<P: Serialize, T: Model>(call: Call<P, Page<T>>) -> Call<P, Page<Check<T>>> {
    call.giving()
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
    flow(
        client,
        login.params(params),
        options,
        wait_timeout,
        is_answered,
    )
}

/// `wait_for_login`, step by step. `is_answered` when the caller has a handler for input; `wait_timeout` is in seconds.
///
/// # Errors
///
/// [`crate::ErrorKind::InvalidArgument`] naming the argument and its rule.
pub fn session_flow(
    session: &ManagedAuthSession,
    options: CallOptions,
    wait_timeout: Option<f64>,
    is_answered: bool,
) -> Result<LoginFlow, Error> {
    let login = session.wait_for_login();
    flow(session.client(), login, options, wait_timeout, is_answered)
}

fn flow<P>(
    client: &Kernel,
    login: LoginWait<P>,
    options: CallOptions,
    wait_timeout: Option<f64>,
    is_answered: bool,
) -> Result<LoginFlow, Error> {
    let mut login = login.options(options);
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

/// What a client is set to, for a language whose programs may ask. It holds secrets.
pub struct Settings<'a> {
    /// The API key.
    pub api_key: Option<&'a str>,
    /// The project by id.
    pub project_id: Option<&'a str>,
    /// The project by name.
    pub project: Option<&'a str>,
    /// The headers of every request, the client's own and those it was given.
    pub default_headers: &'a HeaderMap,
    /// The query parameters of every request.
    pub default_query: &'a Map<String, Value>,
    /// The limits of an attempt.
    pub timeout: Limit,
    /// What is logged.
    pub log_level: &'static str,
}

/// The limits of an attempt, in the form in which they were given.
pub enum Limit {
    /// One for all of it; `None` is no limit.
    Whole(Option<Duration>),
    /// One for each part; `None` is no limit.
    Parts {
        /// For connecting.
        connect: Option<Duration>,
        /// For the whole of the attempt.
        read: Option<Duration>,
        /// For sending; not enforced.
        write: Option<Duration>,
        /// For getting a connection; not enforced.
        pool: Option<Duration>,
    },
}

/// What a client is set to.
#[must_use]
pub fn settings(client: &Kernel) -> Settings<'_> {
    let settings = client.settings();
    Settings {
        api_key: settings.api_key.as_ref().map(Secret::expose),
        project_id: settings.project_id.as_deref(),
        project: settings.project.as_deref(),
        default_headers: client.headers(),
        default_query: &settings.default_query.0,
        timeout: limit(&settings.limits),
        log_level: settings.log.level.name(),
    }
}

/// What a client has that is told nothing: the limits of an attempt, and how often a failed request is sent again.
#[must_use]
pub fn defaults() -> (Limit, u32) {
    (limit(&Limits::default()), crate::settings::MAX_RETRIES)
}

/// The environments and their base URLs.
pub fn environments() -> impl Iterator<Item = (&'static str, String)> {
    Environment::ALL.into_iter().map(|environment| {
        let url = environment.base_url();
        (environment.as_str(), format!("{url}/"))
    })
}

fn limit(limits: &Limits) -> Limit {
    match limits.kept {
        None => Limit::Whole(limits.attempt),
        Some(kept) => Limit::Parts {
            connect: limits.connect,
            read: limits.attempt,
            write: kept.write,
            pool: kept.pool,
        },
    }
}

/// The name that [`crate::Timeout`] asks a deserializer for, so that a language can hand over its own kind of object.
pub const TIMEOUT: &str = crate::timeout::NAME;

/// The parts of a [`crate::Timeout`].
pub const TIMEOUT_PARTS: [&str; 4] = ["connect", "read", "write", "pool"];

/// The error that a caller sees in place of a panic.
#[must_use]
pub fn panicked() -> Error {
    Error::internal()
}

/// The error of a body that is closed while it is read.
#[must_use]
pub fn closed() -> Error {
    Error::connection("The answer was closed while its body was read.")
}

/// The text of a body; what is not UTF-8 in it is replaced.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Checked as a whole first, many bytes at a time: to look for what to replace goes byte by byte.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Everything an error says, as JSON text for a language that makes its own error objects of it.
#[must_use]
pub fn error_to_json(error: &Error) -> String {
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
        "headers": error.headers().map(headers),
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
    value: &Value,
) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
    crate::python::ToPython::to_python(value, py)
}

/// Has the lines of the log go to `sink`: it is told the level, whether the client's own level wants the line, and the
/// line; what it does not take goes to standard error. It is called on any thread, often within a call.
pub fn log_to(sink: fn(LogLevel, bool, std::fmt::Arguments<'_>) -> bool) {
    crate::log::sink::set(sink);
}

/// How much the sink wants to see beyond what clients are set to.
pub fn set_log_limit(limit: LogLevel) {
    crate::log::sink::set_limit(limit);
}

/// Writes a line to standard error, as a client without a sink does.
pub fn log_to_stderr(level: LogLevel, line: std::fmt::Arguments<'_>) {
    crate::log::to_stderr(level, line);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::text;

    proptest! {
        #[test]
        fn a_text_is_what_the_bytes_say(bytes: Vec<u8>, words: String) {
            prop_assert_eq!(text(words.as_bytes()), words.as_str());
            prop_assert_eq!(text(&bytes), String::from_utf8_lossy(&bytes));
        }
    }
}
