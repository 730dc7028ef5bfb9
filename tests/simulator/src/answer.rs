//! What the API says, before it is put on a wire.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::chunk::Chunk;
use crate::follow::Follower;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A whole answer in memory.
pub(crate) type Answer = Response<Bytes>;

/// What an answer is made of, before a fault gets at it.
pub(crate) enum Matter {
    Whole(Bytes),
    /// The states of a login.
    Follow(Box<Follower>),
    /// A stream that somebody wrote down.
    Chunks(Arc<[Chunk]>),
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    // Only our own structs and JSON values come here, and those always serialize.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, JSON);
    answer
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// The value of a header; nothing where it cannot be one.
pub(crate) fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The API's error envelope.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    /// The methods that exist, when the one used does not.
    #[serde(skip)]
    allow: Option<&'static str>,
    code: &'static str,
    message: String,
    /// The connection that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

/// One finding of several.
#[derive(Debug, Serialize)]
pub(crate) struct Detail {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            allow: None,
            code,
            message: message.into(),
            existing_id: None,
            details: Vec::new(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// There is one for this profile and domain.
    pub(crate) fn already_exists(id: &str) -> Self {
        let message = "an auth connection exists for this profile and domain";
        let mut problem = Self::new(StatusCode::CONFLICT, "already_exists", message);
        problem.existing_id = Some(id.to_owned());
        problem
    }

    /// The path exists, but only for `allow`.
    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("only {allow} is supported here");
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            message,
        );
        problem.allow = Some(allow);
        problem
    }

    /// What the API says with a status when nothing more is known.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status.as_u16() {
            400 => ("bad_request", "invalid input"),
            401 => ("unauthorized", "missing or invalid authorization token"),
            403 => ("forbidden", "insufficient permissions or plan"),
            404 => ("not_found", "resource not found"),
            408 => ("request_timeout", "the request took too long to arrive"),
            409 => ("conflict", "resource is in a conflicting state"),
            422 => ("unprocessable_entity", "the operation failed"),
            429 => ("too_many_requests", "rate limit exceeded"),
            500 => ("internal_error", "an internal error occurred"),
            503 => ("service_unavailable", "the service is not available"),
            529 => ("capacity_exhausted", "capacity exhausted, try again later"),
            _ => (
                "error",
                status.canonical_reason().unwrap_or("an error occurred"),
            ),
        };
        Self::new(status, code, message)
    }

    pub(crate) fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let mut answer = json(problem.status, &problem);
        if let Some(allow) = problem.allow {
            answer
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allow));
        }
        answer
    }
}
