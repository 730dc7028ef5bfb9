//! One exchange: a request out, a whole answer in, whichever HTTP client does it.

mod builtin;
mod pool;
mod seam;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, header};
use tokio::time::Sleep;

use crate::address::Address;
use crate::response::request_id;

pub(crate) use builtin::HttpSettings;
pub(crate) use pool::{Carrier, Http};
pub(crate) use seam::Source;
pub use seam::{Streamed, TimeLeft, Transport, TransportBody, TransportError, TransportFuture};

/// An HTTP client that may be used here.
pub(crate) enum Ready {
    Builtin(Arc<builtin::Client>),
    Foreign(Arc<dyn Transport>),
}

impl Ready {
    /// Sends a request and gives the head of its answer.
    async fn send(
        &self,
        request: Outgoing,
        end: Option<Instant>,
        reading: Reading,
    ) -> Result<Answered, TransportError> {
        match self {
            Self::Builtin(client) => client.send(request).await,
            Self::Foreign(transport) => {
                let left = end.map(|end| end.saturating_duration_since(Instant::now()));
                let request = request.into_http(left, reading)?;
                let (mut head, body) = transport.send(request).await?.into_parts();
                // How its body was packed: it is not any more.
                for name in [
                    header::CONTENT_ENCODING,
                    header::CONTENT_LENGTH,
                    header::TRANSFER_ENCODING,
                ] {
                    head.headers.remove(name);
                }
                Ok(Answered {
                    status: head.status,
                    headers: head.headers,
                    body: Unread::Foreign(body),
                })
            }
        }
    }
}

/// A request, ready to go.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Outgoing {
    /// For a program's own HTTP client.
    fn into_http(
        self,
        left: Option<Duration>,
        reading: Reading,
    ) -> Result<http::Request<Bytes>, TransportError> {
        let mut request = http::Request::new(self.body.unwrap_or_default());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.address.to_url().as_str().parse().map_err(|error| {
            TransportError::new(format!("The address is no URI: {error}"))
                .unsent()
                .permanent()
        })?;
        *request.headers_mut() = self.headers;
        if let Some(left) = left {
            request.extensions_mut().insert(TimeLeft(left));
        }
        if let Reading::Later(idle) = reading {
            request.extensions_mut().insert(Streamed { idle });
        }
        Ok(request)
    }
}

/// An answer.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The whole body,
    pub(crate) body: Bytes,
    /// unless it was left unread.
    pub(crate) unread: Option<Unread>,
}

/// The head of an answer, its body still to come.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Unread,
}

/// A body that is read as it comes. Dropping it closes the connection.
pub(crate) enum Unread {
    Builtin(builtin::Body),
    Foreign(TransportBody),
}

impl Unread {
    /// Whether it comes from a program's own HTTP client.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign(_))
    }

    /// The next piece; `None` at the end.
    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        match self {
            Self::Builtin(body) => body.poll_chunk(context),
            Self::Foreign(body) => body.as_mut().poll_next(context),
        }
    }
}

/// Why there is no whole answer.
pub(crate) enum Failure {
    /// It never began, or broke off before the headers were complete.
    NoAnswer {
        reason: String,
        may_retry: bool,
        /// Whether the request may have arrived all the same.
        sent: bool,
        source: Option<Source>,
    },
    /// A success began and its body broke off.
    CutShort {
        reason: String,
        may_retry: bool,
        source: Option<Source>,
    },
    /// It took too long.
    TimedOut {
        reason: String,
        /// Whether the request may have arrived all the same.
        sent: bool,
        source: Option<Source>,
    },
    /// Its body is larger than this many bytes.
    TooLarge {
        limit: usize,
        status: StatusCode,
        headers: HeaderMap,
    },
}

impl Failure {
    /// There was no answer.
    fn unanswered(error: TransportError) -> Self {
        let TransportError {
            reason,
            is_timeout,
            is_unsent,
            is_permanent,
            source,
        } = error;
        if is_timeout {
            Self::TimedOut {
                reason,
                sent: !is_unsent,
                source,
            }
        } else {
            Self::NoAnswer {
                reason,
                may_retry: !is_permanent,
                sent: !is_unsent,
                source,
            }
        }
    }

    /// The answer broke off.
    fn broken(error: TransportError, status: StatusCode, headers: &HeaderMap) -> Self {
        let TransportError {
            reason,
            is_timeout,
            is_permanent,
            source,
            ..
        } = error;
        if is_timeout && !is_permanent {
            return Self::TimedOut {
                reason,
                sent: true,
                source,
            };
        }
        let id = request_id(headers).unwrap_or("none");
        let status = status.as_u16();
        Self::CutShort {
            reason: format!("The answer broke off (status {status}, request id {id}): {reason}"),
            may_retry: !is_permanent,
            source,
        }
    }
}

/// When the body of a success is read.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// At once, to its end.
    Whole,
    /// As its reader likes; it may be silent for so long.
    Later(Option<Duration>),
}

/// Sends a request and reads its answer, if it is to be read whole: `limit` bytes of body at most, by `end` at the latest. Dropping
/// the future ends the exchange.
pub(crate) async fn exchange(
    client: &Ready,
    request: Outgoing,
    reading: Reading,
    limit: usize,
    end: Option<(Instant, Duration)>,
) -> Result<Incoming, Failure> {
    let (end, length) = end.unzip();
    // One timer for the whole of it.
    let mut over = pin!(end.map(|end| tokio::time::sleep_until(end.into())));
    let length = length.unwrap_or_default();
    let sending = pin!(client.send(request, end, reading));
    let answer = until(over.as_mut(), length, sending).await?;
    let Answered {
        status,
        headers,
        mut body,
    } = answer.map_err(Failure::unanswered)?;
    if matches!(reading, Reading::Later(_)) && status.is_success() {
        return Ok(Incoming {
            status,
            headers,
            body: Bytes::new(),
            unread: Some(body),
        });
    }
    let mut read = Body::default();
    match until(over, length, pin!(read.fill(&mut body, limit))).await {
        Ok(Ok(())) => {}
        // A failure says enough by its status, whatever becomes of its body.
        _ if !status.is_success() => {}
        Ok(Err(Broken::TooLarge)) => {
            return Err(Failure::TooLarge {
                limit,
                status,
                headers,
            });
        }
        Ok(Err(Broken::Off(error))) => return Err(Failure::broken(error, status, &headers)),
        Err(failure) => return Err(failure),
    }
    Ok(Incoming {
        status,
        headers,
        body: read.into_bytes(),
        unread: None,
    })
}

/// What comes of `future` before the attempt is over, which may take so long.
async fn until<T>(
    mut over: Pin<&mut Option<Sleep>>,
    length: Duration,
    mut future: Pin<&mut impl Future<Output = T>>,
) -> Result<T, Failure> {
    poll_fn(|context| {
        if let Poll::Ready(outcome) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(outcome));
        }
        match over.as_mut().as_pin_mut() {
            Some(sleep) => sleep.poll(context).map(|()| {
                Err(Failure::TimedOut {
                    reason: format!("No whole answer within {length:.1?}."),
                    sent: true,
                    source: None,
                })
            }),
            None => Poll::Pending,
        }
    })
    .await
}

/// A body, as far as it has been read.
#[derive(Default)]
pub(crate) struct Body {
    /// Most bodies are one chunk, which is then the body without a copy.
    first: Bytes,
    more: BytesMut,
}

enum Broken {
    Off(TransportError),
    TooLarge,
}

impl Body {
    async fn fill(&mut self, unread: &mut Unread, limit: usize) -> Result<(), Broken> {
        while let Some(chunk) = poll_fn(|context| unread.poll_chunk(context)).await {
            if !self.push(chunk.map_err(Broken::Off)?, limit) {
                return Err(Broken::TooLarge);
            }
        }
        Ok(())
    }

    /// Adds a piece, unless that makes more than `limit` bytes.
    pub(crate) fn push(&mut self, chunk: Bytes, limit: usize) -> bool {
        if self.first.len() + self.more.len() + chunk.len() > limit {
            return false;
        }
        if self.first.is_empty() && self.more.is_empty() {
            self.first = chunk;
        } else {
            self.more
                .extend_from_slice(&std::mem::take(&mut self.first));
            self.more.extend_from_slice(&chunk);
        }
        true
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.more.is_empty() {
            self.first
        } else {
            self.more.freeze()
        }
    }
}
