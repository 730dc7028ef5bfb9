//! The runtime of the process, for calls that nobody's thread waits for.

use std::future::pending;
use std::io;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, OnceLock};
use std::thread;

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle, Runtime};

use super::begun::{Spent, Woken};
use crate::process::Process;

/// The runtime of this process.
struct OfProcess {
    process: Process,
    handle: Handle,
    /// What is there for as long as the process lives; only of a runtime that came to be the one.
    kept: OnceLock<&'static Shared>,
}

/// A runtime, the way to its turns, and the memory of what is begun on it.
pub(super) struct Shared {
    pub(super) handle: Handle,
    pub(super) woken: OnceLock<Woken>,
    pub(super) spent: Spent,
}

impl OfProcess {
    fn kept(&self) -> &'static Shared {
        self.kept.get_or_init(|| {
            Box::leak(Box::new(Shared {
                handle: self.handle.clone(),
                woken: OnceLock::new(),
                spent: Spent::default(),
            }))
        })
    }
}

static RUNTIME: ArcSwapOption<OfProcess> = ArcSwapOption::const_empty();

/// The runtime that every client of this process works on, started when first asked for. A forked child gets
/// one of its own: the parent's has no thread there.
///
/// It has one thread: with a second one, each call would wake it to look for work, which is a fifth of what a call costs
/// that is alone.
///
/// # Errors
///
/// When the system gives no thread.
pub fn runtime() -> io::Result<&'static Handle> {
    Ok(&shared()?.handle)
}

pub(super) fn shared() -> io::Result<&'static Shared> {
    let process = Process::current();
    loop {
        let current = RUNTIME.load();
        if let Some(of) = &*current
            && of.process == process
        {
            return Ok(of.kept());
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let fresh = Arc::new(OfProcess {
            process,
            handle: runtime.handle().clone(),
            kept: OnceLock::new(),
        });
        let (start, wanted) = sync_channel::<Runtime>(1);
        thread::Builder::new()
            .name("kernel-client".to_owned())
            .spawn(move || {
                // It lives as long as the process: a forked child could not shut its parent's down anyway.
                if let Ok(runtime) = wanted.recv() {
                    runtime.block_on(pending::<()>());
                }
            })?;
        let before = RUNTIME.compare_and_swap(&current, Some(fresh.clone()));
        if same(&before, &current) {
            // The thread waits for it.
            let _ = start.send(runtime);
            return Ok(fresh.kept());
        }
        // Another thread was first; its runtime is the one.
        runtime.shutdown_background();
    }
}

/// Whether this is the runtime of the process.
#[must_use]
pub fn is_shared(runtime: &Handle) -> bool {
    let of = RUNTIME.load();
    of.as_ref().is_some_and(|of| of.handle.id() == runtime.id())
}

fn same(a: &Option<Arc<OfProcess>>, b: &Option<Arc<OfProcess>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
