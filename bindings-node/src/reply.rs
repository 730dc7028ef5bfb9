//! What comes of a call: one text, and for some calls a native object that leads on.
//!
//! The text is a line about the answer and then its body; a failure is that one line alone.

use kernel_client::host;
use kernel_client::http::HeaderMap;
use kernel_client::{Error, ManagedAuthSession, Model, Response};
use napi::bindgen_prelude::{Either, Either3};
use serde::Serialize;

use crate::calls::Settles;
use crate::page::Page;
use crate::session::Session;
use crate::stream::Events;

pub(crate) type Reply = Either<String, (String, Either3<Page, Events, Session>)>;

impl Settles for Reply {
    fn failed(text: String) -> Self {
        Self::A(text)
    }
}

type Outcome<T> = Result<Response<T>, Error>;

/// An answer that is all in its body.
pub(crate) fn model<T: Model>(outcome: Outcome<T>) -> Reply {
    Either::A(text(outcome.map(|response| whole(&response))))
}

/// An answer that says nothing, whatever its body is.
pub(crate) fn nothing(outcome: Outcome<()>) -> Reply {
    Either::A(text(outcome.map(|response| head(&response))))
}

/// A body of any kind, and whether it is JSON.
pub(crate) fn anything(outcome: Outcome<()>) -> Reply {
    Either::A(text(outcome.map(|response| {
        let mut text = line(&response, Some(response.is_json()));
        text.push_str(&String::from_utf8_lossy(response.body()));
        text
    })))
}

/// A page of a list.
pub(crate) fn page<T: Model + Sync>(outcome: Outcome<kernel_client::Page<T>>) -> Reply {
    with(outcome, whole, |page| Either3::A(Page::of(page)))
}

/// Events still to come.
pub(crate) fn events(outcome: Outcome<kernel_client::Events>) -> Reply {
    with(outcome, head, |events| Either3::B(Events::of(events)))
}

/// A session. The body stays here: it holds the token.
pub(crate) fn session(outcome: Outcome<ManagedAuthSession>) -> Reply {
    with(outcome, head, |session| Either3::C(Session::of(session)))
}

/// A text by itself, or the failure.
pub(crate) fn text(outcome: Result<String, Error>) -> String {
    outcome.unwrap_or_else(|error| host::error_to_json(&error))
}

/// A value by itself, or the failure.
pub(crate) fn value(outcome: Result<impl Serialize, Error>) -> String {
    text(outcome.map(|value| body(&serde_json::to_string(&value).unwrap_or_default())))
}

/// A body about whose answer there is nothing to say.
pub(crate) fn body(text: &str) -> String {
    format!("\n{text}")
}

fn with<T>(
    outcome: Outcome<T>,
    text: fn(&Response<()>) -> String,
    leading_on: impl FnOnce(T) -> Either3<Page, Events, Session>,
) -> Reply {
    match outcome {
        Ok(response) => {
            let (data, response) = response.into_parts();
            Either::B((text(&response), leading_on(data)))
        }
        Err(error) => Either::A(host::error_to_json(&error)),
    }
}

#[derive(Serialize)]
struct Head<'a> {
    status: u16,
    request_id: Option<&'a str>,
    retries_taken: u32,
    headers: Vec<(&'a str, String)>,
    /// Where that has to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_json: Option<bool>,
}

fn whole<T>(response: &Response<T>) -> String {
    let mut text = head(response);
    text.push_str(&String::from_utf8_lossy(response.body()));
    text
}

fn head<T>(response: &Response<T>) -> String {
    line(response, None)
}

fn line<T>(response: &Response<T>, is_json: Option<bool>) -> String {
    let head = Head {
        status: response.status_code(),
        request_id: response.request_id(),
        retries_taken: response.retries_taken(),
        headers: pairs(response.headers()),
        is_json,
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    text.push('\n');
    text
}

/// Headers, name by name.
pub(crate) fn pairs(headers: &HeaderMap) -> Vec<(&str, String)> {
    let headers = headers.iter();
    headers
        .map(|(name, value)| (name.as_str(), latin1(value.as_bytes())))
        .collect()
}

/// Header values as `fetch` gives them: a character a byte.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
