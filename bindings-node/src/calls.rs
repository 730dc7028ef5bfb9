//! Calls under way, with a reply whatever becomes of them: on core's runtime, but for the beginning of one that is alone.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use kernel_client::host::{self, Begun};
use napi::{Env, Result};

use crate::desk::{Desk, lock};
use crate::errands::Exchanges;
use crate::error;
use crate::reply::Reply;

/// The calls of one JavaScript environment (the main thread, or a worker), by the number JavaScript gave them.
#[derive(Default)]
pub(crate) struct Calls(Mutex<HashMap<u32, Option<Begun>>>);

tokio::task_local! {
    static CURRENT: u32;
}

/// The number of the call that is being worked on.
pub(crate) fn current() -> Option<u32> {
    CURRENT.try_with(|number| *number).ok()
}

/// What belongs to one JavaScript environment.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    calls: Arc<Calls>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) exchanges: Arc<Exchanges>,
}

impl Environment {
    pub(crate) fn of(env: &Env) -> Result<Self> {
        if let Some(known) = env.get_instance_data::<Owned>()? {
            return Ok(known.0.clone());
        }
        let made = Self::default();
        env.set_instance_data(Owned(made.clone()), (), |_| ())?;
        Ok(made)
    }
}

/// Node drops it with its environment, and with it go the calls nobody waits for any more.
struct Owned(Environment);

impl Drop for Owned {
    fn drop(&mut self) {
        let open = std::mem::take(&mut *self.0.calls.open());
        for begun in open.into_values().flatten() {
            begun.abort();
        }
    }
}

/// What comes of a call. It owns all it needs: the environment, and every object in it, may be gone before it is. And it
/// is large: it stays where it is.
type Work = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// Starts a call that begins with a request; its reply is put on the desk. One by itself is begun at once; of many the
/// client's thread does more at a time than it costs to wake it.
pub(crate) fn start(
    env: &Env,
    number: u32,
    reply: impl Future<Output = Reply> + Send + 'static,
) -> Result<()> {
    run(env, number, Box::pin(reply), true)
}

/// Goes on with what was begun: there may be much of it, for which JavaScript's thread is not to be held up.
pub(crate) fn go_on(
    env: &Env,
    number: u32,
    reply: impl Future<Output = Reply> + Send + 'static,
) -> Result<()> {
    run(env, number, Box::pin(reply), false)
}

fn run(env: &Env, number: u32, reply: Work, begins: bool) -> Result<()> {
    // It is there from here on: a call that could not begin would fail and be replied to.
    host::runtime()?;
    let Environment { calls, desk, .. } = Environment::of(env)?;
    let is_alone = desk.expect(env)?;
    calls.open().insert(number, None);
    let call = Call {
        number,
        calls: calls.clone(),
        desk,
        reply: None,
    };
    let work = CURRENT.scope(number, async move {
        let mut call = call;
        call.reply = Some(reply.await);
    });
    let begun = if begins && is_alone {
        Begun::here(work, |()| {})?
    } else {
        Begun::elsewhere(work, |()| {})?
    };
    // A call that has ended already has taken its entry with it.
    if let Some(entry) = calls.open().get_mut(&number) {
        *entry = Some(begun);
    }
    Ok(())
}

/// Stops a call: its future is dropped at once, and with it the request.
pub(crate) fn abort(env: &Env, number: u32) -> Result<()> {
    let begun = Environment::of(env)?.calls.open().get(&number).cloned();
    if let Some(begun) = begun.flatten() {
        begun.abort();
    }
    Ok(())
}

impl Calls {
    fn open(&self) -> MutexGuard<'_, HashMap<u32, Option<Begun>>> {
        lock(&self.0)
    }
}

/// Replies when the future goes, be it done, stopped or panicking.
struct Call {
    number: u32,
    calls: Arc<Calls>,
    desk: Arc<Desk>,
    reply: Option<Reply>,
}

impl Drop for Call {
    fn drop(&mut self) {
        self.calls.open().remove(&self.number);
        let reply = self.reply.take().unwrap_or_else(|| {
            Reply::A(if thread::panicking() {
                host::error_to_json(&host::panicked())
            } else {
                error::aborted()
            })
        });
        self.desk.reply(self.number, reply);
    }
}
