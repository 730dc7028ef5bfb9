//! What the client's threads want of JavaScript. It is put down here, and done by JavaScript's own thread when that
//! looks: with each reply of such a call, and when it hears the bell.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kernel_client::TransportError;
use kernel_client::bytes::Bytes;
use napi::bindgen_prelude::{Buffer, Either, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status};
use napi_derive::napi;
use tokio::sync::oneshot;

use crate::calls::Environment;

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

/// Rung when something was put down. It holds up no process.
type Bell = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Those of one JavaScript environment.
#[derive(Default)]
pub(crate) struct Errands {
    bell: OnceLock<Bell>,
    waiting: Mutex<Vec<Errand>>,
    exchanges: Mutex<HashMap<u32, oneshot::Sender<Given>>>,
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

impl Errands {
    /// Puts something down.
    pub(crate) fn put(&self, errand: Errand) {
        let was_empty = {
            let mut waiting = lock(&self.waiting);
            waiting.push(errand);
            waiting.len() == 1
        };
        if let (true, Some(bell)) = (was_empty, self.bell.get()) {
            // Where nobody is left to hear it, the calls are gone as well.
            bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Puts something down and waits for what JavaScript gives for it; nothing when that will never come.
    pub(crate) async fn ask(&self, errand: Errand) -> Option<Given> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.exchanges).insert(errand.exchange, sender);
        self.put(errand);
        receiver.await.ok()
    }

    /// A number for an exchange.
    pub(crate) fn number(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// Nobody waits for an exchange any more.
    pub(crate) fn forget(&self, exchange: u32) {
        lock(&self.exchanges).remove(&exchange);
    }

    fn give(&self, exchange: u32, given: Given) {
        let sender = lock(&self.exchanges).remove(&exchange);
        if let Some(sender) = sender {
            // Nobody may want it any more.
            let _ = sender.send(given);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn of(env: &Env) -> Result<Arc<Errands>> {
    Ok(Environment::of(env)?.errands)
}

/// Has `bell` called when there is something to do. Once is enough.
#[napi(catch_unwind)]
pub fn serve(env: Env, bell: Function<'_, (), ()>) -> Result<()> {
    let bell = bell
        .build_threadsafe_function::<()>()
        .weak::<true>()
        .build()?;
    // A second one is not needed.
    let _ = of(&env)?.bell.set(bell);
    Ok(())
}

/// What is to be done, in order.
#[napi(catch_unwind)]
pub fn errands(env: Env) -> Result<Vec<Errand>> {
    Ok(std::mem::take(&mut *lock(&of(&env)?.waiting)))
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
