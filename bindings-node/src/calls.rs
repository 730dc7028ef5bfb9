//! Calls under way: each on core's runtime, with a promise that is settled whatever becomes of the call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use kernel_client::host;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred, Result};
use tokio::task::AbortHandle;

use crate::errands::Errands;
use crate::error;

/// The calls of one JavaScript environment (the main thread, or a worker), by the number JavaScript gave them.
#[derive(Default)]
pub(crate) struct Calls(Mutex<HashMap<u32, Option<AbortHandle>>>);

tokio::task_local! {
    static CURRENT: u32;
}

/// The number of the call that is being worked on.
pub(crate) fn current() -> Option<u32> {
    CURRENT.try_with(|number| *number).ok()
}

/// What a promise is settled with.
pub(crate) trait Settles: ToNapiValue + Send + 'static {
    /// For a call that came to nothing, by the text of its failure.
    fn failed(text: String) -> Self;
}

impl Settles for String {
    fn failed(text: String) -> Self {
        text
    }
}

/// What belongs to one JavaScript environment.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    calls: Arc<Calls>,
    pub(crate) errands: Arc<Errands>,
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
        for task in open.into_values().flatten() {
            task.abort();
        }
    }
}

impl Calls {
    /// The calls of this environment.
    pub(crate) fn of(env: &Env) -> Result<Arc<Self>> {
        Ok(Environment::of(env)?.calls)
    }

    /// Starts a call and returns the promise of its reply. The future owns all it needs: the environment, and
    /// every object in it, may be gone before the future is.
    pub(crate) fn start<'env, R: Settles>(
        self: &Arc<Self>,
        env: &'env Env,
        number: u32,
        reply: impl Future<Output = R> + Send + 'static,
    ) -> Result<Object<'env>> {
        let runtime = host::runtime()?;
        let (deferred, promise) = env.create_deferred()?;
        let call = Call {
            number,
            calls: Arc::downgrade(self),
            reply: None,
            deferred: Some(deferred),
        };
        self.open().insert(number, None);
        let task = runtime.spawn(CURRENT.scope(number, async move {
            let mut call = call;
            call.reply = Some(reply.await);
        }));
        // A call that has ended already has taken its entry with it.
        if let Some(entry) = self.open().get_mut(&number) {
            *entry = Some(task.abort_handle());
        }
        Ok(promise)
    }

    /// Stops a call: its future is dropped at once, and with it the request.
    pub(crate) fn abort(&self, number: u32) {
        let task = self.open().get(&number).cloned().flatten();
        if let Some(task) = task {
            task.abort();
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u32, Option<AbortHandle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settles the promise when the task goes, be it done, stopped or panicking.
struct Call<R: Settles> {
    number: u32,
    calls: Weak<Calls>,
    reply: Option<R>,
    deferred: Option<JsDeferred<R, Resolver<R>>>,
}

type Resolver<R> = Box<dyn FnOnce(Env) -> Result<R>>;

impl<R: Settles> Drop for Call<R> {
    fn drop(&mut self) {
        if let Some(calls) = self.calls.upgrade() {
            calls.open().remove(&self.number);
        }
        let reply = self.reply.take().unwrap_or_else(|| {
            R::failed(if thread::panicking() {
                host::error_to_json(&host::panicked())
            } else {
                error::aborted()
            })
        });
        if let Some(deferred) = self.deferred.take() {
            deferred.resolve(Box::new(|_| Ok(reply)));
        }
    }
}
