//! The runtime of the process, for calls that nobody's thread waits for.

use std::future::pending;
use std::sync::Arc;
use std::thread;

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle};

use crate::process::Process;

/// The runtime of this process.
struct OfProcess {
    process: Process,
    handle: &'static Handle,
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
pub fn runtime() -> std::io::Result<&'static Handle> {
    let process = Process::current();
    let current = RUNTIME.load();
    if let Some(of) = &*current
        && of.process == process
    {
        return Ok(of.handle);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // It lives as long as the process: a forked child could not shut its parent's down anyway.
    let handle = Box::leak(Box::new(runtime.handle().clone()));
    thread::Builder::new()
        .name("kernel-client".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    let fresh = Arc::new(OfProcess { process, handle });
    let before = RUNTIME.compare_and_swap(&current, Some(fresh.clone()));
    let lost = !same(&before, &current);
    match &*before {
        // Another thread was first; its runtime is the one, and this one idles.
        Some(first) if lost && first.process == process => Ok(first.handle),
        _ => Ok(fresh.handle),
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
