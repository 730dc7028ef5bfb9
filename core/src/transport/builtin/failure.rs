//! Why there is no answer, in words.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::Request;
use hyper::client::conn::TrySendError;

use super::connection::Sent;
use crate::transport::TransportError;

/// No answer.
pub(super) struct Broken {
    /// The request, if it was not sent.
    pub(super) unsent: Option<Request<Sent>>,
    pub(super) error: TransportError,
}

/// There is no connection.
pub(super) fn unconnected(error: &(dyn Error + 'static)) -> TransportError {
    TransportError::new(format!("Could not connect: {}", reason(error))).unsent()
}

/// There is no connection in time.
pub(super) fn late(limit: Duration) -> TransportError {
    TransportError::new(format!("Not connected within {limit:.1?}."))
        .timed_out()
        .unsent()
}

/// Whether an address took too long to answer.
pub(super) fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A request that no connection can take.
pub(super) fn unfit(error: &http::Error) -> TransportError {
    TransportError::new(format!("The request cannot be sent: {error}"))
        .unsent()
        .permanent()
}

impl From<TransportError> for Broken {
    fn from(error: TransportError) -> Self {
        Self {
            unsent: None,
            error,
        }
    }
}

impl From<TrySendError<Request<Sent>>> for Broken {
    fn from(mut failed: TrySendError<Request<Sent>>) -> Self {
        let unsent = failed.take_message();
        let reason = reason(failed.error());
        Self {
            unsent,
            error: TransportError::new(format!("The connection broke: {reason}")),
        }
    }
}

/// What an error says with all that lies beneath, without the address: a query may hold secrets.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !causes.last().is_some_and(|last| last.contains(&text)) {
            causes.push(text);
        }
        cause = error.source();
    }
    let mut text = causes.join(": ");
    if text.contains("invalid peer certificate") {
        text.insert_str(0, "The server's certificate is not trusted: ");
    }
    text
}
