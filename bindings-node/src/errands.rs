//! What the client's threads want of JavaScript, and what it gives for that.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use kernel_client::TransportError;
use kernel_client::bytes::Bytes;
use napi::bindgen_prelude::{Buffer, Either};
use napi::{Env, Result};
use napi_derive::napi;
use tokio::sync::oneshot;

use crate::calls::Environment;
use crate::desk::lock;

/// One thing to be done.
#[napi(object, object_from_js = false)]
pub struct Errand {
    /// What: `send` a request, `read` on, `drop` an exchange, `log` a line.
    pub kind: &'static str,
    /// Whose `fetch` or logger it is for.
    pub plugins: u32,
    /// The call it belongs to.
    pub call: Option<u32>,
    /// The exchange it belongs to.
    pub exchange: u32,
    /// Method, address and headers as JSON; or the level of the line.
    pub head: Option<String>,
    /// What is sent, text where it is JSON; or the line.
    pub body: Option<Either<String, Buffer>>,
}

/// The requests of one JavaScript environment that go by a `fetch`, with who waits for what comes of them.
#[derive(Default)]
pub(crate) struct Exchanges {
    waiting: Mutex<HashMap<u32, oneshot::Sender<Given>>>,
    last: AtomicU32,
}

/// What JavaScript gives for an errand.
pub(crate) type Given = std::result::Result<Part, TransportError>;

/// A part of an answer.
pub(crate) enum Part {
    /// Its head as JSON, and whether there is a body.
    Head(String, bool),
    /// A piece of its body; none at the end.
    Piece(Option<Bytes>),
}

impl Exchanges {
    /// Where what JavaScript gives for an exchange comes.
    pub(crate) fn wait(&self, exchange: u32) -> oneshot::Receiver<Given> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(exchange, sender);
        receiver
    }

    /// A number for an exchange.
    pub(crate) fn number(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// Nobody waits for an exchange any more.
    pub(crate) fn forget(&self, exchange: u32) {
        self.waiting().remove(&exchange);
    }

    fn give(&self, exchange: u32, given: Given) {
        let sender = self.waiting().remove(&exchange);
        if let Some(sender) = sender {
            // Nobody may want it any more.
            let _ = sender.send(given);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u32, oneshot::Sender<Given>>> {
        lock(&self.waiting)
    }
}

fn of(env: &Env) -> Result<Arc<Exchanges>> {
    Ok(Environment::of(env)?.exchanges)
}

/// Gives the head of an answer, as JSON.
#[napi(catch_unwind)]
pub fn answered(env: Env, exchange: u32, head: String, has_body: bool) -> Result<()> {
    of(&env)?.give(exchange, Ok(Part::Head(head, has_body)));
    Ok(())
}

/// Gives a piece of a body; none at its end.
#[napi(catch_unwind)]
pub fn gave(env: Env, exchange: u32, piece: Option<Buffer>) -> Result<()> {
    // JavaScript may write to its own meanwhile.
    let piece = piece.map(|piece| Bytes::copy_from_slice(&piece));
    of(&env)?.give(exchange, Ok(Part::Piece(piece)));
    Ok(())
}

/// Tells why there is no answer, or no more of it.
#[napi(catch_unwind)]
pub fn failed(env: Env, exchange: u32, failure: Failure) -> Result<()> {
    let mut error = TransportError::new(failure.reason);
    if failure.is_timeout {
        error = error.timed_out();
    }
    if failure.is_unsent {
        error = error.unsent();
    }
    if failure.is_permanent {
        error = error.permanent();
    }
    of(&env)?.give(exchange, Err(error));
    Ok(())
}

/// Why there is no answer.
#[napi(object, object_to_js = false)]
pub struct Failure {
    /// In words.
    pub reason: String,
    /// Whether it took too long.
    pub is_timeout: bool,
    /// Whether the request cannot have arrived.
    pub is_unsent: bool,
    /// Whether trying again would fail again.
    pub is_permanent: bool,
}
