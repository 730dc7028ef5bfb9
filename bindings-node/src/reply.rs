//! What comes of a call: one text, and for some calls a native object that leads on.
//!
//! The text is a line about the answer and then its body, but for that of a page, which is long and crosses by itself; a
//! failure is that one line alone.

use kernel_client::bytes::Bytes;
use kernel_client::host;
use kernel_client::http::HeaderMap;
use kernel_client::{Answer, Call, Error, ManagedAuthSession, Model, Response, StreamingResponse};
use napi::bindgen_prelude::{Buffer, Either, Either5};
use serde::Serialize;

use crate::page::Page;
use crate::session::Session;
use crate::stream::Events;
use crate::unread::Unread;

pub(crate) type Reply = Either<String, (String, Native, Option<Bytes>)>;

/// What leads on, or a piece of a body.
pub(crate) type Native = Either5<Page, Events, Session, Unread, Buffer>;

pub(crate) type Outcome<T> = Result<Response<T>, Error>;

/// Makes a call; `reply` makes what it is of its answer, at once or, where that is `is_unread`, when its body is read.
pub(crate) async fn of<P: Serialize, T: Answer>(
    call: Result<Call<P, T>, Error>,
    is_unread: bool,
    reply: fn(Outcome<T>) -> Reply,
) -> Reply {
    match call {
        Err(error) => Reply::A(host::error_to_json(&error)),
        Ok(call) if is_unread => unread(Box::pin(call.send_streaming()).await, reply),
        Ok(call) => reply(call.send().await),
    }
}

/// An answer that is all in its body.
pub(crate) fn model<T: Model>(outcome: Outcome<T>) -> Reply {
    Either::A(text(outcome.map(|response| whole(&response))))
}

/// An answer that says nothing, whatever its body is.
pub(crate) fn nothing(outcome: Outcome<()>) -> Reply {
    Either::A(text(outcome.map(|response| head(&response))))
}

/// A body of any kind, and whether it is JSON.
pub(crate) fn anything(outcome: Outcome<host::Anything>) -> Reply {
    Either::A(text(outcome.map(|response| {
        let mut text = line(&About::from(&response), Some(response.data.is_json));
        text.push_str(&host::text(response.body()));
        text
    })))
}

/// A page of a list.
pub(crate) fn page<T: Model + Sync>(outcome: Outcome<kernel_client::Page<T>>) -> Reply {
    with(outcome, |page, body| {
        (Either5::A(Page::of(page)), Some(body))
    })
}

/// Events still to come.
pub(crate) fn events(outcome: Outcome<kernel_client::Events>) -> Reply {
    with(outcome, |events, _| (Either5::B(Events::of(events)), None))
}

/// A session. The body stays here: it holds the token.
pub(crate) fn session(outcome: Outcome<ManagedAuthSession>) -> Reply {
    with(outcome, |session, _| {
        (Either5::C(Session::of(session)), None)
    })
}

/// An answer whose body is still to be read; `reply` makes what it is of it.
pub(crate) fn unread<T: Answer>(
    outcome: Result<StreamingResponse<T>, Error>,
    reply: fn(Outcome<T>) -> Reply,
) -> Reply {
    match outcome {
        Ok(response) => {
            let head = line(&About::from(&response), None);
            Either::B((head, Either5::D(Unread::of(response, reply)), None))
        }
        Err(error) => Either::A(host::error_to_json(&error)),
    }
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
    leading_on: impl FnOnce(T, Bytes) -> (Native, Option<Bytes>),
) -> Reply {
    match outcome {
        Ok(response) => {
            let (data, response) = response.into_parts();
            let (native, body) = leading_on(data, response.body().clone());
            Either::B((head(&response), native, body))
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
    text.push_str(&host::text(response.body()));
    text
}

fn head<T>(response: &Response<T>) -> String {
    line(&About::from(response), None)
}

/// What there is to say about an answer.
struct About<'a> {
    status: u16,
    request_id: Option<&'a str>,
    retries_taken: u32,
    headers: &'a HeaderMap,
}

impl<'a, T> From<&'a Response<T>> for About<'a> {
    fn from(response: &'a Response<T>) -> Self {
        Self {
            status: response.status_code(),
            request_id: response.request_id(),
            retries_taken: response.retries_taken(),
            headers: response.headers(),
        }
    }
}

impl<'a, T: Answer> From<&'a StreamingResponse<T>> for About<'a> {
    fn from(response: &'a StreamingResponse<T>) -> Self {
        Self {
            status: response.status_code(),
            request_id: response.request_id(),
            retries_taken: response.retries_taken(),
            headers: response.headers(),
        }
    }
}

fn line(about: &About<'_>, is_json: Option<bool>) -> String {
    let head = Head {
        status: about.status,
        request_id: about.request_id,
        retries_taken: about.retries_taken,
        headers: host::headers(about.headers),
        is_json,
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    text.push('\n');
    text
}
