//! The seam: where a program's own HTTP client takes the place of the one built in.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

/// A program's own HTTP client, in place of the one built in.
///
/// It sends one request and gives its answer, and decides nothing else: retries, time limits, redirects, errors and the
/// reading of answers stay the client's. An answer with any status is an answer, not an error. Bodies are given
/// decompressed; headers that tell how they were compressed are passed over.
///
/// Dropping the future, or the body, means that the exchange is not wanted any more.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request. How long the attempt may still take is among its extensions, as [`TimeLeft`], and that the body
    /// of the answer is read as it comes, as [`Streamed`].
    fn send(&self, request: http::Request<Bytes>) -> TransportFuture;
}

/// The head of an answer, and its body as it comes.
pub type TransportFuture =
    Pin<Box<dyn Future<Output = Result<http::Response<TransportBody>, TransportError>> + Send>>;

/// A body, piece by piece. After an error it is over.
pub type TransportBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// How long an attempt may still take. The client gives up by itself when it is over; a transport that cannot be
/// interrupted should heed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLeft(pub Duration);

/// The body of the answer is read as it comes, after the attempt: a stream of events, for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// How long it may be silent. The client gives up by itself then.
    pub idle: Option<Duration>,
}

/// What a client's error has as its source.
pub(crate) type Source = Arc<dyn Error + Send + Sync>;

/// No answer, or not all of it.
pub struct TransportError {
    pub(super) reason: String,
    pub(super) is_timeout: bool,
    pub(super) is_unsent: bool,
    pub(super) is_permanent: bool,
    pub(super) source: Option<Source>,
}

impl TransportError {
    /// The exchange failed; the request may have arrived all the same.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            is_timeout: false,
            is_unsent: false,
            is_permanent: false,
            source: None,
        }
    }

    /// It took too long.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.is_timeout = true;
        self
    }

    /// The request cannot have arrived.
    #[must_use]
    pub fn unsent(mut self) -> Self {
        self.is_unsent = true;
        self
    }

    /// Trying again would fail again.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.is_permanent = true;
        self
    }

    /// What lies beneath: the source of the error that the caller gets.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }
}

impl TransportError {
    pub(crate) fn is_permanent(&self) -> bool {
        self.is_permanent
    }

    /// The client's error for it, where it says `what` happened.
    pub(crate) fn into_error(self, what: &str) -> crate::Error {
        let reason = format!("{what}: {}", self.reason);
        let error = if self.is_timeout {
            crate::Error::timeout(reason)
        } else {
            crate::Error::connection(reason)
        };
        error.caused_by(self.source)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("reason", &self.reason)
            .field("is_timeout", &self.is_timeout)
            .field("is_unsent", &self.is_unsent)
            .field("is_permanent", &self.is_permanent)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
