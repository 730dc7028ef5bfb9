//! The runtime of the process, for calls that nobody's thread waits for.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::process::Process;

/// The runtime of this process.
struct OfProcess {
    process: Process,
    runtime: &'static Runtime,
}

static RUNTIME: ArcSwapOption<OfProcess> = ArcSwapOption::const_empty();

/// The runtime that every client of this process works on, started when first asked for. A forked child gets
/// one of its own: the parent's has no threads there.
///
/// # Errors
///
/// When the system gives no thread.
pub fn runtime() -> std::io::Result<&'static Runtime> {
    let process = Process::current();
    let current = RUNTIME.load();
    if let Some(of) = &*current
        && of.process == process
    {
        return Ok(of.runtime);
    }
    // One worker: a second one is woken to look for work with every call, and adds a fifth to the cost of a call
    // that is alone. Together, 64 calls cost a tenth less with two, and get no further.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("kernel-client")
        .enable_all()
        .build()?;
    // It lives as long as the process: a forked child could not shut its parent's down anyway.
    let fresh = Arc::new(OfProcess {
        process,
        runtime: Box::leak(Box::new(runtime)),
    });
    let before = RUNTIME.compare_and_swap(&current, Some(fresh.clone()));
    let lost = !same(&before, &current);
    match &*before {
        // Another thread was first; its runtime is the one, and this one idles.
        Some(first) if lost && first.process == process => Ok(first.runtime),
        _ => Ok(fresh.runtime),
    }
}

/// Whether this is the runtime of the process.
#[must_use]
pub fn is_shared(runtime: &Handle) -> bool {
    let of = RUNTIME.load();
    of.as_ref()
        .is_some_and(|of| of.runtime.handle().id() == runtime.id())
}

fn same(a: &Option<Arc<OfProcess>>, b: &Option<Arc<OfProcess>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
