//! What a program brings along: its `fetch` in place of the HTTP client built in, and its logger.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use kernel_client::bytes::Bytes;
use kernel_client::futures_core::Stream;
use kernel_client::host::{self, LogLevel, Plugins};
use kernel_client::http::{Request, header};
use kernel_client::{Transport, TransportBody, TransportError, TransportFuture};
use napi::bindgen_prelude::{Buffer, Either};
use napi::{Env, Result};
use napi_derive::napi;
use serde::Deserialize;
use serde_json::json;

use crate::calls::{self, Environment};
use crate::desk::Desk;
use crate::errands::{Errand, Exchanges, Given, Part};

/// The plugins of a client, which JavaScript keeps under this number.
#[napi(object, object_to_js = false)]
pub struct Brought {
    /// Theirs.
    pub number: u32,
    /// Whether they send requests.
    pub sends: bool,
    /// Whether they take lines.
    pub logs: bool,
}

/// The plugins as core has them.
pub(crate) fn of(env: &Env, brought: Option<&Brought>) -> Result<Plugins> {
    let Some(brought) = brought else {
        return Ok(Plugins::default());
    };
    let Environment {
        desk, exchanges, ..
    } = Environment::of(env)?;
    let number = brought.number;
    let plugins = if brought.sends {
        let desk = desk.clone();
        Plugins::default().transport(Some(Arc::new(Foreign {
            desk,
            exchanges,
            number,
        })))
    } else {
        Plugins::default().built_in()
    };
    let log = move |level: LogLevel, line: fmt::Arguments<'_>| {
        desk.put(Errand {
            kind: "log",
            plugins: number,
            call: None,
            exchange: 0,
            head: Some(level.name().to_owned()),
            body: Some(Either::A(line.to_string())),
        });
    };
    Ok(plugins.logger(brought.logs.then_some(log)))
}

/// The `fetch` of a program.
struct Foreign {
    desk: Arc<Desk>,
    exchanges: Arc<Exchanges>,
    number: u32,
}

/// The head of an answer, as JavaScript gives it.
#[derive(Deserialize)]
struct Head {
    status: i64,
    headers: Vec<(String, String)>,
}

impl Transport for Foreign {
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        let mut exchange = Exchange {
            number: self.exchanges.number(),
            desk: self.desk.clone(),
            exchanges: self.exchanges.clone(),
            plugins: self.number,
            is_open: true,
        };
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let described = json!([
                head.method.as_str(),
                head.uri.to_string(),
                host::headers(&head.headers)
            ]);
            let is_json = head
                .headers
                .get(header::CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
            let given = exchange
                .ask("send", Some(described.to_string()), content(&body, is_json))
                .await?;
            let Part::Head(head, has_body) = given else {
                return Err(nonsense("a body before its head"));
            };
            let Head { status, headers } =
                serde_json::from_str(&head).map_err(|_| nonsense("an answer that is none"))?;
            let headers = headers
                .into_iter()
                .map(|(name, value)| (name, host::latin1(&value)));
            exchange.is_open = has_body;
            host::answer(FETCH, status, headers, exchange.into_body())
        })
    }
}

type Content = Either<String, Buffer>;

/// What `fetch` is to send: a text where it is one, as programs of JavaScript have it.
fn content(body: &Bytes, is_json: bool) -> Option<Content> {
    if body.is_empty() {
        return None;
    }
    Some(match str::from_utf8(body) {
        Ok(text) if is_json => Either::A(text.to_owned()),
        _ => Either::B(body.to_vec().into()),
    })
}

fn nonsense(what: &str) -> TransportError {
    host::no_answer(FETCH, what)
}

/// What messages call it.
const FETCH: &str = "The program's `fetch`";

/// A request of `fetch` and its answer. When it goes while it is open, it is given up.
struct Exchange {
    desk: Arc<Desk>,
    exchanges: Arc<Exchanges>,
    number: u32,
    plugins: u32,
    is_open: bool,
}

impl Exchange {
    async fn ask(
        &mut self,
        kind: &'static str,
        head: Option<String>,
        body: Option<Content>,
    ) -> Given {
        let coming = self.exchanges.wait(self.number);
        self.desk
            .put(self.errand(kind, calls::current(), head, body));
        let given = coming.await.unwrap_or_else(|_| {
            Err(TransportError::new("Nobody waits for the call any more.").permanent())
        });
        // It is over on the other side as well.
        self.is_open = matches!(given, Ok(Part::Head(..) | Part::Piece(Some(_))));
        given
    }

    fn errand(
        &self,
        kind: &'static str,
        call: Option<u32>,
        head: Option<String>,
        body: Option<Content>,
    ) -> Errand {
        Errand {
            kind,
            plugins: self.plugins,
            call,
            exchange: self.number,
            head,
            body,
        }
    }

    fn into_body(self) -> TransportBody {
        Box::pin(Body(State::Idle(self)))
    }

    async fn next(mut self) -> (Option<Self>, Piece) {
        if !self.is_open {
            return (None, None);
        }
        match self.ask("read", None, None).await {
            Ok(Part::Piece(Some(piece))) => (Some(self), Some(Ok(piece))),
            Ok(Part::Piece(None)) => (None, None),
            Ok(Part::Head(..)) => (None, Some(Err(nonsense("a head after its body")))),
            Err(error) => (None, Some(Err(error))),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.exchanges.forget(self.number);
        if self.is_open {
            self.desk.put(self.errand("drop", None, None, None));
        }
    }
}

type Piece = Option<std::result::Result<Bytes, TransportError>>;

/// The body of an answer, piece by piece.
struct Body(State);

enum State {
    Idle(Exchange),
    Reading(Pin<Box<dyn Future<Output = (Option<Exchange>, Piece)> + Send>>),
    Over,
}

impl Stream for Body {
    type Item = std::result::Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Piece> {
        self.0 = match std::mem::replace(&mut self.0, State::Over) {
            State::Idle(exchange) => State::Reading(Box::pin(exchange.next())),
            other => other,
        };
        let State::Reading(reading) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let (exchange, piece) = ready!(reading.as_mut().poll(context));
        self.0 = exchange.map_or(State::Over, State::Idle);
        Poll::Ready(piece)
    }
}
