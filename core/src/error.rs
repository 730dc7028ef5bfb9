//! What can go wrong, and everything the API said about it.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use macro_rules_attribute::apply;
use serde::Deserialize;
use serde_json::Value;

use crate::SentRequest;
use crate::models::{FlowStatus, LoginErrorCode};
use crate::response::request_id;
use crate::transport::Source;

/// What went wrong, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be made of these settings.
    Configuration,
    /// An argument of a call breaks a rule; nothing was sent.
    InvalidArgument,
    /// No whole answer came: refused, broken, not trusted, cut short.
    Connection,
    /// No whole answer came in time.
    Timeout,
    /// 400: the API does not accept the request.
    BadRequest,
    /// 401: the key is missing or not valid.
    Authentication,
    /// 403: the key may not do this.
    PermissionDenied,
    /// 404: there is no such thing.
    NotFound,
    /// 409: it clashes with what is there, for example a flow that is already running.
    Conflict,
    /// 422: the request is well-formed and still not acceptable.
    UnprocessableEntity,
    /// 429: too many requests.
    RateLimit,
    /// 500 and above: the API failed.
    InternalServer,
    /// Any other status that is not a success, redirects included.
    ApiStatus,
    /// A success whose body, or an event of a stream, is not JSON or not the model.
    ResponseValidation,
    /// The body, or an event of a stream, is larger than the client's limit.
    ResponseTooLarge,
    /// The login did not succeed; [`Error::flow_status`] says how it ended.
    LoginFailed,
    /// The program's own handler or hook failed; [`std::error::Error::source`] is its error.
    Handler,
    /// A defect of this library. Please report it.
    Internal,
}

impl ErrorKind {
    /// The kind as a name: `not_found`, `timeout`, ...
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidArgument => "invalid_argument",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::BadRequest => "bad_request",
            Self::Authentication => "authentication",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::UnprocessableEntity => "unprocessable_entity",
            Self::RateLimit => "rate_limit",
            Self::InternalServer => "internal_server",
            Self::ApiStatus => "api_status",
            Self::ResponseValidation => "response_validation",
            Self::ResponseTooLarge => "response_too_large",
            Self::LoginFailed => "login_failed",
            Self::Handler => "handler",
            Self::Internal => "internal",
        }
    }

    fn of_status(status: u16) -> Self {
        match status {
            400 => Self::BadRequest,
            401 => Self::Authentication,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            409 => Self::Conflict,
            422 => Self::UnprocessableEntity,
            429 => Self::RateLimit,
            500.. => Self::InternalServer,
            _ => Self::ApiStatus,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failed call, or a client that could not be made.
///
/// `Display` and `Debug` show what the API says went wrong: its message, or the beginning of a body that has none.
/// They show no header, no key, and nothing of the body of a success.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    argument: Option<String>,
    reason: Option<String>,
    request: Option<SentRequest>,
    answer: Option<Answer>,
    login: Option<FailedLogin>,
    source: Option<Source>,
    retries_taken: u32,
}

/// How a login ended that did not succeed.
pub(crate) struct FailedLogin {
    pub(crate) status: FlowStatus,
    pub(crate) code: Option<LoginErrorCode>,
    pub(crate) website_error: Option<String>,
}

/// The answer that was not a success, or not what it should be.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    envelope: Envelope,
}

/// The API's own account of an error. Each part counts by itself: a surprising one does not hide the others.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    #[serde(deserialize_with = "if_fits")]
    code: Option<String>,
    #[serde(deserialize_with = "if_fits")]
    message: Option<String>,
    #[serde(deserialize_with = "details")]
    details: Option<Vec<ErrorDetail>>,
    #[serde(deserialize_with = "detail")]
    inner_error: Option<ErrorDetail>,
    #[serde(deserialize_with = "if_fits")]
    existing_id: Option<String>,
}

fn if_fits<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

fn detail<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<ErrorDetail>, D::Error> {
    Ok(ErrorDetail::of(Value::deserialize(d)?))
}

fn details<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Vec<ErrorDetail>>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Array(items) => items.into_iter().map(ErrorDetail::of).collect(),
        _ => None,
    })
}

/// One of several things that are wrong, or what lies beneath an error.
#[apply(model)]
pub struct ErrorDetail {
    /// A code for programs.
    pub code: Option<String>,
    /// A sentence for people.
    pub message: Option<String>,
}

impl ErrorDetail {
    /// Reads one; what is no text in it is left out.
    fn of(mut value: Value) -> Option<Self> {
        let fields = value.as_object_mut()?;
        for name in ["code", "message"] {
            if fields.get(name).is_some_and(|value| !value.is_string()) {
                fields.remove(name);
            }
        }
        serde_json::from_value(value).ok()
    }
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            argument: None,
            reason: None,
            request: None,
            answer: None,
            login: None,
            source: None,
            retries_taken: 0,
        }))
    }

    pub(crate) fn configuration(option: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Configuration, message);
        error.0.argument = Some(option.to_owned());
        error
    }

    pub(crate) fn invalid_argument(argument: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::InvalidArgument, message);
        error.0.argument = Some(argument.to_owned());
        error
    }

    pub(crate) fn connection(reason: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Connection, "Connection error.");
        error.0.reason = Some(reason.into());
        error
    }

    pub(crate) fn timeout(reason: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Timeout, "Request timed out.");
        error.0.reason = Some(reason.into());
        error
    }

    pub(crate) fn too_large(limit: usize, status: u16, headers: HeaderMap) -> Self {
        let mut error = Self::new(
            ErrorKind::ResponseTooLarge,
            format!("The body of the response is larger than the limit of {limit} bytes."),
        );
        error.0.answer = Some(Answer {
            status,
            headers,
            body: Bytes::new(),
            envelope: Envelope::default(),
        });
        error
    }

    pub(crate) fn event_too_large(limit: usize, status: u16, headers: HeaderMap) -> Self {
        let mut error = Self::too_large(limit, status, headers);
        error.0.message =
            format!("An event of the stream is larger than the limit of {limit} bytes.");
        error
    }

    pub(crate) fn login_failed(login: FailedLogin, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::LoginFailed, message);
        error.0.login = Some(login);
        error
    }

    pub(crate) fn handler(message: &str, source: Source) -> Self {
        Self::new(ErrorKind::Handler, message).caused_by(Some(source))
    }

    /// What lies beneath a failure of a program's own HTTP client.
    pub(crate) fn caused_by(mut self, source: Option<Source>) -> Self {
        self.0.source = source;
        self
    }

    /// A panic that did not get out. What it said stays out too: it may hold anything.
    #[cfg(feature = "host")]
    pub(crate) fn internal() -> Self {
        Self::new(
            ErrorKind::Internal,
            "kernel-client failed by a defect of its own; please report it.",
        )
    }

    pub(crate) fn status(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        // Through a value: a key that comes twice hides nothing.
        let envelope: Envelope = serde_json::from_slice::<Value>(&body)
            .and_then(serde_json::from_value)
            .unwrap_or_default();
        let message = envelope.message.clone().unwrap_or_else(|| {
            match String::from_utf8_lossy(&body).trim() {
                "" => "status code (no body)".to_owned(),
                text => text.to_owned(),
            }
        });
        let mut error = Self::new(ErrorKind::of_status(status), message);
        error.0.answer = Some(Answer {
            status,
            headers,
            body,
            envelope,
        });
        error
    }

    pub(crate) fn response_validation(
        what: &str,
        status: u16,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let id = request_id(&headers).unwrap_or("none");
        let mut error = Self::new(
            ErrorKind::ResponseValidation,
            format!(
                "The API's answer is not as it should be: {what} (status {status}, request id {id})."
            ),
        );
        error.0.answer = Some(Answer {
            status,
            headers,
            body,
            envelope: Envelope::default(),
        });
        error
    }

    pub(crate) fn with_retries_taken(mut self, retries_taken: u32) -> Self {
        self.0.retries_taken = retries_taken;
        self
    }

    /// The request that failed, as it was sent last.
    pub(crate) fn with_request(mut self, request: SentRequest) -> Self {
        self.0.request = Some(request);
        self
    }

    /// What went wrong, in one word.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in a sentence: the API's own where it sent one.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The request that failed, as it was sent last.
    #[must_use]
    pub fn request(&self) -> Option<&SentRequest> {
        self.0.request.as_ref()
    }

    /// The HTTP status, when an answer came.
    #[must_use]
    pub fn status_code(&self) -> Option<u16> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The API's code for the error, for example `not_found`; of a login that failed, its `error_code`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.0.login {
            Some(login) => login.code.as_ref().map(LoginErrorCode::as_str),
            None => self.0.answer.as_ref()?.envelope.code.as_deref(),
        }
    }

    /// The connection that is there already, when `create` meets one (409).
    #[must_use]
    pub fn existing_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.envelope.existing_id.as_deref()
    }

    /// How a login ended that did not succeed: failed, expired, called off.
    #[must_use]
    pub fn flow_status(&self) -> Option<&FlowStatus> {
        self.0.login.as_ref().map(|login| &login.status)
    }

    /// What the site itself said went wrong with a login.
    #[must_use]
    pub fn website_error(&self) -> Option<&str> {
        self.0.login.as_ref()?.website_error.as_deref()
    }

    /// Everything that is wrong, when the API lists it.
    #[must_use]
    pub fn details(&self) -> &[ErrorDetail] {
        self.0
            .answer
            .as_ref()
            .and_then(|answer| answer.envelope.details.as_deref())
            .unwrap_or_default()
    }

    /// What lies beneath the error, when the API says it.
    #[must_use]
    pub fn inner_error(&self) -> Option<&ErrorDetail> {
        self.0.answer.as_ref()?.envelope.inner_error.as_ref()
    }

    /// The id the API gave the request; support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    /// The headers of the answer.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The body of the answer as it came. It may hold secrets.
    #[must_use]
    pub fn raw_body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// The body of the answer when it is JSON. It may hold secrets.
    #[must_use]
    pub fn body(&self) -> Option<Value> {
        serde_json::from_slice(self.raw_body()?).ok()
    }

    /// How often the request was sent again.
    #[must_use]
    pub fn retries_taken(&self) -> u32 {
        self.0.retries_taken
    }

    /// The argument or option that breaks a rule, by its name on the wire.
    #[must_use]
    pub fn argument(&self) -> Option<&str> {
        self.0.argument.as_deref()
    }

    /// Why no answer came: refused, not trusted, cut short, which limit passed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said_by_api = !matches!(
            self.kind(),
            ErrorKind::ResponseValidation | ErrorKind::ResponseTooLarge
        );
        if let (Some(status), true) = (self.status_code(), said_by_api) {
            write!(f, "{status} ")?;
        }
        f.write_str(shortened(self.message()))?;
        if let Some(reason) = self.reason() {
            write!(f, " {reason}")?;
        }
        Ok(())
    }
}

/// A message that fits into a log: what is not JSON may be a whole page.
fn shortened(message: &str) -> &str {
    const LONGEST: usize = 2_000;
    message
        .char_indices()
        .nth(LONGEST)
        .and_then(|(end, _)| message.get(..end))
        .unwrap_or(message)
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &shortened(self.message()))
            .field("argument", &self.argument())
            .field("reason", &self.reason())
            .field("status", &self.status_code())
            .field("code", &self.code())
            .field("details", &self.details())
            .field("inner_error", &self.inner_error())
            .field("existing_id", &self.existing_id())
            .field("flow_status", &self.flow_status())
            .field("website_error", &self.website_error())
            .field("request_id", &self.request_id())
            .field("retries_taken", &self.retries_taken())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    // A reason is part of the text; what the program's own handler or HTTP client failed with is a source.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
