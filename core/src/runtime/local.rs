//! The runtime of a thread that waits for its own calls: nothing has to be handed to another thread and back.

use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use tokio::runtime::{Builder, Handle, Id, Runtime};

use crate::process::Process;

/// The runtime of this thread. It runs while something is waited for and at no other time.
pub struct Local(Rc<OfThread>);

struct OfThread {
    process: Process,
    id: Id,
    /// Missing once it is shut down.
    runtime: Option<Runtime>,
}

thread_local! {
    static OF_THREAD: RefCell<Option<Rc<OfThread>>> = const { RefCell::new(None) };
}

impl Local {
    /// The runtime of this thread, made when first asked for. A forked child gets one of its own: what the parent's
    /// watches would be shared with it.
    ///
    /// # Errors
    ///
    /// When the system gives no descriptors for it, or the thread ends.
    pub fn get() -> io::Result<Self> {
        let process = Process::current();
        let known = OF_THREAD
            .try_with(|known| known.borrow().clone())
            .map_err(io::Error::other)?;
        if let Some(known) = known
            && known.process == process
        {
            return Ok(Self(known));
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let fresh = Rc::new(OfThread {
            process,
            id: runtime.handle().id(),
            runtime: Some(runtime),
        });
        let before = OF_THREAD.replace(Some(fresh.clone()));
        drop(before);
        Ok(Self(fresh))
    }

    /// Waits on this thread until `future` is ready. `None` when it panicked.
    pub fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        let runtime = self.0.runtime.as_ref()?;
        // What panicked is not looked at any more.
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(future))).ok()
    }
}

/// Whether this is the runtime of the thread that asks.
pub(super) fn is_local(runtime: &Handle) -> bool {
    OF_THREAD
        .try_with(|of| {
            let of = of.borrow();
            of.as_ref().is_some_and(|of| of.id == runtime.id())
        })
        .unwrap_or_default()
}

impl Drop for OfThread {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if self.process.is_current() {
            // Looking up a name cannot be interrupted, and is not waited for.
            runtime.shutdown_background();
        } else {
            // The parent's.
            std::mem::forget(runtime);
        }
    }
}
